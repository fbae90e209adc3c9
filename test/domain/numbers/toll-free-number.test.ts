import { describe, expect, test } from 'vitest';
import { tollFreeNumberOf, writtenTollFreeNumberOf } from '../../../shared/domain/numbers/toll-free-number.ts';

describe('an 080 number', () => {
  test.each([
    ['0801234567', '0801234567'],
    ['080-123-4567', '0801234567'],
    ['08012345678', '08012345678'],
    ['080-1234-5678', '08012345678'],
    ['080 000 0000', '0800000000'],
    ['(080) 123-4567', '0801234567'],
    ['+82 80 123 4567', '0801234567'],
    ['+82-80-1234-5678', '08012345678'],
    ['+82 080-123-4567', '0801234567'],
    ['00828012345678', '08012345678'],
    ['０８０−１２３−４５６７', '0801234567'],
  ])('%s is %s', (given, number) => {
    expect(writtenTollFreeNumberOf(given)).toBe(number);
    expect(tollFreeNumberOf(given)).toBe(number);
  });

  test.each([
    '',
    '080',
    '080123456',
    '080123456789',
    '01012345678',
    '0212345678',
    '0701234567',
    '15441234',
    '+81 80 1234 5678',
    '1-800-123-4567',
    '080-123-456a',
    '080-CALL-NOW',
    '0801234567,0801234568',
    '0'.repeat(500),
  ])('%s is none', (given) => {
    expect(writtenTollFreeNumberOf(given)).toBeNull();
    expect(tollFreeNumberOf(given)).toBeNull();
  });

  test('is not guessed where people will be told to call it: its zero must be there', () => {
    for (const given of ['801234567', '80-1234-5678', ' 801234567']) {
      expect(writtenTollFreeNumberOf(given)).toBeNull();
      expect(tollFreeNumberOf(given)).not.toBeNull();
    }
  });
});
