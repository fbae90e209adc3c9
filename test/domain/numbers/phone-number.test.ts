import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mobileNumberOf, mobileNumberOfText } from '../../../shared/domain/numbers/mobile-fast-path.ts';
import {
  readNumber,
  readRecipient,
  recipientNumberOf,
  toE164,
  toNational,
} from '../../../shared/domain/numbers/phone-number.ts';

describe('any usual form of a Korean mobile number becomes the same E.164', () => {
  test.each([
    '01022345678',
    '010-2234-5678',
    '010 2234 5678',
    ' 010-2234-5678 ',
    '010.2234.5678',
    '(010) 2234-5678',
    '1022345678',
    '10-2234-5678',
    '821022345678',
    '82 10-2234-5678',
    '8201022345678',
    '+821022345678',
    '+82 10 2234 5678',
    '+82 010-2234-5678',
    '+82 (0)10-2234-5678',
    '00821022345678',
    '0082-10-2234-5678',
    '００８２１０２２３４５６７８',
    '０１０－２２３４－５６７８',
    '010–2234–5678',
    '\u202A010-2234-5678\u202C',
    '\uFEFF01022345678',
    "'01022345678",
    '="01022345678"',
    '1022345678.0',
    '010\u00A02234\u00A05678',
  ])('%j', (given) => {
    expect(readNumber(given)).toEqual({ kind: 'mobile', e164: '+821022345678' });
  });
});

describe('kinds', () => {
  test.each([
    ['010-2000-0000', 'mobile', '+821020000000'],
    ['010-9999-9999', 'mobile', '+821099999999'],
    ['011-234-5678', 'legacy_mobile', '+82112345678'],
    ['016-9234-5678', 'legacy_mobile', '+821692345678'],
    ['112345678', 'legacy_mobile', '+82112345678'],
    ['0505-123-4567', 'personal', '+825051234567'],
    ['0507-1234-5678', 'personal', '+8250712345678'],
    ['050712345678', 'personal', '+8250712345678'],
    ['50712345678', 'personal', '+8250712345678'],
    ['070-7123-4567', 'internet', '+827071234567'],
    ['080-123-4567', 'toll_free', '+82801234567'],
    ['080-1234-5678', 'toll_free', '+828012345678'],
    ['060-700-1234', 'premium', '+82607001234'],
    ['0303-1234-5678', 'mailbox', '+8230312345678'],
    ['02-323-4567', 'fixed', '+8223234567'],
    ['0212345678', 'fixed', '+82212345678'],
    ['02-2123-4567', 'fixed', '+82221234567'],
    ['+82 2 2123 4567', 'fixed', '+82221234567'],
    ['031-212-3456', 'fixed', '+82312123456'],
    ['064-7123-4567', 'fixed', '+826471234567'],
    ['1544-1234', 'representative', '+8215441234'],
    ['+82 1588 1234', 'representative', '+8215881234'],
    ['+1 415 555 2671', 'foreign', '+14155552671'],
    ['0014155552671', 'foreign', '+14155552671'],
    ['+81 90-1234-5678', 'foreign', '+819012345678'],
    ['+44 7911 123456', 'foreign', '+447911123456'],
  ])('%s is %s', (given, kind, e164) => {
    expect(readNumber(given)).toEqual({ kind, e164 });
  });

  test.each([
    '',
    ' ',
    '-',
    '010',
    '010-12',
    '010-1234-5678', // 010-1 is not assigned, whatever a library says
    '010-0234-5678',
    '010-2234-567',
    '+82 10-2234-567',
    '010-2234-56789',
    '10223456789',
    '82102234567',
    '+821022345678 ext 5',
    '010-2234-5678/010-2234-5679',
    '010-2234-567a',
    '공일공',
    '070-1234-5678',
    '070-0234-5678',
    '02-1544-1234',
    '02-0123-4567',
    '1234567',
    '2123456',
    '015-2234-5678',
    '14155552671', // no plus: not taken for a number abroad
    '+999 123 4567',
    '+0 10 2234 5678',
    '+01022345678',
    '+1022345678',
    '++821022345678',
    '1.02E+09',
    '#N/A',
    '9'.repeat(500),
  ])('%j is no number', (given) => {
    expect(readNumber(given)).toEqual({ kind: 'invalid' });
  });
});

describe('recipients', () => {
  test.each([
    ['010-2234-5678', true],
    ['017-234-5678', true],
    ['0507-1234-5678', true],
    ['070-7123-4567', true],
    ['02-2123-4567', false],
    ['1588-1234', false],
    ['080-123-4567', false],
    ['0303-123-4567', false],
    ['060-700-1234', false],
  ])('%s may receive: %s', (given, ok) => expect(readRecipient(given).ok).toBe(ok));

  test('an empty cell is a missing number, a wrong one an invalid number', () => {
    expect(readRecipient(' \u00A0')).toEqual({ ok: false, code: 'missing_number' });
    expect(readRecipient('-')).toEqual({ ok: false, code: 'missing_number' });
    expect(readRecipient('010-12')).toEqual({ ok: false, code: 'invalid_number' });
    expect(readRecipient('+1 415 555 2671')).toEqual({ ok: true, e164: '+14155552671', foreign: true });
  });

  test('the fast path over bytes never disagrees with the careful rules', () => {
    const pieces = fc.constantFrom(
      '0',
      '1',
      '8',
      '2',
      '+',
      '-',
      ' ',
      '010',
      '82',
      '0082',
      '+82',
      '2234',
      '5678',
      '9',
      'a',
      '.',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const bytes = Buffer.from(text);
        const read = readRecipient(text);
        expect(recipientNumberOf(bytes, 0, bytes.length)).toBe(read.ok ? Number(read.e164.slice(1)) : 0);
        const fast = mobileNumberOf(bytes, 0, bytes.length);
        expect(mobileNumberOfText(text)).toBe(fast);
        // Judged by itself: what the fast path takes is an 010 number whose digits stand in the text.
        if (fast !== 0) {
          expect(String(fast)).toMatch(/^8210[2-9]\d{7}$/);
          expect(text.replace(/\D/g, '').endsWith(String(fast).slice(2))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('reading what was read changes nothing, and the national form leads back', () => {
    const national = fc.stringMatching(
      /^(010[2-9]\d{7}|01[16789][1-9]\d{6,7}|0507\d{8}|070[2-9]\d{7}|1[568]\d{6}|02[2-9]\d{7})$/,
    );
    fc.assert(
      fc.property(national, (digits) => {
        const e164 = toE164(digits);
        expect(e164).not.toBeNull();
        expect(toE164(e164!)).toBe(e164);
        expect(toE164(e164!.slice(1))).toBe(e164);
        expect(toNational(e164!)).toBe(digits);
      }),
    );
  });

  test('any text is answered', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readRecipient(text)));
  });
});
