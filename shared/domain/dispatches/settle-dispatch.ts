import type { DispatchId, EventId } from '../../contracts/ids.ts';
import { confirmDays } from '../../contracts/limits.ts';
import { movementsBetween } from '../credits/hold.ts';
import { type Batch, isDone } from './batch.ts';
import { cancelBatch } from './batch-moves.ts';
import { checkEventsMs, checkWhileOpenMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import { nextCheckMs } from './next-check.ts';
import { unseenMorningMs } from './night.ts';
import { pollChainMs } from './poll-reports.ts';
import {
  type Alarms,
  type BatchStore,
  type DispatchStore,
  type Events,
  type EventType,
  type Ids,
  isRefused,
  type NewEvent,
  type Queues,
  type Time,
} from './ports.ts';
import { foldBatches, rowsWithin, type Totals } from './totals.ts';
import { foldWaves } from './waves.ts';

export interface SettlePorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'fold'>;
  readonly batches: Pick<BatchStore, 'all' | 'change'>;
  readonly queues: Pick<Queues, 'settle'>;
  readonly events: Events;
  readonly time: Time;
  readonly ids: Ids;
  readonly alarms: Alarms;
}

export class UnknownDispatch extends Error {
  override readonly name = 'UnknownDispatch';
}

export const confirmMs = confirmDays * 86_400_000;

/** A fold reads every page, so large dispatches fold less often. */
const foldIntervalMs = (batches: number): number => Math.max(2_000, batches * 10);

/**
 * Folds all batches of a dispatch into its totals and moves the difference into the owner's credits. META is read
 * first and the pages after it, so that the difference is never negative. `hurry` folds now even if the last fold was
 * only just made: a cancel wants its credits back at once.
 */
export async function settleDispatch(ports: SettlePorts, id: DispatchId, hurry = false): Promise<Dispatch> {
  for (;;) {
    const dispatch = await ports.dispatches.read(id);
    if (!dispatch) throw new UnknownDispatch(`${id} does not exist`);
    const { prepared } = dispatch;
    if (!prepared || dispatch.startedAtMs === null) {
      if (dispatch.events > 0) await ports.events.publishWaiting(dispatch);
      return dispatch;
    }

    const earlyMs = dispatch.foldedAtMs + foldIntervalMs(prepared.batches) - ports.time.now();
    if (earlyMs > 0 && !hurry) {
      await ports.queues.settle(id, Math.ceil(earlyMs / 1_000));
      return dispatch;
    }
    let batches = await ports.batches.all(id, prepared.attempt);
    if (batches.length !== prepared.batches)
      throw new Error(`${id} has ${batches.length} of ${prepared.batches} batches`);
    if (dispatch.state === 'canceling') batches = await cancelPlanned(ports, dispatch, batches);

    const folded = foldOf(ports, dispatch, batches, foldBatches(prepared.totals, batches, dispatch.cut));
    if (folded === null) {
      // Whoever made the last fold may have ended before the bus had its events, or may have no way to the bus
      if (dispatch.events > 0) await ports.events.publishWaiting(dispatch);
      return dispatch;
    }
    const written = await ports.dispatches.fold(dispatch, folded.after, folded.movements, folded.events);
    if (isRefused<Dispatch>(written)) continue; // META moved: start over, pages included
    if (folded.events.length > 0) await ports.events.publishWaiting(written);
    return written;
  }
}

/** What a fold would write; null when nothing changed, or when the totals went backwards (an alarm, and nothing is written). */
function foldOf(ports: SettlePorts, dispatch: Dispatch, batches: readonly Batch[], totals: Totals) {
  const movements = movementsBetween(dispatch.totals.credits, totals.credits);
  if (movements === null) {
    ports.alarms.raise('negativeCapture', { dispatchId: dispatch.id, version: dispatch.version });
    return null;
  }
  const nowMs = ports.time.now();
  const allDone = batches.every((batch) => isDone(batch) || rowsWithin(batch, dispatch.cut) === 0);
  const state = !allDone
    ? dispatch.state
    : dispatch.state === 'sending'
      ? 'completed'
      : dispatch.state === 'canceling'
        ? 'canceled'
        : dispatch.state;
  const changed = !sameTotals(dispatch.totals, totals);
  const settled = allDone && totals.open === 0;
  if (!changed && state === dispatch.state && settled === (dispatch.settledAtMs !== null)) return null;

  const events: NewEvent[] = [];
  const emit = (type: EventType) => events.push({ id: `evt_${ports.ids.ulid()}` as EventId, type, atMs: nowMs });
  if (state !== dispatch.state) emit(state === 'completed' ? 'dispatch.completed' : 'dispatch.canceled');
  if (settled && dispatch.settledAtMs === null) emit('dispatch.settled');

  const after: Dispatch = {
    ...dispatch,
    state,
    totals,
    waveTotals: foldWaves(dispatch, batches, dispatch.cut),
    foldedAtMs: nowMs,
    movedAtMs: changed ? nowMs : dispatch.movedAtMs,
    completedAtMs: state !== dispatch.state ? nowMs : dispatch.completedAtMs,
    settledAtMs: dispatch.settledAtMs ?? (settled ? nowMs : null),
    events: dispatch.events + events.length,
    nextCheckAtMs: allDone
      ? checkAfterEnd(nowMs, settled, events.length > 0)
      : checkBeforeEnd(dispatch, batches, nowMs),
  };
  return { after, movements, events };
}

/** Folds may come every few seconds all day: they put no look off that a morning is waited for with. */
const checkBeforeEnd = (dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number | null =>
  unseenMorningMs(dispatch, nowMs) === null ? nextCheckMs(dispatch, batches, nowMs) : dispatch.nextCheckAtMs;

function checkAfterEnd(nowMs: number, settled: boolean, events: boolean): number | null {
  if (events) return nowMs + checkEventsMs; // should publishing them fail, the sweeper does it
  return settled ? null : nowMs + Math.max(checkWhileOpenMs, pollChainMs);
}

async function cancelPlanned(
  ports: SettlePorts,
  dispatch: Dispatch,
  batches: readonly Batch[],
): Promise<readonly Batch[]> {
  const after: Batch[] = [];
  const atOnce = 25; // requests side by side: a million recipients are 2,000 batches
  for (let start = 0; start < batches.length; start += atOnce) {
    const canceled = await Promise.all(
      batches.slice(start, start + atOnce).map(async (batch) => (await cancelBatch(ports, dispatch, batch)) ?? batch),
    );
    after.push(...canceled);
  }
  return after;
}

function sameTotals(a: Totals, b: Totals): boolean {
  const entries = (totals: Totals) =>
    JSON.stringify([
      totals.planned,
      totals.canceled,
      totals.submitted,
      totals.delivered,
      totals.unknown,
      totals.open,
      Object.entries(totals.skippedBy).sort(),
      Object.entries(totals.failedBy).sort(),
    ]);
  return entries(a) === entries(b);
}
