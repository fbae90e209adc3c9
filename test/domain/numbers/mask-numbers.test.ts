import { expect, test } from 'vitest';
import { maskAddresses, maskNumbers } from '../../../shared/domain/numbers/mask-numbers.ts';

test.each([
  ['010-1234-5678', '010****5678'],
  ['call 01012345678 now', 'call 010****5678 now'],
  ['+821012345678', '821*****5678'],
  ['+82 10 1234 5678.', '821*****5678.'],
  ['15441234', '15****34'],
  ['02-123-4567 and 031 123 4567', '02*****67 and 031***4567'],
  ['"0801234567"', '"080***4567"'],
])('%s is shown as %s', (text, masked) => {
  expect(maskNumbers(text)).toBe(masked);
});

test.each([
  '2026-11-27',
  '2026-11-27T03:00:00.000Z',
  'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'opk_01KB1234567890123456789012',
  '100,000 credits',
  '1234',
  '',
])('%s stays as it is', (text) => {
  expect(maskNumbers(text)).toBe(text);
});

test.each([
  ['ops@shop.kr', 'o***@shop.kr'],
  ['a@b.kr, cd@e.kr', 'a***@b.kr, c***@e.kr'],
  ['nobody', 'nobody'],
])('of %s is shown %s', (text, masked) => {
  expect(maskAddresses(text)).toBe(masked);
});
