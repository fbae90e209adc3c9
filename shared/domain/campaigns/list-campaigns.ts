import type { OwnerId } from '../../contracts/ids.ts';
import type { DispatchStore } from '../dispatches/ports.ts';
import type { CampaignList } from './ports.ts';
import { type CampaignStatus, type CampaignView, viewOf } from './status.ts';

export interface ListCampaignsPorts {
  readonly campaigns: CampaignList;
  readonly dispatches: Pick<DispatchStore, 'read'>;
}

export interface CampaignQuery {
  readonly status: CampaignStatus | null;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after: string | null;
}

/** With a status that few have, a page looks at so many campaigns at most. */
const lookedAtMost = 500;

/** Campaigns of an owner, newest first. A page may be short of its limit and still have a next one. */
export async function listCampaigns(
  ports: ListCampaignsPorts,
  owner: OwnerId,
  { status, limit, after }: CampaignQuery,
) {
  const items: CampaignView[] = [];
  let next = after;
  for (let looked = 0; looked < lookedAtMost && items.length < limit; ) {
    const wanted = limit - items.length;
    const page = await ports.campaigns.list(owner, wanted, next);
    const views = await Promise.all(
      page.items.map(async (campaign) =>
        viewOf(campaign, campaign.dispatchId && (await ports.dispatches.read(campaign.dispatchId))),
      ),
    );
    items.push(...views.filter((view) => status === null || view.status === status));
    next = page.next;
    if (next === null) break;
    looked += wanted;
  }
  return { items, next };
}
