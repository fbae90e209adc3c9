import type { CampaignId } from '../../contracts/ids.ts';
import { type CancelPorts, cancelDispatch } from '../dispatches/cancel-dispatch.ts';
import { type DispatchStore, isRefused } from '../dispatches/ports.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignStore } from './ports.ts';
import { dispatchOf, type StartCampaignPorts } from './start-campaign.ts';
import { type CampaignStatus, type CampaignView, viewOf } from './status.ts';

export interface EndCampaignPorts extends StartCampaignPorts, CancelPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'create' | 'move' | 'fold'>;
  readonly queues: StartCampaignPorts['queues'] & CancelPorts['queues'];
}

/** A campaign as it stands now; null if there is none. */
export async function readCampaign(
  ports: { readonly campaigns: Pick<CampaignStore, 'read'>; readonly dispatches: Pick<DispatchStore, 'read'> },
  id: CampaignId,
): Promise<CampaignView | null> {
  const campaign = await ports.campaigns.read(id);
  return campaign && viewOf(campaign, campaign.dispatchId && (await ports.dispatches.read(campaign.dispatchId)));
}

export type EndResult =
  | { readonly kind: 'moved'; readonly view: CampaignView }
  | { readonly kind: 'wrong_state'; readonly view: CampaignView }
  | { readonly kind: 'gone' };

const running: readonly CampaignStatus[] = ['preparing', 'in_operation'];
const checkMs = 60_000;

/** Preparing | In operation → Canceled: what is unsent is not sent. */
export async function cancelCampaign(ports: EndCampaignPorts, id: CampaignId): Promise<EndResult> {
  const view = await readCampaign(ports, id);
  if (view === null) return { kind: 'gone' };
  if (!running.includes(view.status)) return { kind: 'wrong_state', view };
  const dispatch = await dispatchOf(ports, view.campaign);
  const outcome = dispatch && (await cancelDispatch(ports, dispatch, 'requested'));
  const after = await readCampaign(ports, id);
  if (after === null) return { kind: 'gone' };
  return { kind: outcome?.kind === 'canceled' ? 'moved' : 'wrong_state', view: after };
}

/**
 * In operation → Ended: drops what is unsent. The wish is written first, so that it outlives a crash; the sweeper repeats
 * the rest until the dispatch is over, which then says why it ended.
 */
export async function endCampaign(
  ports: EndCampaignPorts,
  id: CampaignId,
  reason: NonNullable<Campaign['ending']>['reason'],
): Promise<EndResult> {
  for (;;) {
    const view = await readCampaign(ports, id);
    if (view === null) return { kind: 'gone' };
    const { campaign, status } = view;
    const may = reason === 'requested' ? status === 'in_operation' : running.includes(status);
    if (!may) return { kind: 'wrong_state', view };
    const nowMs = ports.time.now();
    const ending = campaign.ending ?? { reason, atMs: nowMs };
    const ended = await ports.campaigns.move(campaign, 'end', { ...campaign, ending, nextCheckAtMs: nowMs + checkMs });
    if (isRefused<Campaign>(ended)) continue;
    const dispatch = await dispatchOf(ports, ended);
    // Refused: it came to its end in this very moment, or is being canceled already
    if (dispatch) await cancelDispatch(ports, dispatch, 'campaign_ended');
    const after = await readCampaign(ports, id);
    return after === null ? { kind: 'gone' } : { kind: 'moved', view: after };
  }
}
