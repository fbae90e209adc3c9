import { describe, expect, test } from 'vitest';
import { readSenderNumber, senderNumberRefusals } from '../../../shared/domain/numbers/sender-number.ts';

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

  const refusals: readonly (readonly [given: string, reason: string])[] = [
    ['+82-2-2123-4567', 'country_code'],
    ['82-1544-1234', 'country_code'],
    ['+821544-1234', 'country_code'],
    ['82 80 123 4567', 'country_code'],
    ['82 2 312 3456', 'country_code'],
    ['00 82 2 2123 4567', 'country_code'],
    ['0014155552671', 'foreign'],
    ['000-0000-0000', 'all_zero'],
    ['0', 'all_zero'],
    ['5123456', 'area_code_missing'],
    ['055-1600-1234', 'area_code_before_representative'],
    ['02-1899-1234', 'area_code_before_representative'],
    ['02-070-7123-4567', 'area_code_before_network_number'],
    ['031-080-123-4567', 'area_code_before_network_number'],
    ['02-0303-123-4567', 'area_code_before_network_number'],
    ['064-0507-123-4567', 'area_code_before_network_number'],
    ['1544-1234-5', 'extension'],
    ['1588-1234-567', 'extension'],
    ['10-2234-5678', 'leading_zero_missing'],
    ['070-1123-4567', 'unassigned'],
    ['02-112', 'reserved'],
    ['031-1335', 'reserved'],
    ['119', 'reserved'],
    ['1234567', 'length'],
    ['0303-1234-56789', 'length'],
    ['034-212-3456', 'unknown_format'],
    ['1744-1234', 'unknown_format'],
    ['０２２１２３４５６７', 'not_digits'],
    ['02.2123.4567', 'not_digits'],
    ['02-2123-4567#1', 'not_digits'],
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
  ];
  test.each(refusals)('%s is refused: %s', (given, reason) =>
    expect(readSenderNumber(given)).toMatchObject({ ok: false, reason }),
  );

  test('every reason is met above, and told in a sentence', () => {
    expect([...new Set(refusals.map(([, reason]) => reason))].sort()).toEqual([...senderNumberRefusals].sort());
    for (const [given] of refusals)
      expect(readSenderNumber(given)).toMatchObject({ message: expect.stringMatching(/^[A-Z].*\.$/) });
  });
});
