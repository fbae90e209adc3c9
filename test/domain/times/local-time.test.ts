import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../../../shared/domain/times/local-time.ts';

const wallOf = (local: string) => Date.parse(`${local}Z`);

/** What `instantOf` says, in short. */
function told(local: string, timeZone: string): string {
  const zoned = instantOf(wallOf(local), timeZone);
  return zoned.kind === 'instant' ? new Date(zoned.atMs).toISOString().replace('.000Z', 'Z') : zoned.kind;
}

const skipped = 'skipped_by_daylight_saving';

describe('a local time in a zone', () => {
  test.each([
    ['2026-12-24T10:00', 'Asia/Seoul', '2026-12-24T01:00:00Z'],
    ['2026-12-24T00:00', 'Asia/Seoul', '2026-12-23T15:00:00Z'],
    ['2026-12-24T10:00:30.250', 'Asia/Seoul', '2026-12-24T01:00:30.250Z'],
    ['2028-02-29T23:59:59', 'Asia/Seoul', '2028-02-29T14:59:59Z'],
    ['2026-12-31T23:30', 'America/New_York', '2027-01-01T04:30:00Z'],
    ['2026-07-01T12:00', 'UTC', '2026-07-01T12:00:00Z'],
    ['2026-07-01T12:00', 'Asia/Kathmandu', '2026-07-01T06:15:00Z'],
    ['2026-07-01T12:00', 'Pacific/Kiritimati', '2026-06-30T22:00:00Z'],
    ['2026-07-01T12:00', 'asia/seoul', '2026-07-01T03:00:00Z'],
    ['2026-07-01T12:00', 'ROK', '2026-07-01T03:00:00Z'],
    ['0050-07-01T12:00', 'UTC', '0050-07-01T12:00:00Z'],
    ['0000-01-01T00:00', 'Asia/Seoul', '-000001-12-31T15:32:08Z'],

    // Korea had daylight saving in 1987 and 1988
    ['1988-05-08T01:59', 'Asia/Seoul', '1988-05-07T16:59:00Z'],
    ['1988-05-08T02:00', 'Asia/Seoul', skipped],
    ['1988-05-08T02:30', 'Asia/Seoul', skipped],
    ['1988-05-08T03:00', 'Asia/Seoul', '1988-05-07T17:00:00Z'],
    ['1988-07-01T12:00', 'Asia/Seoul', '1988-07-01T02:00:00Z'],
    ['1988-10-09T02:30', 'Asia/Seoul', '1988-10-08T16:30:00Z'],
    ['1988-10-09T03:00', 'Asia/Seoul', '1988-10-08T18:00:00Z'],

    ['2027-03-14T01:59:59.999', 'America/New_York', '2027-03-14T06:59:59.999Z'],
    ['2027-03-14T02:00', 'America/New_York', skipped],
    ['2027-03-14T02:30', 'America/New_York', skipped],
    ['2027-03-14T02:59:59.999', 'America/New_York', skipped],
    ['2027-03-14T03:00', 'America/New_York', '2027-03-14T07:00:00Z'],
    // shown twice: the earlier, which is still daylight saving time
    ['2027-11-07T00:59', 'America/New_York', '2027-11-07T04:59:00Z'],
    ['2027-11-07T01:00', 'America/New_York', '2027-11-07T05:00:00Z'],
    ['2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00Z'],
    ['2027-11-07T02:00', 'America/New_York', '2027-11-07T07:00:00Z'],

    ['2027-03-28T01:30', 'Europe/London', skipped],
    ['2027-03-28T02:00', 'Europe/London', '2027-03-28T01:00:00Z'],
    ['2027-10-31T01:30', 'Europe/London', '2027-10-31T00:30:00Z'],
    ['2027-10-31T02:00', 'Europe/London', '2027-10-31T02:00:00Z'],

    // half an hour only
    ['2027-10-03T01:59', 'Australia/Lord_Howe', '2027-10-02T15:29:00Z'],
    ['2027-10-03T02:15', 'Australia/Lord_Howe', skipped],
    ['2027-10-03T02:30', 'Australia/Lord_Howe', '2027-10-02T15:30:00Z'],
    ['2027-04-04T01:29', 'Australia/Lord_Howe', '2027-04-03T14:29:00Z'],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00Z'],
    ['2027-04-04T02:00', 'Australia/Lord_Howe', '2027-04-03T15:30:00Z'],

    // a whole day that never was, when the date line moved
    ['2011-12-29T23:59', 'Pacific/Apia', '2011-12-30T09:59:00Z'],
    ['2011-12-30T00:00', 'Pacific/Apia', skipped],
    ['2011-12-30T12:00', 'Pacific/Apia', skipped],
    ['2011-12-30T23:59', 'Pacific/Apia', skipped],
    ['2011-12-31T00:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['2026-07-01T12:00', 'Pacific/Apia', '2026-06-30T23:00:00Z'],
  ])('%s in %s is %s', (local, timeZone, expected) => {
    expect(told(local, timeZone)).toBe(expected);
  });

  test.each([
    '',
    'KST',
    'Seoul',
    'Asia/Seoul ',
    'Asia/Söul',
    '+09:00',
    '-0500',
    '+09',
    'GMT+9',
    '9',
    'Asia/Seoul\u0000',
  ])('%j is no zone', (timeZone) => {
    expect(told('2026-12-24T10:00', timeZone)).toBe('unknown_zone');
  });
});

const minuteMs = 60_000;

/** What clocks of a zone show, read off their faces. */
function clocksOf(timeZone: string): (atMs: number) => number {
  const part = 'numeric';
  const face = { year: part, month: part, day: part, hour: part, minute: part, second: part } as const;
  const format = new Intl.DateTimeFormat('en-US', { ...face, timeZone, hourCycle: 'h23' });
  return (atMs) => {
    const of = (type: string) => Number(format.formatToParts(atMs).find((shown) => shown.type === type)?.value);
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  };
}

/** The first minute, of all around, in which the zone's clocks show this; null if none ever does. */
function firstShowing(wallMs: number, timeZone: string): number | null {
  const clocks = clocksOf(timeZone);
  for (let atMs = wallMs - 1_590 * minuteMs; atMs <= wallMs + 1_590 * minuteMs; atMs += 15 * minuteMs) {
    if (clocks(atMs) === wallMs) return atMs;
  }
  return null;
}

/** Quarters of an hour, in which all zones of these years differ from UTC. */
const quarterMs = 15 * minuteMs;
const quarterOf = (atMs: number) => Math.floor(atMs / quarterMs) * quarterMs;

/** The moments at which a zone's clocks jumped, in some years. */
function jumpsOf(timeZone: string): readonly number[] {
  const clocks = clocksOf(timeZone);
  const [from, until] = [Date.UTC(2010, 0, 1), Date.UTC(2030, 0, 1)];
  const offsetAt = (atMs: number) => clocks(atMs) - atMs;
  const jumps: number[] = [];
  for (let day = from; day < until; day += 86_400_000) {
    if (offsetAt(day) !== offsetAt(day + 86_400_000)) jumps.push(day);
  }
  return jumps;
}

const lively = [
  'America/New_York',
  'Europe/London',
  'Africa/Casablanca',
  'Asia/Seoul',
  'Asia/Gaza',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Pacific/Chatham',
];

test.each(lively)(
  '%s: around every jump of its clocks, the first moment at which they show the time, or none',
  (zone) => {
    const jumps = jumpsOf(zone);
    const around = jumps.flatMap((day) => Array.from({ length: 24 * 4 }, (_, i) => day + (i - 24) * quarterMs));
    const anyTime = fc.integer({ min: Date.UTC(2010, 0, 2), max: Date.UTC(2029, 11, 30) }).map(quarterOf);
    const wall = around.length > 0 ? fc.oneof(fc.constantFrom(...around), anyTime) : anyTime;
    fc.assert(
      fc.property(wall, (wallMs) => {
        const expected = firstShowing(wallMs, zone);
        expect(instantOf(wallMs, zone)).toEqual(
          expected === null ? { kind: 'skipped_by_daylight_saving' } : { kind: 'instant', atMs: expected },
        );
      }),
      { numRuns: 40 },
    );
  },
);

test('every zone there is, for a year: a moment read off its clocks leads back to it, or to its earlier twin', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
      (zone, moment) => {
        const atMs = Math.floor(moment / 1_000) * 1_000;
        const clocks = clocksOf(zone);
        const zoned = instantOf(clocks(atMs), zone);
        if (zoned.kind !== 'instant') throw new Error(`${zone} shows what it is said to skip`);
        expect(clocks(zoned.atMs)).toBe(clocks(atMs));
        expect(zoned.atMs).toBeLessThanOrEqual(atMs);
        expect(atMs - zoned.atMs).toBeLessThanOrEqual(2 * 3_600_000);
      },
    ),
    { numRuns: 500 },
  );
});
