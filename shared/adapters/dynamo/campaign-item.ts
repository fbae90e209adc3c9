import * as z from 'zod';
import { campaignIdShape, dispatchIdShape, ownerIdShape, uploadIdShape } from '../../contracts/ids.ts';
import { type Campaign, campaignFailureCodes, campaignStates } from '../../domain/campaigns/campaign.ts';
import { keptUntilSeconds } from './dispatch-item.ts';
import { campaignIndex, campaignKey, checkIndex } from './keys.ts';
import { storedList, storedMessage, storedSchedule, storedSplit } from './stored-shapes.ts';
import type { Item } from './table.ts';

/** How a campaign lies in the table. What does not parse on the way out was not written by this service. */

const count = z.int().min(0);
const ms = z.int().min(0);

const shape = z.object({
  id: campaignIdShape,
  owner: ownerIdShape,
  state: z.enum(campaignStates),
  version: z.int().min(1),
  name: z.string(),
  message: storedMessage,
  recipients: z.union([z.object({ uploadId: uploadIdShape }), z.object({ list: storedList, writtenAtMs: ms })]),
  period: z.object({ startAtMs: ms, endAtMs: ms }),
  schedule: storedSchedule,
  split: storedSplit,
  onShortfall: z.enum(['reject', 'partial']),
  tags: z.array(z.string()),
  revision: count,
  plannedRevision: count,
  dispatchId: dispatchIdShape.nullable(),
  failure: z.object({ code: z.enum(campaignFailureCodes), detail: z.string(), atMs: ms }).nullable(),
  ending: z.object({ reason: z.enum(['requested', 'period_over']), atMs: ms }).nullable(),
  createdAtMs: ms,
  publishedAtMs: ms.nullable(),
  startedAtMs: ms.nullable(),
  nextCheckAtMs: ms.nullable(),
});

export const itemOfCampaign = (campaign: Campaign): Item => ({
  ...campaignKey(campaign.id),
  entity: 'campaign',
  ...campaignIndex(campaign.owner, campaign.createdAtMs, campaign.id),
  ...(campaign.nextCheckAtMs === null ? {} : checkIndex(campaign.id, campaign.nextCheckAtMs)),
  ...expiryOf(campaign),
  ...campaign,
});

/** Plans stay until they are deleted; what has run goes when its dispatch does, or a moment before. */
function expiryOf({ startedAtMs, failure }: Campaign): { readonly expiresAt?: number } {
  const overSinceMs = startedAtMs ?? failure?.atMs;
  return overSinceMs === undefined ? {} : { expiresAt: keptUntilSeconds(overSinceMs) };
}

/** Throws on an item of another shape. */
export const campaignOfItem = (item: Item): Campaign => shape.parse(item);
