import { scheduleDaysMax, sentWithinDays } from '../../contracts/limits.ts';

const dayMs = 86_400_000;

/** A time from which on a dispatch may go out, as the customer asked for it. */
export interface Schedule {
  readonly atMs: number;
}

/** A send in several waves, so long apart. */
export interface Split {
  readonly count: number;
  readonly intervalMinutes: number;
}

export type ScheduleProblem =
  | { readonly kind: 'in_the_past' }
  /** The first wave would go later than `latestMs`. */
  | { readonly kind: 'too_far'; readonly latestMs: number }
  /** The first wave may go then, the last one may not: it would go at `lastMs`. */
  | { readonly kind: 'split_too_long'; readonly latestMs: number; readonly lastMs: number };

/** How long after the first wave the last one goes. */
export const spanMs = (split: Split | null): number => (split ? (split.count - 1) * split.intervalMinutes * 60_000 : 0);

/**
 * What speaks against a plan made now for a dispatch created at `createdAtMs`; null: nothing. Without a schedule the
 * first wave goes at once.
 */
export function scheduleProblem(
  schedule: Schedule | null,
  split: Split | null,
  nowMs: number,
  createdAtMs = nowMs,
): ScheduleProblem | null {
  const latestMs = Math.min(nowMs + scheduleDaysMax * dayMs, createdAtMs + sentWithinDays * dayMs);
  const firstMs = schedule?.atMs ?? nowMs;
  const lastMs = firstMs + spanMs(split);
  if (schedule && firstMs <= nowMs) return { kind: 'in_the_past' };
  if (firstMs > latestMs) return { kind: 'too_far', latestMs };
  return lastMs > latestMs ? { kind: 'split_too_long', latestMs, lastMs } : null;
}
