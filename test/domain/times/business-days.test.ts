import { expect, test } from 'vitest';
import { businessDaysAfter, koreanDateOf } from '../../../shared/domain/times/business-days.ts';

test.each([
  // 2026-11-23 is a Monday
  ['2026-11-23', 4, '2026-11-27'],
  ['2026-11-24', 4, '2026-11-30'],
  ['2026-11-27', 1, '2026-11-30'],
  ['2026-11-28', 1, '2026-11-30'],
  ['2026-11-29', 1, '2026-11-30'],
  ['2026-11-28', 4, '2026-12-03'],
  ['2026-11-27', 10, '2026-12-11'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-11-25', 0, '2026-11-25'],
])('%s and %i business days are %s', (date, days, after) => {
  expect(businessDaysAfter(date, days)).toBe(after);
});

test.each([
  ['2026-11-23T14:59:59.999Z', '2026-11-23'],
  ['2026-11-23T15:00:00Z', '2026-11-24'],
  ['2026-12-31T20:00:00Z', '2027-01-01'],
])('at %s it is %s in Korea', (at, date) => {
  expect(koreanDateOf(Date.parse(at))).toBe(date);
});
