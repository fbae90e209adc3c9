import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import { type Cut, foldBatches, skippedOf, sumBy, type Totals } from './totals.ts';

/**
 * Waves of a dispatch. Their times follow from the dispatch alone, so that rescheduling is one write: whoever acts for a
 * wave reads the dispatch and knows whether it is due.
 */
export interface Wave {
  /** From 1. */
  readonly number: number;
  readonly atMs: number;
  /** Sendable recipients in it. */
  readonly recipients: number;
}

type Planned = Pick<Dispatch, 'schedule' | 'split' | 'firstWaveAtMs' | 'prepared'>;

const intervalMs = ({ split }: Pick<Dispatch, 'split'>): number => (split?.intervalMinutes ?? 0) * 60_000;

/** When a wave of a confirmed dispatch is due. Before the confirmation no wave ever is. */
export const waveAtMs = (dispatch: Planned, wave: number): number =>
  (dispatch.firstWaveAtMs ?? Number.POSITIVE_INFINITY) + (wave - 1) * intervalMs(dispatch);

/** All waves; those of a dispatch that nobody confirmed yet are as they would be if it were confirmed now. */
export function wavesOf(dispatch: Planned, nowMs: number): readonly Wave[] {
  const firstMs = dispatch.firstWaveAtMs ?? Math.max(dispatch.schedule?.atMs ?? nowMs, nowMs);
  return (dispatch.prepared?.waveRows ?? []).map((recipients, i) => ({
    number: i + 1,
    atMs: firstMs + i * intervalMs(dispatch),
    recipients,
  }));
}

/** The next wave that is not due yet; null when all are. */
export const nextWaveOf = (dispatch: Planned, nowMs: number): Wave | null =>
  wavesOf(dispatch, nowMs).find(({ atMs }) => atMs > nowMs) ?? null;

/**
 * How a wave's recipients stand: the numbers of planned, skipped, canceled, submitted, delivered, failed and unknown. A
 * tuple, since a dispatch keeps up to a hundred of them in its own item.
 */
export type WaveTotals = readonly [
  planned: number,
  skipped: number,
  canceled: number,
  submitted: number,
  delivered: number,
  failed: number,
  unknown: number,
];

/** What a fold found, wave by wave; null for a dispatch of one wave, whose own totals say it. */
export function foldWaves(dispatch: Planned, batches: readonly Batch[], cut: Cut | null): readonly WaveTotals[] | null {
  const waves = dispatch.prepared?.waveRows.length ?? 0;
  if (waves < 2) return null;
  const byWave: Batch[][] = Array.from({ length: waves }, () => []);
  for (const batch of batches) byWave[batch.wave - 1]?.push(batch);
  const none = { recipients: 0, sendable: 0, excluded: {}, byType: {}, credits: 0, cp949Only: 0, consentUnknown: 0 };
  return byWave.map((ofWave) => waveTotals(foldBatches(none, ofWave, cut), 0));
}

/** Every wave's recipients as they stand by the last fold. */
export function waveTotalsOf(
  dispatch: Pick<Dispatch, 'prepared' | 'totals' | 'waveTotals' | 'startedAtMs' | 'state'>,
): readonly WaveTotals[] {
  const { prepared, totals, waveTotals: folded } = dispatch;
  if (!prepared) return [];
  if (folded) return folded;
  if (prepared.waveRows.length === 1) return [waveTotals(totals, sumBy(prepared.totals.excluded))];
  const ended = dispatch.state === 'canceled' || dispatch.state === 'failed';
  return prepared.waveRows.map((rows) => (ended ? [0, 0, rows, 0, 0, 0, 0] : [rows, 0, 0, 0, 0, 0, 0]));
}

const waveTotals = (totals: Totals, excluded: number): WaveTotals => [
  totals.planned,
  skippedOf(totals) - excluded,
  totals.canceled,
  totals.submitted,
  totals.delivered,
  sumBy(totals.failedBy),
  totals.unknown,
];
