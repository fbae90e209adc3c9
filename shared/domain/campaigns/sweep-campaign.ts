import type { CampaignId } from '../../contracts/ids.ts';
import type { CampaignMessage } from '../../contracts/queue-messages.ts';
import type { Time } from '../dispatches/ports.ts';
import { readCampaign } from './end-campaign.ts';
import type { CampaignQueue, CampaignStore } from './ports.ts';
import { startCheckMs } from './run-campaign.ts';
import { type CampaignView, isOver } from './status.ts';

export interface SweepCampaignPorts {
  readonly campaigns: Pick<CampaignStore, 'read' | 'move'>;
  readonly dispatches: Parameters<typeof readCampaign>[0]['dispatches'];
  readonly campaignQueue: CampaignQueue;
  readonly time: Time;
}

const againMs = 2 * 60_000;
const endGraceMs = 60_000;

/**
 * Looks after one campaign whose `nextCheckAt` has passed: sends the record that got lost, if one did. Whoever gets it
 * works through the same conditional writes as ever, so sending one too many is harmless.
 */
export async function sweepCampaign(ports: SweepCampaignPorts, id: CampaignId): Promise<void> {
  const view = await readCampaign(ports, id);
  const nowMs = ports.time.now();
  if (view === null || view.campaign.nextCheckAtMs === null || view.campaign.nextCheckAtMs > nowMs) return;
  const { campaign } = view;
  const { lost, nextCheckAtMs } = lookAfter(view, nowMs);
  for (const moment of lost) {
    await ports.campaignQueue.campaign({ campaignId: id, revision: campaign.revision, moment }, 0);
  }
  // Refused: somebody else moved it and said when to look again
  await ports.campaigns.move(campaign, 'check', { ...campaign, nextCheckAtMs });
}

interface Looked {
  readonly lost: readonly CampaignMessage['moment'][];
  readonly nextCheckAtMs: number | null;
}

function lookAfter({ campaign, dispatch }: CampaignView, nowMs: number): Looked {
  const { state, period, revision, plannedRevision, ending } = campaign;
  if (state === 'standby') {
    if (period.startAtMs <= nowMs) return { lost: ['start'], nextCheckAtMs: nowMs + againMs };
    if (plannedRevision < revision) return { lost: ['plan'], nextCheckAtMs: nowMs + againMs };
    return { lost: [], nextCheckAtMs: startCheckMs(campaign, nowMs) };
  }
  if (state === 'draft' || isOver(campaign, dispatch)) return { lost: [], nextCheckAtMs: null };
  if (ending || period.endAtMs <= nowMs) return { lost: ['end'], nextCheckAtMs: nowMs + againMs };
  if (dispatch === null) return { lost: ['start'], nextCheckAtMs: nowMs + againMs };
  return { lost: [], nextCheckAtMs: period.endAtMs + endGraceMs };
}
