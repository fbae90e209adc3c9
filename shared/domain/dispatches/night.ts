import { type NightRule, openedAtMs, opensAtMs } from '../times/night-window.ts';
import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import type { Split } from './schedule.ts';
import { wavesOf } from './waves.ts';

/** What the night does to a dispatch. */

/**
 * When the first of some waves may go, if each of them falls into a night and is skipped because of that; null: at least
 * one may go, or waits for the morning.
 */
export function whollyAtNight(night: NightRule | null, firstMs: number, split: Split | null): number | null {
  if (night?.policy !== 'fail') return null;
  const intervalMs = (split?.intervalMinutes ?? 0) * 60_000;
  const opens = Array.from({ length: split?.count ?? 1 }, (_, i) => opensAtMs(night, firstMs + i * intervalMs));
  return opens.every((atMs) => atMs !== null) ? (opens[0] ?? null) : null;
}

/** The same of a prepared dispatch that is to be confirmed now: those who consented to the night are known. */
export function nightRefusal(
  { night, prepared, schedule, split }: Pick<Dispatch, 'night' | 'prepared' | 'schedule' | 'split'>,
  nowMs: number,
): number | null {
  const reached = prepared === null || prepared.totals.sendable === 0 || prepared.nightRows.some((rows) => rows > 0);
  return reached ? null : whollyAtNight(night, Math.max(schedule?.atMs ?? nowMs, nowMs), split);
}

/** Until when a batch waits for the night to end; null: it does not. One whose recipients all consented never waits. */
export function waitsUntilMs({ night }: Pick<Dispatch, 'night'>, batch: Pick<Batch, 'night'>, nowMs: number) {
  return night?.policy === 'wait' && !batch.night ? opensAtMs(night, nowMs) : null;
}

/** When the last night ended that batches of it may have waited for; 0: none of them ever waits. */
export const lastMorningMs = ({ night }: Pick<Dispatch, 'night'>, nowMs: number): number =>
  night?.policy === 'wait' ? openedAtMs(night, nowMs) : 0;

/** What the night does to one wave, as far as that is known before it goes. */
export interface WaveAtNight {
  readonly wave: number;
  readonly atMs: number;
  /** When the window that it falls into ends; null: it falls into none. */
  readonly opensAtMs: number | null;
  /** Sendable recipients of it, and those of them whom the night does not concern. */
  readonly recipients: number;
  readonly consented: number;
}

/** What it does to every wave of a prepared dispatch; null: it is no advertisement. */
export function nightForecast(dispatch: Dispatch, nowMs: number): readonly WaveAtNight[] | null {
  const { night, prepared } = dispatch;
  if (night === null || prepared === null) return null;
  return wavesOf(dispatch, nowMs).map(({ number, atMs, recipients }) => ({
    wave: number,
    atMs,
    opensAtMs: opensAtMs(night, atMs),
    recipients,
    consented: prepared.nightRows[number - 1] ?? 0,
  }));
}
