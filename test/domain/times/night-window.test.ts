import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defaultNightRule,
  korea,
  type NightRule,
  openedAtMs,
  opensAtMs,
} from '../../../shared/domain/times/night-window.ts';

const at = (local: string) => Date.parse(`${local}+09:00`);
const ruleOf = (start: string, end: string): NightRule => {
  const minute = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  return { policy: 'fail', windows: { [korea]: { startMinute: minute(start), endMinute: minute(end) } } };
};

describe('a night', () => {
  test.each<[string, string, string, string | null]>([
    ['20:00', '08:00', '2026-12-24T19:58:59.999', null],
    ['20:00', '08:00', '2026-12-24T19:59:00.000', '2026-12-25T08:00:00'],
    ['20:00', '08:00', '2026-12-24T20:00:00.000', '2026-12-25T08:00:00'],
    ['20:00', '08:00', '2026-12-31T23:59:59.999', '2027-01-01T08:00:00'],
    ['20:00', '08:00', '2028-02-29T00:00:00.000', '2028-02-29T08:00:00'],
    ['20:00', '08:00', '2026-12-24T07:59:59.999', '2026-12-24T08:00:00'],
    ['20:00', '08:00', '2026-12-24T08:00:00.000', null],
    ['18:00', '12:00', '2026-12-24T11:59:00.000', '2026-12-24T12:00:00'],
    ['18:00', '12:00', '2026-12-24T12:00:00.000', null],
    ['18:00', '12:00', '2026-12-24T17:59:00.000', '2026-12-25T12:00:00'],
    ['21:00', '08:00', '2026-12-24T20:58:59.999', null],
    ['21:00', '08:00', '2026-12-24T20:59:00.000', '2026-12-25T08:00:00'],
  ])('from %s to %s, at %s', (start, end, now, opens) => {
    expect(opensAtMs(ruleOf(start, end), at(now))).toBe(opens === null ? null : at(opens));
  });

  test('last ended this morning, or yesterday', () => {
    expect(openedAtMs(defaultNightRule, at('2026-12-24T08:00:00'))).toBe(at('2026-12-24T08:00:00'));
    expect(openedAtMs(defaultNightRule, at('2026-12-24T19:00:00'))).toBe(at('2026-12-24T08:00:00'));
    expect(openedAtMs(defaultNightRule, at('2026-12-24T23:00:00'))).toBe(at('2026-12-24T08:00:00'));
    expect(openedAtMs(defaultNightRule, at('2026-12-24T07:59:59'))).toBe(at('2026-12-23T08:00:00'));
  });

  test('whatever a tenant may set, the hours of the law are closed, and a minute before them', () => {
    const window = fc.record({
      start: fc.integer({ min: 18 * 60, max: 21 * 60 }),
      end: fc.integer({ min: 8 * 60, max: 12 * 60 }),
    });
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(window, moment, ({ start, end }, nowMs) => {
        const rule: NightRule = { policy: 'wait', windows: { [korea]: { startMinute: start, endMinute: end } } };
        const opens = opensAtMs(rule, nowMs);
        const hour = new Date(nowMs + 9 * 3_600_000).getUTCHours();
        if (hour >= 21 || hour < 8) expect(opens).not.toBeNull();
        if (opens === null) {
          const inAMinute = new Date(nowMs + 59_999 + 9 * 3_600_000).getUTCHours();
          expect(inAMinute >= 8 && inAMinute < 21).toBe(true);
          expect(openedAtMs(rule, nowMs)).toBeLessThanOrEqual(nowMs);
          expect(nowMs - openedAtMs(rule, nowMs)).toBeLessThan(86_400_000);
        } else {
          expect(opens).toBeGreaterThan(nowMs);
          expect(opensAtMs(rule, opens)).toBeNull();
          expect(opensAtMs(rule, opens - 1)).toBe(opens);
          expect(openedAtMs(rule, opens)).toBe(opens);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
