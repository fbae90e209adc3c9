import { describe, expect, it, test } from 'vitest';
import {
  batchRowsUnder,
  type CarrierAccount,
  hasRoom,
  type Permit,
  permitDeadlineMs,
  permitEndMs,
} from '../../../shared/domain/carriers/carrier-account.ts';

const nowMs = 1_800_000_000_000;
let made = 0;
const permit = (messages: number, holder = 'other', untilMs = nowMs + 1): Permit => ({
  id: `p${made++}`,
  holder,
  messages,
  untilMs,
});
const account = (...permits: readonly Permit[]): CarrierAccount => ({ version: 1, pausedUntilMs: 0, permits });
const room = (of: CarrierAccount, messages: number, limit: number, holder = 'us') =>
  hasRoom(of, { holder, messages }, limit, nowMs);

describe('room in an account that takes 100 messages a second', () => {
  type Row = readonly [what: string, live: readonly Permit[], messages: number, room: boolean];
  const rows: readonly Row[] = [
    ['an empty account takes a batch', [], 22, true],
    ['bulk fills it up to nine tenths', [permit(68)], 22, true],
    ['and no further', [permit(69)], 22, false],
    ['the last tenth takes a few of somebody else', [permit(90)], 10, true],
    ['but not more than there is', [permit(91)], 10, false],
    ['nor more than a tenth', [permit(80)], 11, false],
    ['nor of somebody who has a tenth already', [permit(80), permit(10, 'us')], 1, false],
    ['who may go on below nine tenths', [permit(79), permit(10, 'us')], 1, true],
    ['somebody who has a little gets the rest of a tenth', [permit(88), permit(5, 'us')], 5, true],
    ['what no longer counts takes no room', [permit(90, 'other', nowMs)], 22, true],
    ['what counts a millisecond longer does', [permit(90, 'other', nowMs + 1)], 22, false],
    ['a batch above nine tenths waits for the rest', [permit(6)], 95, false],
    ['and then goes', [permit(5)], 95, true],
    ['a batch of the whole second goes alone', [], 100, true],
    ['and only alone', [permit(1)], 100, false],
    ['a batch that fits no second waits for bulk', [permit(11)], 500, false],
    ['and then goes, beside the few', [permit(10)], 500, true],
    ['nobody goes beside it', [permit(500)], 1, false],
  ];
  it.each(rows)('%s', (_, live, messages, expected) => {
    expect(room(account(...live), messages, 100)).toBe(expected);
  });

  it('there is none while the account is paused', () => {
    expect(room({ ...account(), pausedUntilMs: nowMs + 1 }, 1, 100)).toBe(false);
    expect(room({ ...account(), pausedUntilMs: nowMs }, 1, 100)).toBe(true);
  });
});

test('an account of one message a second takes one, from whomever', () => {
  expect(room(account(), 1, 1)).toBe(true);
  expect(room(account(permit(1)), 1, 1)).toBe(false);
});

test('an account of two a second keeps one for others than who has one', () => {
  expect(room(account(permit(1, 'us')), 1, 2)).toBe(false);
  expect(room(account(permit(1)), 1, 2)).toBe(true);
});

test('a permit counts for the run it may take, or for a second after its answer, and a little for clocks', () => {
  expect(permitDeadlineMs(nowMs)).toBe(nowMs + 46_100);
  expect(permitEndMs(nowMs)).toBe(nowMs + 1_100);
});

describe('rows of a batch', () => {
  const rows: readonly (readonly [limit: number | null, rows: number])[] = [
    [null, 500],
    [1_000_000, 500],
    [2_300, 500],
    [2_000, 450],
    [300, 67],
    [100, 22],
    [20, 4],
    [5, 1],
    [1, 1],
  ];
  it.each(rows)('under a limit of %s a second: %i', (limit, expected) => {
    expect(batchRowsUnder(limit)).toBe(expected);
  });

  it('several of them always fit at once, and the reserve beside them', () => {
    for (let limit = 5; limit < 3_000; limit++) {
      const one = batchRowsUnder(limit);
      const three = account(permit(one), permit(one), permit(one));
      expect(room(three, one, limit), String(limit)).toBe(true);
      expect(room(account(...three.permits, permit(one)), 1, limit), String(limit)).toBe(true);
    }
  });
});
