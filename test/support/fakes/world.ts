import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import { sweepMinutes } from '../../../shared/contracts/limits.ts';
import { waveMessage } from '../../../shared/contracts/queue-messages.ts';
import type { CharacterPolicy } from '../../../shared/domain/content/characters.ts';
import { currentPrices } from '../../../shared/domain/content/prices.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { CreatePorts } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { type PlanWavesPorts, planWaves } from '../../../shared/domain/dispatches/plan-waves.ts';
import { type PollReportsPorts, pollReports } from '../../../shared/domain/dispatches/poll-reports.ts';
import type { Alarms } from '../../../shared/domain/dispatches/ports.ts';
import { type PreparePorts, prepareDispatch } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import { releaseWave } from '../../../shared/domain/dispatches/release-wave.ts';
import { type SendBatchPorts, sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import type { SendMessagesPorts } from '../../../shared/domain/dispatches/send-messages.ts';
import { settleDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import { type SweepPorts, sweepDispatch } from '../../../shared/domain/dispatches/sweep-dispatch.ts';
import type { Round } from '../../../shared/domain/notices/ports.ts';
import type { SendNoticesPorts } from '../../../shared/domain/notices/send-notices.ts';
import type { OpenOptOutNumber } from '../../../shared/domain/opt-out-numbers/opt-out-number.ts';
import { defaultPermissionRules, type PermissionRules } from '../../../shared/domain/permissions/why-not.ts';
import { defaultNightRule } from '../../../shared/domain/times/night-window.ts';
import { createFakeBatchStore, createFakeReleaseStore } from './batch-store.ts';
import { createFakeCarrier, createFakeCarrierAccounts } from './carrier.ts';
import { createFakeClock, createFakeIds, createSeededRandom } from './clock.ts';
import { createCreditBook } from './credit-book.ts';
import { createFakeDispatchStore } from './dispatch-store.ts';
import { createFakeErasures } from './erasures.ts';
import { createFakeFingerprints } from './fingerprints.ts';
import { createFakeImages } from './images.ts';
import { createFakeNotices } from './notices.ts';
import { createFakePermissions } from './permissions.ts';
import { createFakeFiles } from './prepared-files.ts';
import { createFakeQueues, type QueueRecord, type Work } from './queues.ts';
import { createFakeSchedules } from './schedules.ts';

export const owner: OwnerId = 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ';
export const sender = '0212345678';
export const advertiser = '봉수상점';
export const optOutNumber = '0801234567';

/** The ports of every use case of the pipeline at once, over one memory. */
export type PipelinePorts = PreparePorts &
  SendBatchPorts &
  PollReportsPorts &
  SweepPorts &
  CreatePorts &
  PlanWavesPorts &
  SendMessagesPorts;

export type World = ReturnType<typeof createWorld>;

/** Everything the pipeline talks to, in memory, and the doors that its queues and schedules lead to. */
export function createWorld(options: { readonly credits?: number; readonly seed?: number } = {}) {
  const clock = createFakeClock();
  const random = createSeededRandom(options.seed ?? 1);
  const credits = createCreditBook();
  credits.grant(owner, options.credits ?? 1_000_000);
  const rounds = new Map<OwnerId, Round>();
  const dispatches = createFakeDispatchStore(credits, rounds);
  const batches = createFakeBatchStore();
  const files = createFakeFiles();
  const queues = createFakeQueues(clock);
  const schedules = createFakeSchedules(clock);
  const carrier = createFakeCarrier(clock);
  const tenants = {
    suspended: false,
    closed: false,
    approved: true,
    characters: 'refuse' as CharacterPolicy,
    night: defaultNightRule,
    duplicateBlockMinutes: 0,
  };
  const optOutNumbers: OpenOptOutNumber[] = [];
  const rules: { -readonly [K in keyof PermissionRules]: PermissionRules[K] } = { ...defaultPermissionRules };
  const permissions = createFakePermissions();
  const notices = createFakeNotices(permissions, rounds);
  const fingerprints = createFakeFingerprints();
  const erasures = createFakeErasures();
  const raised: Parameters<Alarms['raise']>[0][] = [];

  const ports: PipelinePorts = {
    dispatches,
    batches,
    releases: createFakeReleaseStore(),
    rows: files.rows,
    files: files.files,
    lists: files.lists,
    numbers: files.numbers,
    queues,
    schedules,
    uploads: { find: async (_owner, id) => dispatches.uploads.get(id) ?? null },
    tenants: {
      isSuspended: async () => tenants.suspended || tenants.closed,
      isClosed: async () => tenants.closed,
      isApprovedSender: async () => tenants.approved,
      charactersOf: async () => tenants.characters,
      sendingRulesOf: async () => ({
        permissionRules: { ...rules },
        night: tenants.night,
        duplicateBlockMinutes: tenants.duplicateBlockMinutes,
      }),
      advertiserOf: async () => advertiser,
      openOptOutNumbers: async () => [...optOutNumbers],
      isOpenOptOutNumber: async (_tenant, number) => optOutNumbers.some((open) => open.number === number),
    },
    images: createFakeImages(),
    permissions,
    erasures,
    fingerprints,
    carriers: { of: () => carrier, nameOf: () => carrier.name, messagesPerSecond: () => carrier.messagesPerSecond },
    accounts: createFakeCarrierAccounts(),
    balances: credits,
    events: dispatches.events,
    alarms: { raise: (alarm) => void raised.push(alarm) },
    log: { info: () => {}, warn: () => {} },
    time: clock,
    patience: { wait: async (ms) => clock.advance(ms) },
    ids: createFakeIds(clock),
    randomness: random,
    priceVersion: currentPrices.version,
  };

  const noticePorts: SendNoticesPorts = {
    ...ports,
    notices,
    senders: { read: async () => ({ name: 'Shop', optOutNumber: null }) },
  };

  /** When the sweeper would next find something; null when there is nothing left to look after. */
  const nextSweepMs = (): number | null => {
    const checks = [...dispatches.all.values()].flatMap(({ nextCheckAtMs }) => nextCheckAtMs ?? []);
    if (checks.length === 0) return null;
    const minuteMs = sweepMinutes * 60_000;
    return Math.max(Math.ceil(Math.min(...checks) / minuteMs) * minuteMs, lastSweepMs + minuteMs);
  };
  let lastSweepMs = 0;

  const world = {
    clock,
    random,
    credits,
    dispatches,
    batches,
    files,
    queues,
    schedules,
    carrier,
    tenants,
    optOutNumbers,
    rules,
    permissions,
    notices,
    erasures,
    fingerprints,
    raised,
    ports,
    noticePorts,

    /** One run of the sweeper over everything that is due. */
    async sweep(over: PipelinePorts = ports): Promise<void> {
      lastSweepMs = clock.now();
      for (const { id, nextCheckAtMs } of dispatches.all.values()) {
        if (nextCheckAtMs !== null && nextCheckAtMs <= clock.now()) await sweepDispatch(over, id);
      }
    },

    /** Takes a record, works on it and deletes it; what throws leaves it in its queue. */
    async receive(record: QueueRecord, over: PipelinePorts = ports): Promise<void> {
      const received = queues.receive(record);
      if (received === null) return;
      await workOn(received.work, over);
      queues.delete(received);
    },

    /** Puts the records of schedules that are due into their queue. */
    async fireSchedules(): Promise<void> {
      for (const body of schedules.fire()) await queues.wave(waveMessage.parse(body), 0);
    },

    /** Works and lets time pass, until nothing is left to do or it is `untilMs`. */
    async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
      for (let steps = 0; ; steps++) {
        if (steps > 200_000) throw new Error('The pipeline never comes to rest');
        await world.fireSchedules();
        for (const record of queues.due()) await world.receive(record);
        const sweepMs = nextSweepMs();
        if (sweepMs !== null && sweepMs <= clock.now()) await world.sweep();
        if (queues.due().length > 0) continue;
        const times = [queues.nextMs(), nextSweepMs(), schedules.nextMs()];
        const next = Math.min(...times.map((atMs) => atMs ?? Number.POSITIVE_INFINITY));
        if (next > untilMs || next === Number.POSITIVE_INFINITY) break;
        clock.to(next);
      }
      if (untilMs !== Number.POSITIVE_INFINITY) clock.to(untilMs);
    },
    runFor: (ms: number) => world.run(clock.now() + ms),

    dispatch(id: DispatchId): Dispatch {
      const dispatch = dispatches.all.get(id);
      if (!dispatch) throw new Error(`There is no ${id}`);
      return dispatch;
    },
    async batchesOf(id: DispatchId): Promise<readonly Batch[]> {
      return batches.all(id, world.dispatch(id).prepared?.attempt ?? '');
    },
    async batch(id: DispatchId, n = 0): Promise<Batch> {
      const batch = (await world.batchesOf(id))[n];
      if (!batch) throw new Error(`${id} has no batch ${n}`);
      return batch;
    },
  };
  return world;
}

/** What the door behind a queue does. */
export async function workOn({ queue, body }: Work, ports: PipelinePorts): Promise<void> {
  switch (queue) {
    case 'prepare':
      return prepareDispatch(ports, body);
    case 'wave':
      return 'plan' in body ? planWaves(ports, body) : releaseWave(ports, body);
    case 'send':
      return sendBatch(ports, body);
    case 'report':
      return pollReports(ports, body);
    case 'settle':
      return void (await settleDispatch(ports, body.dispatchId));
    case 'campaign':
      throw new Error('This world knows nothing of campaigns');
  }
}
