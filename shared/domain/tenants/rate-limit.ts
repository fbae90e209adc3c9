/** How often a key may call. Each key has its own allowance; none is shared. */
export interface RateLimit {
  /** On average, over time. */
  readonly requestsPerSecond: number;
  /** At once, by a key that has been idle. */
  readonly burst: number;
}

/**
 * The generic cell rate algorithm as two times that move together: what a leaky bucket would count, kept so that one
 * conditional write can both check and count, with comparisons only.
 */
export interface Allowance {
  /** From then on the key counts as idle: its whole burst is there again. */
  readonly idleAtMs: number;
  /** The next request may come from then on. It lies `burst - 1` intervals before `idleAtMs`. */
  readonly openAtMs: number;
}

/** The two constants a write needs; they are stored with the key. May be fractions of a millisecond. */
export interface Pace {
  /** What one request costs in time. */
  readonly intervalMs: number;
  /** From the time of an idle key's request to the time its next one may come; negative when it has a burst. */
  readonly idleStepMs: number;
}

/** Times move in steps of 1/1024 ms: sums of them are exact, so that nothing drifts. */
const stepsPerMs = 1024;

export function paceOf({ requestsPerSecond, burst }: RateLimit): Pace {
  const intervalMs = Math.ceil((1000 / requestsPerSecond) * stepsPerMs) / stepsPerMs;
  return { intervalMs, idleStepMs: intervalMs * (2 - burst) };
}

/** Which write counts a request, if any: one for an idle key, one for a busy one, none for a key that has to wait. */
export type Verdict = 'idle' | 'busy' | 'wait';

export function verdictOf({ idleAtMs, openAtMs }: Allowance, nowMs: number): Verdict {
  if (nowMs >= idleAtMs) return 'idle';
  return nowMs >= openAtMs ? 'busy' : 'wait';
}

/** The allowance after a request that was let through. */
export function afterRequest(before: Allowance, pace: Pace, nowMs: number): Allowance {
  return verdictOf(before, nowMs) === 'idle'
    ? { idleAtMs: nowMs + pace.intervalMs, openAtMs: nowMs + pace.idleStepMs }
    : { idleAtMs: before.idleAtMs + pace.intervalMs, openAtMs: before.openAtMs + pace.intervalMs };
}

/** Requests that may still come right now. */
export function remainingOf(
  { openAtMs }: Allowance,
  { burst }: RateLimit,
  { intervalMs }: Pace,
  nowMs: number,
): number {
  return nowMs < openAtMs ? 0 : Math.min(burst, Math.floor((nowMs - openAtMs) / intervalMs) + 1);
}

/** Whole seconds until the next request may come; at least 1. */
export const retryAfterSecondsOf = ({ openAtMs }: Allowance, nowMs: number): number =>
  Math.max(1, Math.ceil((openAtMs - nowMs) / 1000));
