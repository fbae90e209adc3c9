import * as z from 'zod';
import { type CampaignId, campaignIdShape, type OwnerId } from '../../shared/contracts/ids.ts';
import { readCampaign } from '../../shared/domain/campaigns/end-campaign.ts';
import type { CampaignStore } from '../../shared/domain/campaigns/ports.ts';
import type { CampaignView } from '../../shared/domain/campaigns/status.ts';
import type { DispatchStore } from '../../shared/domain/dispatches/ports.ts';

export const campaignParams = z.strictObject({ id: campaignIdShape });

/** What it takes to read a campaign. */
export interface CampaignReaderDeps {
  readonly campaigns: Pick<CampaignStore, 'read'>;
  readonly dispatches: Pick<DispatchStore, 'read'>;
}

/** A campaign of this owner as it stands; another's is answered exactly like none. */
export async function ownCampaign(
  deps: CampaignReaderDeps,
  owner: OwnerId,
  id: CampaignId,
): Promise<CampaignView | null> {
  const view = await readCampaign(deps, id);
  return view?.campaign.owner === owner ? view : null;
}
