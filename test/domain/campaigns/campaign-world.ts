import type { CampaignId } from '../../../shared/contracts/ids.ts';
import { type CampaignMessage, campaignMessage } from '../../../shared/contracts/queue-messages.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import {
  type CampaignRequest,
  type CreateCampaignPorts,
  createCampaign,
} from '../../../shared/domain/campaigns/create-campaign.ts';
import type { DeleteCampaignPorts } from '../../../shared/domain/campaigns/delete-campaign.ts';
import { readCampaign } from '../../../shared/domain/campaigns/end-campaign.ts';
import {
  type PublishPorts,
  publishCampaign,
  type UnpublishPorts,
} from '../../../shared/domain/campaigns/publish-campaign.ts';
import { type RunCampaignPorts, runCampaign } from '../../../shared/domain/campaigns/run-campaign.ts';
import { sweepCampaign } from '../../../shared/domain/campaigns/sweep-campaign.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import { createFakeCampaignStore } from '../../support/fakes/campaign-store.ts';
import { createFakeQueue, type QueueRecord } from '../../support/fakes/queue.ts';
import { createFakeSchedules } from '../../support/fakes/schedules.ts';
import { recipientsOf } from '../../support/fakes/sends.ts';
import { createWorld, owner, type PipelinePorts, sender } from '../../support/fakes/world.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export type CampaignPorts = PipelinePorts &
  RunCampaignPorts &
  CreateCampaignPorts &
  PublishPorts &
  UnpublishPorts &
  DeleteCampaignPorts;
export type CampaignWorld = ReturnType<typeof createCampaignWorld>;

/** Uploads live so long from now on. */
const uploadLifeMs = 180 * dayMs;

/** Campaigns over the whole pipeline in memory, with their own queue and schedules. */
export function createCampaignWorld(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  const { clock } = world;
  const campaigns = createFakeCampaignStore(world.dispatches);
  const schedules = createFakeSchedules(clock);
  let records = 0;
  const queue = createFakeQueue<CampaignMessage>(clock, { visibilitySeconds: 90, receives: 10 }, () => records++);
  const uploadsEndMs = clock.now() + uploadLifeMs;
  const ports: CampaignPorts = {
    ...world.ports,
    campaigns,
    schedules,
    campaignQueue: { campaign: async (message, delaySeconds) => void queue.put(message, delaySeconds) },
    lists: world.files.lists,
    uploads: {
      async find(of, id) {
        const upload = world.dispatches.uploads.get(id);
        if (!upload || (upload.owner !== undefined && upload.owner !== of)) return null;
        return { ...upload, expiresAtMs: uploadsEndMs };
      },
    },
  };
  let lastSweepMs = 0;
  const nextSweepMs = (): number => {
    const checks = [...campaigns.all.values()].flatMap(({ nextCheckAtMs }) => nextCheckAtMs ?? []);
    return Math.max(Math.ceil(Math.min(...checks) / minuteMs) * minuteMs, lastSweepMs + minuteMs);
  };

  const campaignWorld = {
    ...world,
    ports,
    campaigns,
    schedules,
    queue,
    /** The pipeline beneath, which knows nothing of campaigns. */
    pipeline: world,

    async sweepCampaigns(over: CampaignPorts = ports): Promise<void> {
      lastSweepMs = clock.now();
      for (const { id, nextCheckAtMs } of campaigns.all.values()) {
        if (nextCheckAtMs !== null && nextCheckAtMs <= clock.now()) await sweepCampaign(over, id);
      }
    },

    /** Takes a record, works on it and deletes it; what throws leaves it in its queue. */
    async take(record: QueueRecord<CampaignMessage>, over: CampaignPorts = ports): Promise<void> {
      const received = queue.receive(record);
      if (received === null) return;
      await runCampaign(over, campaignMessage.parse(received.work));
      queue.delete(received);
    },

    /** Works off what is due with campaigns now. */
    async turn(): Promise<void> {
      for (;;) {
        for (const body of schedules.fire()) queue.put(campaignMessage.parse(body), 0);
        if (nextSweepMs() <= clock.now()) await campaignWorld.sweepCampaigns();
        const due = queue.due();
        if (due.length === 0) return;
        for (const record of due) await campaignWorld.take(record);
      }
    },

    /** Everything that happens until then, campaigns and pipeline. */
    async runUntil(untilMs: number): Promise<void> {
      for (;;) {
        await campaignWorld.turn();
        const visible = queue.records.map(({ visibleAtMs }) => visibleAtMs);
        const next = Math.min(...visible, schedules.nextMs() ?? untilMs, nextSweepMs(), untilMs);
        await world.run(Math.max(next, clock.now()));
        if (next >= untilMs) return campaignWorld.turn();
      }
    },
    runFor: (ms: number) => campaignWorld.runUntil(clock.now() + ms),

    async draft(over: Partial<CampaignRequest> = {}): Promise<Campaign> {
      const made = await createCampaign(ports, owner, planOf(clock.now(), over), (campaign) => recordOf(campaign.id));
      if (made.kind !== 'created') throw new Error(`Not created: ${JSON.stringify(made)}`);
      return made.campaign;
    },
    async publish({ id }: Pick<Campaign, 'id'>, over: CampaignPorts = ports): Promise<Campaign> {
      const campaign = campaigns.all.get(id)!;
      const made = await publishCampaign(over, campaign, ({ version }) => recordOf(`${id} publish ${version}`));
      if (made.kind !== 'published') throw new Error(`Not published: ${JSON.stringify(made)}`);
      return made.campaign;
    },
    async standby(over: Partial<CampaignRequest> = {}): Promise<Campaign> {
      return campaignWorld.publish(await campaignWorld.draft(over));
    },
    async look(id: CampaignId) {
      const view = await readCampaign(ports, id);
      if (view === null) throw new Error(`There is no ${id}`);
      return view;
    },
    statusOf: async (id: CampaignId) => (await campaignWorld.look(id)).status,
  };
  return campaignWorld;
}

/** Begins in an hour, lasts a day. */
export const planOf = (nowMs: number, over: Partial<CampaignRequest> = {}): CampaignRequest => ({
  name: 'November sale',
  message: {
    type: 'auto',
    from: sender,
    subject: null,
    text: '{{ name }} hello',
    variables: [],
    images: [],
    advertisement: null,
  },
  recipients: { list: recipientsOf(3) },
  period: { startAtMs: nowMs + hourMs, endAtMs: nowMs + hourMs + dayMs },
  schedule: null,
  split: null,
  onShortfall: 'partial',
  tags: [],
  ...over,
});

export const recordOf = (key: string): IdempotencyRecord => ({
  scope: owner,
  key,
  requestHash: key,
  status: 201,
  bodyGzip: new Uint8Array(),
  requestedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});
