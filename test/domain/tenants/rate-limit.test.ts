import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Allowance,
  afterRequest,
  paceOf,
  type RateLimit,
  remainingOf,
  retryAfterSecondsOf,
  verdictOf,
} from '../../../shared/domain/tenants/rate-limit.ts';

const fresh: Allowance = { idleAtMs: 0, openAtMs: 0 };

/** Which of the requests at these times get through. */
function through(limit: RateLimit, timesMs: readonly number[]): number[] {
  const pace = paceOf(limit);
  let allowance = fresh;
  return timesMs.filter((nowMs) => {
    if (verdictOf(allowance, nowMs) === 'wait') return false;
    allowance = afterRequest(allowance, pace, nowMs);
    return true;
  });
}

const at = (ms: number, times: number) => Array.from({ length: times }, () => 1_000_000 + ms);

describe('what gets through', () => {
  const standard = { requestsPerSecond: 50, burst: 100 };
  test.each<[string, RateLimit, number[], number]>([
    ['a burst, and not one more', standard, at(0, 150), 100],
    ['one more 20 ms after a burst', standard, [...at(0, 100), ...at(20, 5)], 101],
    ['none 19 ms after a burst', standard, [...at(0, 100), ...at(19, 5)], 100],
    ['the whole burst again two seconds after it', standard, [...at(0, 100), ...at(2_000, 150)], 200],
    ['half of it after one second', standard, [...at(0, 100), ...at(1_000, 150)], 150],
    ['never more than a burst after long idleness', standard, [...at(0, 1), ...at(86_400_000, 150)], 101],
    ['a steady 50 a second for ever', standard, Array.from({ length: 500 }, (_, i) => 1_000_000 + i * 20), 500],
    [
      'one at a time with a burst of one',
      { requestsPerSecond: 1, burst: 1 },
      [...at(0, 2), ...at(999, 1), ...at(1_000, 2)],
      2,
    ],
    [
      'thirds of a second without drift',
      { requestsPerSecond: 3, burst: 2 },
      Array.from({ length: 30 }, (_, i) => 1_000_000 + Math.ceil(i * 333.333)),
      30,
    ],
  ])('%s', (_, limit, timesMs, count) => {
    expect(through(limit, timesMs)).toHaveLength(count);
  });
});

const limits = fc.record({
  requestsPerSecond: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 2_000 }),
});
const times = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 400 }).map((gaps) =>
  gaps.map(
    (
      (sum) => (gap: number) =>
        (sum += gap)
    )(1_000_000),
  ),
);

describe('whatever comes when', () => {
  test('no window lets through more than its burst and its rate', () => {
    fc.assert(
      fc.property(limits, times, (limit, timesMs) => {
        const passed = through(limit, timesMs);
        const { intervalMs } = paceOf(limit);
        for (const [i, from] of passed.entries()) {
          for (let j = i; j < passed.length; j++) {
            const allowed = limit.burst + Math.floor((passed[j]! - from) / intervalMs);
            if (j - i + 1 > allowed) return false;
          }
        }
        return true;
      }),
    );
  });

  test('a request that asks for less than its rate is never refused', () => {
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 50 }), (limit, extra) => {
        const gap = Math.ceil(1000 / limit.requestsPerSecond);
        const timesMs = extra.map(
          (
            (sum) => (more: number) =>
              (sum += gap + more)
          )(1_000_000),
        );
        expect(through(limit, timesMs)).toEqual(timesMs);
      }),
    );
  });

  test('what is said to remain gets through at once, and nothing beyond', () => {
    fc.assert(
      fc.property(limits, times, (limit, timesMs) => {
        const pace = paceOf(limit);
        let allowance = fresh;
        for (const nowMs of timesMs) {
          if (verdictOf(allowance, nowMs) !== 'wait') allowance = afterRequest(allowance, pace, nowMs);
        }
        const nowMs = timesMs.at(-1)!;
        const remaining = remainingOf(allowance, limit, pace, nowMs);
        for (let i = 0; i < remaining; i++) {
          expect(verdictOf(allowance, nowMs)).not.toBe('wait');
          allowance = afterRequest(allowance, pace, nowMs);
        }
        expect(verdictOf(allowance, nowMs)).toBe('wait');
        expect(verdictOf(allowance, nowMs + retryAfterSecondsOf(allowance, nowMs) * 1000)).not.toBe('wait');
      }),
    );
  });
});
