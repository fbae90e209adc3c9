import { type DispatchId, tenantOf } from '../../contracts/ids.ts';
import { sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { Batch } from './batch.ts';
import { markUnclear } from './batch-moves.ts';
import { type CancelPorts, cancelDispatch } from './cancel-dispatch.ts';
import type { Dispatch } from './dispatch.ts';
import { lonePoll, openRows, pollChainMs } from './poll-reports.ts';
import type {
  BatchStore,
  CarrierAccounts,
  CarrierNames,
  DispatchStore,
  Events,
  Queues,
  Tenants,
  WaveStore,
} from './ports.ts';
import { rowsWithin } from './totals.ts';

export interface SweepPorts extends CancelPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move' | 'fold'>;
  readonly batches: Pick<BatchStore, 'all' | 'change'>;
  readonly waves: Pick<WaveStore, 'all'>;
  readonly queues: Queues;
  readonly events: Events;
  readonly tenants: Pick<Tenants, 'isSuspended'>;
  readonly carriers: CarrierNames;
  readonly accounts: Pick<CarrierAccounts, 'pausedUntilMs'>;
}

const stalledMs = 10 * 60_000;
/** The longest delay of a record, and the time it may then need to be worked on. */
const longestWaitMs = sqsDelaySecondsMax * 1_000 + 2 * 60_000;
const nextWhilePreparingMs = 2 * 60_000;
const nextWhileSendingMs = 2 * 60_000;
const nextWhileOpenMs = 3_600_000;
/** A dispatch that still sends is looked at every few minutes; in the first of each hour of its life also for reports. */
const asksForMs = 2 * nextWhileSendingMs;

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
    case 'sending':
    case 'canceling': {
      const movedAtMs = await restart(ports, dispatch, nowMs);
      return { nextCheckAtMs: nowMs + nextWhileSendingMs, movedAtMs };
    }
    case 'completed':
    case 'canceled':
    case 'failed':
      return { nextCheckAtMs: await afterItsEnd(ports, dispatch, nowMs) };
  }
}

/** Restarts whatever of a running dispatch stands still; answers when it last moved, which is now if batches were queued again. */
async function restart(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<number> {
  const batches = await ports.batches.all(dispatch.id, dispatch.prepared?.attempt ?? '');
  for (const wave of await ports.waves.all(dispatch.id)) {
    if (dispatch.state === 'sending' && wave.releasedAtMs === null && wave.atMs <= nowMs) {
      await ports.queues.wave({ dispatchId: dispatch.id, wave: wave.number, revision: wave.revision }, 0);
    }
  }
  for (const batch of batches) {
    const marked = await markUnclear(ports, dispatch, batch);
    if (marked) await ports.queues.report([{ dispatchId: dispatch.id, batch: marked.n, poll: 0 }], 1);
  }
  const claimLost = batches.filter((batch) => batch.state === 'claimed' && batch.leaseUntilMs <= nowMs);
  const stalled = (await hasStalled(ports, dispatch, nowMs))
    ? batches.filter((batch) => mayHaveNoRecord(batch, nowMs) && rowsWithin(batch, dispatch.cut) > 0)
    : [];
  await ports.queues.send(
    dispatch.owner,
    [...claimLost, ...stalled].map(({ n }) => ({ dispatchId: dispatch.id, batch: n })),
    0,
  );
  if ((nowMs - dispatch.createdAtMs) % nextWhileOpenMs < asksForMs)
    await askForReports(ports, dispatch, batches, nowMs);
  await ports.queues.settle(dispatch.id, 0);
  return stalled.length > 0 ? nowMs : dispatch.movedAtMs;
}

/**
 * Planned batches have their records in the queue, so they are queued again only when nothing has moved for ten
 * minutes and nothing is known that they wait for: else each sweep would add records to those that wait.
 */
async function hasStalled(ports: SweepPorts, dispatch: Dispatch, nowMs: number): Promise<boolean> {
  if (dispatch.movedAtMs + stalledMs > nowMs) return false;
  if (await ports.tenants.isSuspended(tenantOf(dispatch.owner))) return false;
  const carrier = ports.carriers.nameOf(dispatch.owner);
  return (await ports.accounts.pausedUntilMs(carrier)) + stalledMs <= nowMs;
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
  return nowMs + nextWhileOpenMs;
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
