import { describe, expect, test } from 'vitest';
import {
  dueOf,
  lastToldOf,
  permissionTold,
  type SentMark,
  seoulDate,
  twoYearsAfter,
  untold,
} from '../../../shared/domain/permissions/due.ts';
import {
  type Permission,
  type PermissionChange,
  permissionAfter,
} from '../../../shared/domain/permissions/permission.ts';

const digits = '821012345678';
const at = (text: string) => Date.parse(text);
const dayMs = 86_400_000;
type Words = Omit<PermissionChange, 'source'>;

/** How things stand after changes a minute apart, from noon of 1 March 2026 in Seoul on. */
const startMs = at('2026-03-01T12:00:00+09:00');
const minute = (n: number) => startMs + n * 60_000;
const known = (...changes: readonly Words[]) =>
  changes.reduce<Permission | null>(
    (before, change, n) => permissionAfter(before, digits, { source: 'api', ...change }, minute(n)),
    null,
  )!;
const resultOf = (...changes: readonly Words[]) => {
  const due = dueOf('result_notice', known(...changes));
  return due && [due.fact, due.saidAtMs];
};
const reconfirmationOf = (permission: Permission) => dueOf('reconfirmation', permission)?.dueAtMs ?? null;

describe('two calendar years later in Seoul', () => {
  test.each([
    ['2026-03-01T12:00:00+09:00', '2028-03-01T12:00:00+09:00'],
    ['2024-02-28T10:00:00+09:00', '2026-02-28T10:00:00+09:00'],
    ['2024-02-29T10:00:00+09:00', '2026-02-28T10:00:00+09:00'],
    ['2026-02-28T23:59:59.999+09:00', '2028-02-28T23:59:59.999+09:00'],
    ['2024-03-01T00:00:00+09:00', '2026-03-01T00:00:00+09:00'],
    // Already the 29th there, still the 28th in UTC; and the other way round
    ['2024-02-28T15:00:00Z', '2026-02-27T15:00:00Z'],
    ['2024-02-29T14:59:59Z', '2026-02-28T14:59:59Z'],
    ['2024-02-29T15:00:00Z', '2026-02-28T15:00:00Z'],
    ['2025-12-31T23:59:59+09:00', '2027-12-31T23:59:59+09:00'],
    ['2026-01-01T00:00:00+09:00', '2028-01-01T00:00:00+09:00'],
    ['2025-12-31T15:00:00Z', '2027-12-31T15:00:00Z'],
    ['2099-05-31T12:00:00+09:00', '2101-05-31T12:00:00+09:00'],
    // Summer, where other countries move their clocks
    ['2026-07-15T02:30:00+09:00', '2028-07-15T02:30:00+09:00'],
  ])('%s → %s', (from, to) => expect(new Date(twoYearsAfter(at(from)))).toEqual(new Date(at(to))));
});

test.each([
  ['2026-11-20T15:00:00Z', '2026-11-21'],
  ['2026-11-20T14:59:59.999Z', '2026-11-20'],
  ['2025-12-31T15:00:00Z', '2026-01-01'],
  ['2024-02-28T15:00:00Z', '2024-02-29'],
])('at %s it is %s in Seoul', (time, date) => expect(seoulDate(at(time))).toBe(date));

describe('what came of it is to be told', () => {
  test.each<[string, readonly Words[], [string, number] | null]>([
    ['of an opt-out', [{ optedOut: true }], ['opted_out', minute(0)]],
    ['of an opt-out once', [{ optedOut: true }, { optedOut: true }], ['opted_out', minute(0)]],
    ['of coming back', [{ optedOut: true }, { optedOut: false }], ['returned', minute(1)]],
    ['of no coming back of who never left', [{ optedOut: false }], null],
    ['of a consent', [{ marketing: true }], ['consented', minute(0)]],
    ['of a consent as of its own time', [{ marketing: true, consentAtMs: 5 }], ['consented', 5]],
    ['of a refusal', [{ marketing: false }], ['refused', minute(0)]],
    ['of a withdrawal', [{ marketing: true }, { marketing: false }], ['withdrew', minute(1)]],
    ['of a consent after a withdrawal', [{ marketing: false }, { marketing: true }], ['consented', minute(1)]],
    ['of nothing said anew', [{ marketing: true }, { marketing: true }], ['consented', minute(0)]],
    ['of a consent confirmed', [{ marketing: true }, { marketing: true, consentAtMs: 7 }], ['consented', 7]],
    ['of nothing where nothing is known', [{ marketing: null, night: null }], null],
    ['of nothing where a record was a mistake', [{ marketing: true }, { marketing: null }], null],
    ['of the opt-out beside such a mistake', [{ optedOut: true }, { marketing: null }], ['opted_out', minute(0)]],
    ['of night alone', [{ marketing: true }, { night: true }], ['night_consented', minute(1)]],
    ['of night withdrawn', [{ marketing: true }, { night: true }, { night: false }], ['night_withdrew', minute(2)]],
    ['of night refused', [{ marketing: true }, { night: false }], ['night_refused', minute(1)]],
    ['of night that was a mistake', [{ night: true }, { night: null }], null],
    ['of both at once by what weighs more', [{ marketing: true, night: true }], ['consented', minute(0)]],
    ['of an opt-out before anything', [{ optedOut: true, marketing: false }], ['opted_out', minute(0)]],
    ['of the last word only', [{ marketing: true }, { optedOut: true }], ['opted_out', minute(1)]],
    ['of evidence never', [{ optedOut: true }, { evidence: 'a form' }], ['opted_out', minute(0)]],
  ])('%s', (_, changes, told) => expect(resultOf(...changes)).toEqual(told));

  test('within 14 days', () => {
    const due = dueOf('result_notice', known({ optedOut: true }));
    expect(due).toEqual({
      kind: 'result_notice',
      digits,
      fact: 'opted_out',
      saidAtMs: startMs,
      dueAtMs: at('2026-03-15T12:00:00+09:00'),
    });
  });
});

describe('a consent is to be confirmed', () => {
  const twoYears = at('2028-03-01T12:00:00+09:00');
  test.each<[string, readonly Words[], number | null]>([
    ['two years after it was given', [{ marketing: true }], twoYears],
    [
      'two years after its own time',
      [{ marketing: true, consentAtMs: at('2024-02-29T12:00:00+09:00') }],
      at('2026-02-28T12:00:00+09:00'),
    ],
    ['not once it was withdrawn', [{ marketing: true }, { marketing: false }], null],
    ['not after an opt-out', [{ marketing: true }, { optedOut: true }], null],
    [
      'again after coming back, from when it was given',
      [{ marketing: true }, { optedOut: true }, { optedOut: false }],
      twoYears,
    ],
    ['not where it was refused', [{ marketing: false }], null],
    ['whatever is said about nights', [{ marketing: true }, { night: true }, { night: false }], twoYears],
    [
      'from a new consent',
      [{ marketing: true, consentAtMs: 5 }, { marketing: false }, { marketing: true }],
      minute(2) - startMs + twoYears,
    ],
  ])('%s', (_, changes, due) => expect(reconfirmationOf(known(...changes))).toBe(due));
});

describe('once told', () => {
  const telling = (n: number, atMs = minute(60)): SentMark => ({ dispatchId: `dsp_${n}`, atMs });
  const tell = (kind: 'reconfirmation' | 'result_notice', permission: Permission, by: SentMark, of = permission) =>
    permissionTold(permission, dueOf(kind, of)!, by);

  test('nothing is due of it, and its telling is known', () => {
    const out = known({ optedOut: true });
    const told = tell('result_notice', out, telling(1));
    expect(dueOf('result_notice', told)).toBeNull();
    expect(lastToldOf('result_notice', told)).toEqual(telling(1));
    expect(told.version).toBe(out.version + 1);
    // Unless it reached nobody
    expect(dueOf('result_notice', untold('result_notice', told))).toEqual(dueOf('result_notice', out));
  });

  test('a reconfirmation is due again two years after it was sent', () => {
    const consented = known({ marketing: true });
    const sentAtMs = at('2028-02-29T09:00:00+09:00');
    const told = tell('reconfirmation', consented, telling(1, sentAtMs));
    expect(reconfirmationOf(told)).toBe(at('2030-02-28T09:00:00+09:00'));
    expect(dueOf('result_notice', told)).toEqual(dueOf('result_notice', consented));
    expect(reconfirmationOf(untold('reconfirmation', told))).toBe(reconfirmationOf(consented));
    // Who withdraws and consents again begins anew
    const back = [{ marketing: false }, { marketing: true, consentAtMs: startMs }].reduce<Permission>(
      (before, change) => permissionAfter(before, digits, { source: 'api', ...change }, sentAtMs + dayMs),
      told,
    );
    expect(reconfirmationOf(back)).toBe(twoYearsAfter(startMs));
  });

  test('what was said meanwhile is still to be told', () => {
    const consented = known({ marketing: true });
    const withdrawn = known({ marketing: true }, { marketing: false });
    for (const kind of ['result_notice', 'reconfirmation'] as const) {
      expect(tell(kind, withdrawn, telling(1), consented)).toBe(withdrawn);
    }
  });

  test('a reconfirmation counts also for somebody who opted out meanwhile, once they come back', () => {
    const consented = known({ marketing: true });
    const told = tell('reconfirmation', known({ marketing: true }, { optedOut: true }), telling(1), consented);
    expect(reconfirmationOf(told)).toBeNull();
    const back = permissionAfter(told, digits, { source: 'api', optedOut: false }, minute(90));
    expect(reconfirmationOf(back)).toBe(twoYearsAfter(minute(60)));
  });

  test('again by the same, or late by an earlier one, changes nothing', () => {
    for (const kind of ['result_notice', 'reconfirmation'] as const) {
      const consented = known({ marketing: true });
      const told = tell(kind, consented, telling(2));
      expect(tell(kind, told, telling(2), consented)).toBe(told);
      expect(tell(kind, told, telling(1), consented)).toBe(told);
      expect(lastToldOf(kind, tell(kind, told, telling(3), consented))).toEqual(telling(3));
    }
  });

  test('it stays told while nothing new is said, and new words are due', () => {
    const told = tell('result_notice', known({ optedOut: true }), telling(1));
    const say = (change: Words) => permissionAfter(told, digits, { source: 'api', ...change }, minute(90));
    expect(dueOf('result_notice', say({ evidence: 'a letter' }))).toBeNull();
    expect(say({ optedOut: true })).toBe(told);
    expect(dueOf('result_notice', say({ optedOut: false }))).toMatchObject({ fact: 'returned', saidAtMs: minute(90) });
  });
});
