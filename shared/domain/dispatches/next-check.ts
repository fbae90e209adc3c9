import { type Batch, isDone } from './batch.ts';
import { checkWhileOpenMs, checkWhileSendingMs, waveGraceMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import { nextMorningMs, waitsUntilMs } from './night.ts';
import { openRows } from './poll-reports.ts';
import { rowsWithin } from './totals.ts';
import { nextWaveOf, waveAtMs } from './waves.ts';

/** Batches of waves that are due, neither at their end yet nor waiting for the morning. */
export const underWay = (dispatch: Dispatch, batches: readonly Batch[], nowMs: number): readonly Batch[] =>
  due(dispatch, batches, nowMs).filter((batch) => waitsUntilMs(dispatch, batch, nowMs) === null);

const due = (dispatch: Dispatch, batches: readonly Batch[], nowMs: number): readonly Batch[] =>
  batches.filter(
    (batch) => !isDone(batch) && rowsWithin(batch, dispatch.cut) > 0 && waveAtMs(dispatch, batch.wave) <= nowMs,
  );

/** When what waits for the morning goes on, or may come to wait for it; null: nothing does. */
const morningMs = (dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number | null =>
  due(dispatch, batches, nowMs).length > 0 ? nextMorningMs(dispatch, nowMs) : null;

/**
 * When the sweeper has to look at a dispatch with waves to come: it may lie still for weeks between two, or all night.
 * Never later than the morning, so that a look after it finds that it is the first.
 */
export function nextCheckMs(dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number {
  const [next, morning] = [nextWaveOf(dispatch, nowMs), morningMs(dispatch, batches, nowMs)];
  const soonMs = Math.min(nowMs + checkWhileSendingMs, morning ?? Number.POSITIVE_INFINITY);
  if (dispatch.state !== 'sending' || underWay(dispatch, batches, nowMs).length > 0) return soonMs;
  if (next === null && morning === null) return soonMs; // its last fold is on its way
  if (next !== null && dispatch.plannedRevision !== dispatch.revision) return soonMs; // nobody would release it in time
  const waveMs = next === null ? Number.POSITIVE_INFINITY : next.atMs + waveGraceMs;
  const asks = batches.some((batch) => openRows(batch, rowsWithin(batch, dispatch.cut)).length > 0);
  return Math.min(waveMs, morning ?? waveMs, asks ? nowMs + checkWhileOpenMs : waveMs);
}
