import { inflateRawSync } from 'node:zlib';
import { packedClasses, pageRuns } from './cp949-table.ts';

/**
 * How Korean carriers count: one byte for ASCII, two for everything else that code page 949 holds.
 * Emoji, combining marks, control characters and most Latin letters with accents are not in it.
 */

/** Bits of a measure: the low two bits of a unit's entry are its bytes, the others are flags that add up by `|`. */
export const bytesMask = 3;
export const cp949OnlyFlag = 4;
/** Not sendable as it stands. Carriage returns are marked too: `normaliseText` turns them into line feeds first. */
export const unsendableFlag = 8;

/** For each UTF-16 unit: its bytes and flags. An unsendable unit counts one byte, as the `?` that would replace it. */
export const unitTable: Uint8Array = unpack();

function unpack(): Uint8Array {
  const table = new Uint8Array(65_536).fill(1 | unsendableFlag);
  const entries = [1 | unsendableFlag, 1, 2, 2 | cp949OnlyFlag];
  const packed = inflateRawSync(Buffer.from(packedClasses, 'base64'));
  let at = 0;
  for (const [first, pages] of pageRuns) {
    for (let unit = first * 64; unit < (first + pages) * 64; unit += 4, at++) {
      const four = packed[at]!;
      for (let i = 0; i < 4; i++) table[unit + i] = entries[(four >> (i * 2)) & 3]!;
    }
  }
  return table;
}

/** Bytes of `text` in CP949, with `cp949OnlyFlag` and `unsendableFlag` if any of its characters has them. */
export interface TextMeasure {
  readonly bytes: number;
  readonly flags: number;
}

/** Bytes of a text in CP949. Unsendable units count one byte each; ask `measureText` whether there are any. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += unitTable[text.charCodeAt(i)]! & bytesMask;
  return bytes;
}

/** Measures a text as it stands, without normalising it. */
export function measureText(text: string): TextMeasure {
  let bytes = 0;
  let seen = 0;
  for (let i = 0; i < text.length; i++) {
    const entry = unitTable[text.charCodeAt(i)]!;
    bytes += entry & bytesMask;
    seen |= entry;
  }
  return { bytes, flags: seen & ~bytesMask };
}

/** A character that no Korean carrier takes: `position` counts UTF-16 units of the text from 0. */
export interface UnsendableCharacter {
  readonly position: number;
  readonly character: string;
}

/** The characters of `text` that cannot be sent, in order, at most `limit`. */
export function unsendableCharacters(text: string, limit = 10): UnsendableCharacter[] {
  const found: UnsendableCharacter[] = [];
  for (let position = 0; position < text.length && found.length < limit; position++) {
    if (!(unitTable[text.charCodeAt(position)]! & unsendableFlag)) continue;
    const character = String.fromCodePoint(text.codePointAt(position)!);
    found.push({ position, character });
    position += character.length - 1;
  }
  return found;
}

/** More marks on a letter than any script has: putting them in order costs the square of their number. */
const heapedMarks = /(\p{M}{30})\p{M}+/gu;

/**
 * Line ends as LF and letters composed (NFC), as every text is before it is counted or sent. A text that is wholly
 * sendable is returned as it is: CP949 holds no combining marks, so nothing in such a text can compose. The signs
 * that NFC would swap for letters outside CP949 (Å, Ω, compatibility hanja) are left alone for the same reason. Of a
 * heap of combining marks, which no carrier takes, 30 are kept.
 */
export function normaliseText(text: string): string {
  if (!(measureText(text).flags & unsendableFlag)) return text;
  return text
    .replace(/\r\n?/g, '\n')
    .replace(heapedMarks, '$1')
    .replace(/[^\u2126\u212b\uf900-\ufa0b]+/g, (composable) => composable.normalize('NFC'));
}
