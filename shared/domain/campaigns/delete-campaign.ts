import type { CampaignId } from '../../contracts/ids.ts';
import type { DispatchStore } from '../dispatches/ports.ts';
import { readCampaign } from './end-campaign.ts';
import type { CampaignStore } from './ports.ts';
import type { CampaignStatus, CampaignView } from './status.ts';

export interface DeleteCampaignPorts {
  readonly campaigns: Pick<CampaignStore, 'read' | 'remove' | 'letUploadGo'>;
  readonly dispatches: Pick<DispatchStore, 'read'>;
}

const deletable: readonly CampaignStatus[] = ['draft', 'ended', 'canceled', 'error'];

/** Removes a campaign that nothing will happen with. Its dispatch stays: it is the record of what was sent. */
export async function deleteCampaign(
  ports: DeleteCampaignPorts,
  id: CampaignId,
): Promise<'removed' | { readonly kind: 'wrong_state'; readonly view: CampaignView }> {
  for (;;) {
    const view = await readCampaign(ports, id);
    if (view === null) return 'removed';
    if (!deletable.includes(view.status)) return { kind: 'wrong_state', view };
    const refused = await ports.campaigns.remove(view.campaign);
    if (refused !== null && refused.refused !== null) continue;
    // One that was published and came to nothing still keeps its upload; once there is a dispatch, that does
    await ports.campaigns.letUploadGo(view.campaign);
    return 'removed';
  }
}
