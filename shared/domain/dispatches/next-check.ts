import { type Batch, isDone } from './batch.ts';
import { checkWhileOpenMs, checkWhileSendingMs, waveGraceMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import { openRows } from './poll-reports.ts';
import { rowsWithin } from './totals.ts';
import { nextWaveOf, waveAtMs } from './waves.ts';

/** Batches of waves that are due and not at their end yet. */
export const underWay = (dispatch: Dispatch, batches: readonly Batch[], nowMs: number): readonly Batch[] =>
  batches.filter(
    (batch) => !isDone(batch) && rowsWithin(batch, dispatch.cut) > 0 && waveAtMs(dispatch, batch.wave) <= nowMs,
  );

/** When the sweeper has to look at a dispatch with waves to come: it may lie still for weeks between two of them. */
export function nextCheckMs(dispatch: Dispatch, batches: readonly Batch[], nowMs: number): number {
  if (dispatch.state !== 'sending' || underWay(dispatch, batches, nowMs).length > 0) return nowMs + checkWhileSendingMs;
  const next = nextWaveOf(dispatch, nowMs);
  if (next === null) return nowMs + checkWhileSendingMs; // its last fold is on its way
  if (dispatch.plannedRevision !== dispatch.revision) return nowMs + checkWhileSendingMs; // nobody would release it in time
  const waveMs = next.atMs + waveGraceMs;
  const asks = batches.some((batch) => openRows(batch, rowsWithin(batch, dispatch.cut)).length > 0);
  return asks ? Math.min(waveMs, nowMs + checkWhileOpenMs) : waveMs;
}
