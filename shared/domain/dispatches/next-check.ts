import { type Batch, isDone } from './batch.ts';
import { checkWhileOpenMs, checkWhileSendingMs, waveGraceMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import { waitsUntilMs } from './night.ts';
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

/** When what waits for the morning goes on; null: nothing does. */
function morningMs(dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number | null {
  for (const batch of due(dispatch, batches, nowMs)) {
    const untilMs = waitsUntilMs(dispatch, batch, nowMs);
    if (untilMs !== null) return untilMs;
  }
  return null;
}

/** When the sweeper has to look at a dispatch with waves to come: it may lie still for weeks between two, or all night. */
export function nextCheckMs(dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number {
  if (dispatch.state !== 'sending' || underWay(dispatch, batches, nowMs).length > 0) return nowMs + checkWhileSendingMs;
  const [next, morning] = [nextWaveOf(dispatch, nowMs), morningMs(dispatch, batches, nowMs)];
  if (next === null && morning === null) return nowMs + checkWhileSendingMs; // its last fold is on its way
  if (next !== null && dispatch.plannedRevision !== dispatch.revision) return nowMs + checkWhileSendingMs; // nobody would release it in time
  const waveMs = next === null ? Number.POSITIVE_INFINITY : next.atMs + waveGraceMs;
  const asks = batches.some((batch) => openRows(batch, rowsWithin(batch, dispatch.cut)).length > 0);
  return Math.min(waveMs, morning ?? waveMs, asks ? nowMs + checkWhileOpenMs : waveMs);
}
