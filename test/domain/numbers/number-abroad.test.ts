import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { codesBeforeZero, digitsAfterCode } from '../../../shared/domain/numbers/abroad-table.ts';
import { isNumberAbroad } from '../../../shared/domain/numbers/number-abroad.ts';
import { readNumber, readRecipient } from '../../../shared/domain/numbers/phone-number.ts';
import { tableSource } from '../../support/generate-abroad.ts';

const abroad = getCountries().filter((country) => country !== 'KR');
const exampleOf = (country: CountryCode) => `${getCountryCallingCode(country)}${examples[country]}`;
/** What the library makes of the same digits, or null if it changes any or knows nothing of them. */
const asTheLibraryReads = (digits: string) => {
  const parsed = parsePhoneNumberFromString(`+${digits}`, { extract: false });
  return parsed?.number === `+${digits}` ? parsed : null;
};

test('the table is the one that the library’s metadata gives', () => {
  const source = readFileSync(new URL('../../../shared/domain/numbers/abroad-table.ts', import.meta.url), 'utf8');
  expect(source).toBe(tableSource());
});

describe('of each country', () => {
  test.each(abroad)('%s: its mobile numbers are numbers, in any usual way to write them', (country) => {
    const digits = exampleOf(country);
    const e164 = `+${digits}`;
    for (const given of [e164, `00${digits}`, `+${digits.slice(0, 4)} ${digits.slice(4, 7)}-${digits.slice(7)}`])
      expect(readNumber(given)).toEqual({ kind: 'foreign', e164 });
    expect(readRecipient(e164)).toEqual({ ok: true, e164, foreign: true });
  });

  test.each(abroad)('%s: far too short, too long, or with an extension is no number', (country) => {
    const digits = exampleOf(country);
    const code = getCountryCallingCode(country);
    for (const given of [
      `+${code}`,
      `+${code}123`,
      `+${code}${'2'.repeat(14)}`,
      `+${digits} ext 5`,
      `+${digits};ext=5`,
    ])
      expect(readNumber(given)).toEqual({ kind: 'invalid' });
  });
});

const codes = digitsAfterCode.flatMap(([those]) => those.map(String));
const anyDigits = fc.oneof(
  fc.stringMatching(/^\d{4,16}$/),
  fc.tuple(fc.constantFrom(...codes), fc.stringMatching(/^\d{4,13}$/)).map(([code, rest]) => code + rest),
  // Near what exists: an example with its end exchanged.
  fc
    .tuple(fc.constantFrom(...abroad), fc.stringMatching(/^\d{0,5}$/), fc.integer({ min: 0, max: 5 }))
    .map(([country, end, cut]) => exampleOf(country).slice(0, -cut || undefined) + end),
);

describe('against the library', () => {
  test('what it holds for a valid mobile number is one', () => {
    let valid = 0;
    fc.assert(
      fc.property(anyDigits, (digits) => {
        const read = asTheLibraryReads(digits);
        if (digits.startsWith('82') || !read?.isValid()) return;
        if (read.isNonGeographic() && read.getType() !== 'MOBILE') return; // toll-free lines and conferences
        valid++;
        expect(isNumberAbroad(digits)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
    expect(valid).toBeGreaterThan(500);
  });

  test('what is one has a length that it holds for possible', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyDigits, (digits) => {
        const read = asTheLibraryReads(digits);
        if (!isNumberAbroad(digits) || read === null) return;
        taken++;
        // Of a code that several countries share, the library takes one country's lengths for all.
        expect(read.isPossible() || read.getPossibleCountries().length > 0).toBe(true);
      }),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});

test('no calling code begins another, no number is longer than E.164 allows, and Korea is not abroad', () => {
  for (const code of codes) expect(codes.filter((other) => other.startsWith(code))).toEqual([code]);
  for (const [those, digits] of digitsAfterCode)
    for (const code of those) expect(String(code).length + Math.max(...digits)).toBeLessThanOrEqual(15);
  expect(isNumberAbroad('821022345678')).toBe(false);
  expect(isNumberAbroad('')).toBe(false);
});

test('a zero that is only dialled within the country is not part of the number', () => {
  expect(readNumber('+44 (0)7911 123456')).toEqual({ kind: 'invalid' });
  expect(readNumber('+81 090-1234-5678')).toEqual({ kind: 'invalid' });
  expect(readNumber('+49 0151 2345678')).toEqual({ kind: 'invalid' });
  expect(readNumber('+225 01 23 45 67 89')).toEqual({ kind: 'foreign', e164: '+2250123456789' });
  expect(codesBeforeZero).not.toContain(1);
});
