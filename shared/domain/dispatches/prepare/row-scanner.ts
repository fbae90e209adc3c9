import { type Cells, writtenNumber } from '../../content/bind.ts';
import { bytesMask, unitTable, unsendableFlag } from '../../content/cp949.ts';
import type { RecipientRow } from '../../recipients/recipient-list.ts';

/** A cell holds a JSON escape, so its bytes are not its text. */
export const escapedFlag = 16;

/**
 * Walks the rows of a recipient list in their bytes: makes no string and no array unless asked, because most rows
 * need neither. While it looks for the end of a cell it counts what the cell will weigh in CP949.
 */
export class RowScanner implements Cells {
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #columns: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Of each cell, in CP949. */
  readonly bytes: Int32Array;
  /** Flags of the cell's characters, `escapedFlag` among them. */
  readonly flags: Uint8Array;

  /** The row's number in the file. */
  row = 0;
  /** The phone number's E.164 digits as a number; 0: of whoever it was, all else is blank, too. */
  number = 0;
  lineStart = 0;
  /** Behind the line end. */
  lineEnd = 0;
  /** Behind the quote that closes the number. */
  numberEnd = 0;
  /** Whether the number has Korea's country code. */
  isKorean = false;

  /** `columns` counts the phone number's. */
  constructor(columns: number) {
    this.#columns = columns;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
    this.bytes = new Int32Array(columns);
    this.flags = new Uint8Array(columns);
  }

  /** Whole lines to walk next; the last byte is a line end. */
  load(block: Buffer): void {
    this.#block = block;
    this.#at = 0;
  }

  get block(): Buffer {
    return this.#block;
  }

  /** Goes to the next row; false behind the last one. Throws on a line this service did not write. */
  next(): boolean {
    const block = this.#block;
    let at = this.#at;
    if (at >= block.length) return false;
    this.lineStart = at;
    if (block[at++] !== 0x5b) this.#broken();
    let row = 0;
    let byte = block[at++]!;
    for (; byte !== 0x2c; byte = block[at++]!) row = row * 10 + this.#digit(byte);
    if (block[at++] !== 0x22) this.#broken();
    this.isKorean = block[at] === 0x38 && block[at + 1] === 0x32;
    let number = 0;
    for (byte = block[at++]!; byte !== 0x22; byte = block[at++]!) number = number * 10 + this.#digit(byte);
    this.row = row;
    this.number = number;
    this.numberEnd = at;
    at = this.#scanCells(at);
    if (block[at] !== 0x5d) this.#broken();
    at++;
    // A blanked line keeps its length
    if (number === 0) while (block[at] === 0x20) at++;
    if (block[at] !== 0x0a) this.#broken();
    this.#at = at + 1;
    this.lineEnd = at + 1;
    return true;
  }

  #scanCells(from: number): number {
    const block = this.#block;
    let at = from;
    let column = 1;
    while (block[at] === 0x2c) {
      if (block[at + 1] !== 0x22 || column >= this.#columns) this.#broken();
      at += 2;
      this.#starts[column] = at;
      let bytes = 0;
      let flags = 0;
      for (;;) {
        const byte = block[at]!;
        let entry: number;
        if (byte < 0x80) {
          if (byte === 0x22) break;
          if (byte === 0x5c) {
            flags |= escapedFlag;
            at += 2;
            continue;
          }
          if (byte === 0x0a) this.#broken();
          entry = unitTable[byte]!;
          at++;
        } else if (byte >= 0xe0 && byte < 0xf0) {
          entry = unitTable[((byte & 15) << 12) | ((block[at + 1]! & 63) << 6) | (block[at + 2]! & 63)]!;
          at += 3;
        } else if (byte < 0xe0) {
          entry = unitTable[((byte & 31) << 6) | (block[at + 1]! & 63)]!;
          at += 2;
        } else {
          if (!(at < block.length)) this.#broken();
          entry = unsendableFlag;
          at += 4;
        }
        bytes += entry & bytesMask;
        flags |= entry;
      }
      this.#ends[column] = at++;
      this.bytes[column] = bytes;
      this.flags[column] = flags & ~bytesMask;
      column++;
    }
    for (; column < this.#columns; column++) {
      this.#starts[column] = this.#ends[column] = this.bytes[column] = this.flags[column] = 0;
    }
    return at;
  }

  isEmpty(column: number): boolean {
    return this.#starts[column] === this.#ends[column];
  }

  /** E.164 digits of the row's number. */
  get digits(): string {
    return String(this.number);
  }

  cell(column: number): string {
    if (column === 0) return writtenNumber(this.digits);
    const [start, end] = [this.#starts[column]!, this.#ends[column]!];
    if (this.flags[column]! & escapedFlag)
      return JSON.parse(this.#block.toString('utf8', start - 1, end + 1)) as string;
    return end - start <= shortBytes ? decodeShort(this.#block, start, end) : this.#block.toString('utf8', start, end);
  }

  /** The row as every other reader sees it. */
  asRow(): RecipientRow {
    return JSON.parse(this.#block.toString('utf8', this.lineStart, this.lineEnd)) as RecipientRow;
  }

  #digit(byte: number): number {
    const digit = byte - 0x30;
    if (!(digit >= 0 && digit <= 9)) this.#broken();
    return digit;
  }

  #broken(): never {
    throw new Error('A line of a recipient list is none that this service writes');
  }
}

/** Up to here joining characters is three times faster than a call into the decoder. */
const shortBytes = 36;

function decodeShort(block: Buffer, start: number, end: number): string {
  let text = '';
  let at = start;
  while (at < end) {
    const byte = block[at]!;
    let unit = byte;
    if (byte < 0x80) at++;
    else if (byte < 0xe0) {
      unit = ((byte & 31) << 6) | (block[at + 1]! & 63);
      at += 2;
    } else if (byte < 0xf0) {
      unit = ((byte & 15) << 12) | ((block[at + 1]! & 63) << 6) | (block[at + 2]! & 63);
      at += 3;
    } else return block.toString('utf8', start, end);
    text += String.fromCharCode(unit);
  }
  return text;
}
