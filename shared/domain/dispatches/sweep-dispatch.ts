import { type DispatchId, tenantOf } from '../../contracts/ids.ts';
import { sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { Batch } from './batch.ts';
import { markUnclear } from './batch-moves.ts';
import { type CancelPorts, cancelDispatch } from './cancel-dispatch.ts';
import { checkWhileOpenMs, checkWhileSendingMs, waveGraceMs } from './check-times.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import { nextCheckMs, underWay } from './next-check.ts';
import { unseenMorningMs, waitsUntilMs } from './night.ts';
import { lonePoll, openRows, pollChainMs } from './poll-reports.ts';
import type {
  BatchStore,
  CarrierAccounts,
  CarrierNames,
  DispatchStore,
  Events,
  Queues,
  Release,
  ReleaseStore,
  Tenants,
} from './ports.ts';
import { rowsWithin } from './totals.ts';
import { waveAtMs, wavesOf } from './waves.ts';

export interface SweepPorts extends CancelPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move' | 'fold'>;
  readonly batches: Pick<BatchStore, 'all' | 'change'>;
  readonly releases: Pick<ReleaseStore, 'all'>;
  readonly queues: Queues;
  readonly events: Events;
  readonly tenants: Pick<Tenants, 'isSuspended' | 'isClosed'>;
  readonly carriers: CarrierNames;
  readonly accounts: Pick<CarrierAccounts, 'read'>;
}

const stalledMs = 10 * 60_000;
const stalledWhileBusyMs = 60 * 60_000;
/** The longest delay of a record, and the time it may then need to be worked on. */
const longestWaitMs = sqsDelaySecondsMax * 1_000 + 2 * 60_000;
const nextWhilePreparingMs = 2 * 60_000;
/** A dispatch that still sends is looked at every few minutes; in the first of each hour of its life also for reports. */
const asksForMs = 2 * checkWhileSendingMs;

/**
 * Looks after one dispatch whose `nextCheckAt` has passed, through the same conditional writes and queues as everybody
 * else: there is no other way back from a crash. Doing it twice is harmless.
 */
export async function sweepDispatch(ports: SweepPorts, id: DispatchId): Promise<void> {
  const dispatch = await ports.dispatches.read(id);
  const nowMs = ports.time.now();
  if (!dispatch || dispatch.nextCheckAtMs === null || dispatch.nextCheckAtMs > nowMs) return;
  if (dispatch.events > 0) await ports.events.publishWaiting(dispatch);
  const seen = await lookAfter(ports, dispatch, nowMs);
  if (seen === 'moved') return;
  // Refused: somebody else moved it and said when to look again
  await ports.dispatches.move(dispatch, 'check', { ...dispatch, ...seen });
}

type Seen = Partial<Pick<Dispatch, 'movedAtMs'>> & Pick<Dispatch, 'nextCheckAtMs'>;

async function lookAfter(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<Seen | 'moved'> {
  switch (dispatch.state) {
    case 'preparing':
      if (dispatch.lease === null || dispatch.lease.untilMs <= nowMs) await ports.queues.prepare(dispatch.id, 0);
      return { nextCheckAtMs: nowMs + nextWhilePreparingMs };
    case 'ready':
      if (dispatch.confirm === 'auto') {
        await ports.queues.prepare(dispatch.id, 0); // its worker died between preparing and sending
        return { nextCheckAtMs: nowMs + nextWhilePreparingMs };
      }
      if (dispatch.confirmByMs !== null && dispatch.confirmByMs > nowMs) return { nextCheckAtMs: dispatch.confirmByMs };
      await cancelDispatch(ports, dispatch, 'confirmation_expired');
      return 'moved';
    case 'scheduled':
      await releaseDue(ports, dispatch, [], nowMs);
      return { nextCheckAtMs: checkOfScheduled(dispatch, nowMs) };
    case 'sending':
      // Held credits when its tenant was being closed, or later by a campaign: nobody will ever send it
      if (dispatch.movedAtMs + stalledMs <= nowMs && (await ports.tenants.isClosed(tenantOf(dispatch.owner)))) {
        await cancelDispatch(ports, dispatch, 'account_closed');
        return 'moved';
      }
      return restart(ports, dispatch, nowMs);
    case 'canceling':
      return restart(ports, dispatch, nowMs);
    case 'completed':
    case 'canceled':
    case 'failed':
      return { nextCheckAtMs: await afterItsEnd(ports, dispatch, nowMs) };
  }
}

/** Asks for schedules that were never made, and for waves that are due and that no schedule released. */
async function releaseDue(
  ports: SweepPorts,
  dispatch: Dispatch,
  releases: readonly Release[],
  nowMs: number,
): Promise<void> {
  const { id: dispatchId, revision } = dispatch;
  const waves = wavesOf(dispatch, nowMs);
  if (dispatch.plannedRevision !== revision && waves.some(({ atMs }) => atMs > nowMs)) {
    await ports.queues.plan({ dispatchId, plan: revision });
  }
  const released = new Set(releases.map(({ wave }) => wave));
  for (const { number, atMs } of waves) {
    if (atMs <= nowMs && !released.has(number)) await ports.queues.wave({ dispatchId, wave: number, revision }, 0);
  }
}

/** Its time may be weeks away: once its schedules are made, there is nothing to look after until then. */
function checkOfScheduled(dispatch: Dispatch, nowMs: number): number {
  const dueMs = waveAtMs(dispatch, 1);
  const soonMs = nowMs + checkWhileSendingMs;
  if (dispatch.plannedRevision !== dispatch.revision || dueMs <= nowMs) return soonMs;
  return dueMs + waveGraceMs;
}

/** Restarts whatever of a running dispatch stands still. It moved now if batches were queued again. */
async function restart(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<Seen> {
  const batches = await ports.batches.all(dispatch.id, dispatch.prepared?.attempt ?? '');
  const releases = dispatch.state === 'sending' ? await ports.releases.all(dispatch.id) : [];
  if (dispatch.state === 'sending') await releaseDue(ports, dispatch, releases, nowMs);
  for (const batch of batches) {
    const marked = await markUnclear(ports, dispatch, batch);
    if (marked) await ports.queues.report([{ dispatchId: dispatch.id, batch: marked.n, poll: 0 }], 1);
  }
  const awake = batches.filter((batch) => waitsUntilMs(dispatch, batch, nowMs) === null);
  const claimLost = awake.filter((batch) => batch.state === 'claimed' && batch.leaseUntilMs <= nowMs);
  const longReleased = new Set(releases.filter(({ atMs }) => atMs + stalledMs <= nowMs).map(({ wave }) => wave));
  const stalled = (await hasStalled(ports, dispatch, nowMs))
    ? awake.filter(
        (batch) => longReleased.has(batch.wave) && mayHaveNoRecord(batch, nowMs) && rowsWithin(batch, dispatch.cut) > 0,
      )
    : [];
  const morningMs = unseenMorningMs(dispatch, nowMs) ?? 0;
  const nightly = new Set(releases.filter(({ atMs }) => atMs < morningMs).map(({ wave }) => wave));
  const slept = awake.filter(
    (batch) => nightly.has(batch.wave) && batch.state === 'planned' && rowsWithin(batch, dispatch.cut) > 0,
  );
  const again = new Set([...claimLost, ...stalled, ...slept]);
  await ports.queues.send(
    dispatch.owner,
    [...again].map(({ n }) => ({ dispatchId: dispatch.id, batch: n })),
    0,
    laneOf(dispatch),
  );
  const quiet = underWay(dispatch, batches, nowMs).length === 0; // so this look is the only one for an hour
  if (quiet || (nowMs - dispatch.createdAtMs) % checkWhileOpenMs < asksForMs)
    await askForReports(ports, dispatch, batches, nowMs);
  await ports.queues.settle(dispatch.id, 0);
  const movedAtMs = stalled.length + slept.length > 0 ? nowMs : dispatch.movedAtMs;
  return { nextCheckAtMs: nextCheckMs(dispatch, batches, nowMs), movedAtMs };
}

/**
 * Planned batches have their records in the queue, so they are queued again only when nothing has moved for ten
 * minutes and nothing is known that they wait for: else each sweep would add records to those that wait. Those that
 * slept have none, and are queued by the first look of the morning.
 */
async function hasStalled(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<boolean> {
  if (dispatch.movedAtMs + stalledMs > nowMs) return false;
  if (await ports.tenants.isSuspended(dispatch.owner)) return false;
  const carrier = ports.carriers.nameOf(dispatch.owner);
  const { pausedUntilMs, permits } = await ports.accounts.read(carrier);
  // Others send through an account that has a limit: most likely its batches wait their turn
  const busy = permits.some(({ untilMs }) => untilMs > nowMs);
  if (busy && dispatch.movedAtMs + stalledWhileBusyMs > nowMs) return false;
  return pausedUntilMs + stalledMs <= nowMs;
}

/** A planned batch that a carrier would not take a while ago waits in the queue for its next try. */
const mayHaveNoRecord = (batch: Batch, nowMs: number): boolean =>
  batch.state === 'planned' && batch.submittingAtMs + longestWaitMs <= nowMs;

/** The end of a dispatch is not the end of its reports: asks once an hour for what is still open. */
async function afterItsEnd(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<number | null> {
  if (dispatch.settledAtMs !== null || !dispatch.prepared) return null;
  const batches = await ports.batches.all(dispatch.id, dispatch.prepared.attempt);
  await askForReports(ports, dispatch, batches, nowMs);
  await ports.queues.settle(dispatch.id, 5);
  return nowMs + checkWhileOpenMs;
}

/** Asks for open reports of batches that no chain of polls looks after any more. */
async function askForReports(ports: SweepPorts, dispatch: Dispatch, batches: readonly Batch[], nowMs: number) {
  const open = batches.filter(
    (batch) =>
      batch.submittingAtMs + pollChainMs <= nowMs && openRows(batch, rowsWithin(batch, dispatch.cut)).length > 0,
  );
  await ports.queues.report(
    open.map(({ n }) => ({ dispatchId: dispatch.id, batch: n, poll: lonePoll })),
    0,
  );
}
