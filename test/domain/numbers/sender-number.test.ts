import { describe, expect, test } from 'vitest';
import { readSenderNumber } from '../../../shared/domain/numbers/sender-number.ts';

describe('sender numbers', () => {
  test.each([
    ['02-2123-4567', '0221234567'],
    ['0221234567', '0221234567'],
    ['0212345678', '0212345678'],
    ['02-312-3456', '023123456'],
    ['031-212-3456', '0312123456'],
    ['010-2234-5678', '01022345678'],
    ['011-234-5678', '0112345678'],
    ['1544-1234', '15441234'],
    ['1899-1234', '18991234'],
    ['070-7123-4567', '07071234567'],
    ['080-123-4567', '0801234567'],
    ['0303-1234-5678', '030312345678'],
    ['0507-123-4567', '05071234567'],
  ])('%s is taken', (given, number) => expect(readSenderNumber(given)).toEqual({ ok: true, number }));

  test.each([
    ['+82-2-2123-4567', 'country_code'],
    ['0082-10-2234-5678', 'country_code'],
    ['821022345678', 'country_code'],
    ['+1 415 555 2671', 'foreign'],
    ['00000000', 'all_zero'],
    ['212-3456', 'area_code_missing'],
    ['2123-4567', 'area_code_missing'],
    ['02-1544-1234', 'area_code_before_representative'],
    ['031-1588-1234', 'area_code_before_representative'],
    ['010-1234-5678', 'unassigned'],
    ['010-0234-5678', 'unassigned'],
    ['070-0123-4567', 'unassigned'],
    ['112', 'reserved'],
    ['1335', 'reserved'],
    ['15441', 'length'],
    ['010-2234-56789', 'length'],
    ['0507-1234-5678', 'length'],
    ['015-2234-5678', 'unknown_format'],
    ['Bongsu', 'not_digits'],
    ['', 'not_digits'],
  ])('%s is refused: %s', (given, reason) => expect(readSenderNumber(given)).toMatchObject({ ok: false, reason }));
});
