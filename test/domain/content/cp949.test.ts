import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  cp949OnlyFlag,
  measureText,
  normaliseText,
  unitTable,
  unsendableCharacters,
  unsendableFlag,
} from '../../../shared/domain/content/cp949.ts';
import { packedClasses, pageRuns } from '../../../shared/domain/content/cp949-table.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { sendableClasses } from '../../support/generate-cp949.ts';

const sendable = Array.from({ length: 65_536 }, (_, unit) => unit).filter(
  (unit) => !(unitTable[unit]! & unsendableFlag),
);
const sendableText = fc
  .array(fc.constantFrom(...sendable), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));
const korean = fc
  .array(fc.integer({ min: 0xac00, max: 0xd7a3 }), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));

describe('counting in CP949', () => {
  it('has the table that iconv-lite gives', () => {
    const { runs, packed } = sendableClasses();
    expect(pageRuns).toEqual(runs);
    expect(inflateRawSync(Buffer.from(packedClasses, 'base64')).equals(packed)).toBe(true);
  });

  it.each([
    ['', 0],
    ['abc 123', 7],
    ['가나다', 6],
    ['똠방각하', 8],
    ['a가\nb', 5],
    ['￦1,000', 7],
    ['€™…“”·①℃㈜★♥®½²°※', 32],
  ])('counts %j as %i bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes));

  it('counts as iconv-lite encodes', () => {
    fc.assert(
      fc.property(fc.oneof(sendableText, korean), (text) => bytesOf(text) === iconv.encode(text, 'cp949').length),
    );
  });

  it('calls unsendable exactly what iconv-lite cannot encode, and control characters', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      korean,
    );
    fc.assert(
      fc.property(text, (given) => {
        const lost = [...given].some((one) => {
          const control = one < ' ' ? one !== '\n' && one !== '\t' : one === '\x7f';
          return control || iconv.decode(iconv.encode(one, 'cp949'), 'cp949') !== one;
        });
        return (measureText(given).flags & unsendableFlag) > 0 === lost;
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows the syllables that KS X 1001 lacks', () => {
    expect(measureText('뷁').flags & cp949OnlyFlag).toBeTruthy();
    expect(measureText('똠').flags & cp949OnlyFlag).toBeTruthy();
    expect(measureText('각€').flags & cp949OnlyFlag).toBe(0);
    const complete = Array.from({ length: 11_172 }, (_, i) => measureText(String.fromCharCode(0xac00 + i)));
    expect(complete.filter(({ flags }) => !(flags & cp949OnlyFlag)).length).toBe(2_350);
  });

  it('names what cannot be sent by position, a pair of surrogates once', () => {
    expect(unsendableCharacters('가😀₩é')).toEqual([
      { position: 1, character: '😀' },
      { position: 3, character: '₩' },
      { position: 4, character: 'é' },
    ]);
    expect(unsendableCharacters('\ud83d')).toEqual([{ position: 0, character: '\ud83d' }]);
    expect(unsendableCharacters('😀'.repeat(50), 3)).toHaveLength(3);
  });
});

describe('normalising', () => {
  it.each([
    ['a\r\nb\rc\n', 'a\nb\nc\n'],
    ['한글'.normalize('NFD'), '한글'],
    ['Å Ω 樂', 'Å Ω 樂'],
  ])('makes %j into %j', (given, normal) => expect(normaliseText(given)).toBe(normal));

  it('keeps 30 of a heap of marks', () => {
    const heap = `a${'\u0301'.repeat(50_000)}${'\u0316'.repeat(50_000)}b`;
    expect(cpuMsOf(() => normaliseText(heap))).toBeLessThan(1_000);
    expect(normaliseText(heap)).toBe(`\u00e1${'\u0301'.repeat(29)}b`);
    const few = `a${'\u0316'.repeat(29)}\u0301`;
    expect(normaliseText(few)).toBe(few.normalize('NFC'));
  });

  it('is done after one time and never makes a text longer in bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 40 }),
          korean.map((text) => text.normalize('NFD')),
        ),
        (given) => {
          const once = normaliseText(given);
          expect(normaliseText(once)).toBe(once);
        },
      ),
    );
  });

  it('has nothing to do in a sendable text: no two sendable characters compose', () => {
    for (const unit of sendable) {
      const character = String.fromCharCode(unit);
      expect(/^\p{M}$/u.test(character) || (unit >= 0x1100 && unit < 0x1200)).toBe(false);
    }
    fc.assert(fc.property(sendableText, (text) => normaliseText(text) === text));
  });
});
