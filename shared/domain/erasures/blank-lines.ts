import { toE164 } from '../numbers/phone-number.ts';

/**
 * Blanks the lines of deleted people in objects that are read by byte ranges: each keeps its length, its row and its
 * reason, so that offsets, counts and message ids stay right. What is blanked is JSON still, with spaces behind it.
 *
 * `rows`: `[row, digits, ...cells]`; `excluded`: `[row, number, reason, ...cells]`; `rejected`: `[row, code, column, given]`.
 */
export type LineKind = 'rows' | 'excluded' | 'rejected';

const [newline, space, quote, comma, open, close, zero] = [0x0a, 0x20, 0x22, 0x2c, 0x5b, 0x5d, 0x30];

/** `lines` are whole, and changed in place; a header is passed over. Asks `isErased` with the E.164 digits as a number. */
export function blankLines(lines: Buffer, kind: LineKind, isErased: (number: number) => boolean): void {
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(newline, start);
    if (end < 0) throw new Error('A line to blank has no end');
    if (lines[start] === open) {
      if (kind === 'rejected') blankRejected(lines, start, end, isErased);
      else blankNumbered(lines, start, end, kind, isErased);
    }
    start = end + 1;
  }
}

function blankNumbered(
  lines: Buffer,
  start: number,
  end: number,
  kind: 'rows' | 'excluded',
  isErased: (number: number) => boolean,
): void {
  const first = lines.indexOf(comma, start) + 2; // behind the number's quote
  let number = 0;
  let at = first;
  for (; lines[at] !== quote; at++) {
    const digit = lines[at]! - zero;
    if (!(digit >= 0 && digit <= 9)) return; // a number as it was given, which is none
    number = number * 10 + digit;
  }
  if (at === first || !isErased(number)) return;
  let to = first;
  lines[to++] = quote;
  if (kind === 'excluded') {
    const reasonEnd = lines.indexOf(quote, at + 3) + 1;
    lines.copyWithin(to, at + 1, reasonEnd);
    to += reasonEnd - (at + 1);
  }
  lines[to++] = close;
  lines.fill(space, to, end);
}

function blankRejected(lines: Buffer, start: number, end: number, isErased: (number: number) => boolean): void {
  const [row, code, column, given] = JSON.parse(lines.toString('utf8', start, end)) as [number, string, string, string];
  const number = toE164(given)?.slice(1);
  if (number === undefined || !isErased(Number(number))) return;
  const blank = Buffer.from(JSON.stringify([row, code, column, '']));
  if (blank.length > end - start) throw new Error('A blanked line outgrows what it was');
  lines.fill(space, start, end);
  blank.copy(lines, start);
}
