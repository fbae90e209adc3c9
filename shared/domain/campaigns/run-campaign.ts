import { sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { CampaignMessage } from '../../contracts/queue-messages.ts';
import { scheduledAheadMs } from '../dispatches/plan-waves.ts';
import type { Schedules } from '../dispatches/ports.ts';
import type { Campaign } from './campaign.ts';
import { type EndCampaignPorts, endCampaign } from './end-campaign.ts';
import type { CampaignQueue } from './ports.ts';
import { dispatchOf, startCampaign } from './start-campaign.ts';

export interface RunCampaignPorts extends EndCampaignPorts {
  readonly campaignQueue: CampaignQueue;
  readonly schedules: Schedules;
}

/**
 * Does what is due with a campaign. What became of it since the record was made decides: at another revision, a draft
 * again or deleted, and nothing happens. Doing it twice is harmless.
 */
export async function runCampaign(ports: RunCampaignPorts, message: CampaignMessage): Promise<void> {
  if (message.moment === 'unplan') return removeSchedules(ports, message);
  const campaign = await ports.campaigns.read(message.campaignId);
  if (campaign === null || campaign.revision !== message.revision || campaign.state === 'draft') return;
  if (message.moment === 'plan') return planCampaign(ports, campaign);

  const { period, ending } = campaign;
  const dueMs = message.moment === 'start' ? period.startAtMs : period.endAtMs;
  const earlyMs = dueMs - ports.time.now();
  if (earlyMs > 0 && ending === null) return ports.campaignQueue.campaign(message, waitSeconds(earlyMs));
  if (campaign.state === 'standby') return startCampaign(ports, campaign);
  if (message.moment === 'end') await endCampaign(ports, campaign.id, 'period_over');
  else await dispatchOf(ports, campaign);
}

const moments = ['start', 'end'] as const;
const nameOf = ({ campaignId, revision }: CampaignMessage, moment: (typeof moments)[number]) =>
  `${campaignId}-${moment}-r${revision}`;

const waitSeconds = (aheadMs: number): number => Math.min(sqsDelaySecondsMax, Math.max(0, Math.ceil(aheadMs / 1_000)));

/** Has the scheduler tell when a published campaign starts and ends; what is too near for it waits in the queue. */
async function planCampaign(ports: RunCampaignPorts, campaign: Campaign): Promise<void> {
  if (campaign.state !== 'standby') return;
  const { id: campaignId, revision, period } = campaign;
  for (const moment of moments) {
    const atMs = moment === 'start' ? period.startAtMs : period.endAtMs;
    const message = { campaignId, revision, moment };
    const aheadMs = atMs - ports.time.now();
    if (aheadMs > scheduledAheadMs) await ports.schedules.create(nameOf(message, moment), atMs, message);
    else await ports.campaignQueue.campaign(message, waitSeconds(aheadMs));
  }
  await markPlanned(ports, campaign);
}

/** Keeps the sweeper from asking for the same schedules again, and lets it look after the start instead. */
async function markPlanned(ports: RunCampaignPorts, planned: Campaign): Promise<void> {
  if (planned.plannedRevision === planned.revision) return;
  const nextCheckAtMs = startCheckMs(planned, ports.time.now());
  const marked = { ...planned, plannedRevision: planned.revision, nextCheckAtMs };
  // Refused: it has started, or is another revision; if neither, the sweeper's next look leads here again
  await ports.campaigns.move(planned, 'planned', marked);
}

const graceMs = 60_000;

/** When the sweeper has to see whether a campaign has started: a schedule has a minute to fire. */
export const startCheckMs = ({ period }: Campaign, nowMs: number): number =>
  Math.max(period.startAtMs, nowMs) + graceMs;

async function removeSchedules({ schedules }: RunCampaignPorts, message: CampaignMessage): Promise<void> {
  for (const moment of moments) await schedules.remove(nameOf(message, moment));
}
