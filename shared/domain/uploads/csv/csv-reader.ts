import { cellBytesMax, cellCharactersMax, columnsMax } from '../bounds.ts';
import { CarryBuffer } from '../carry-buffer.ts';
import { FileRefused } from '../file-problem.ts';
import { Row } from '../row.ts';
import { TextCheck } from './text-check.ts';

const quote = 34;
const comma = 44;
const lf = 10;
const cr = 13;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const unfinishedBytesMax = 2 * columnsMax * cellBytesMax; // a row of full cells in which every byte is a doubled quote

/**
 * Reads RFC 4180 csv from chunks cut anywhere, by bytes: commas, quotes and line ends are ASCII, so Korean needs no
 * decoding to find the cells. Takes LF, CRLF and CR line ends, mixed. A quote inside an unquoted cell is plain text;
 * text behind a closing quote and a quote that is never closed refuse the file, because rows after it would be wrong.
 */
export class CsvReader {
  readonly #row = new Row();
  readonly #escaped = new Uint8Array(columnsMax);
  readonly #check = new TextCheck();
  readonly #onRow: (row: Row) => void;
  readonly #carry = new CarryBuffer();
  #begun = false;
  #rows = 0;

  constructor(onRow: (row: Row) => void) {
    this.#onRow = onRow;
  }

  /** Reads the rows that end in what has come so far. Throws FileRefused. */
  push(chunk: Buffer): void {
    this.#check.push(chunk);
    this.#carry.add(chunk);
    this.#take(false);
  }

  /** Reads a last row without line end. Throws FileRefused. */
  end(): void {
    this.#check.end();
    this.#take(true);
  }

  #take(final: boolean): void {
    const carry = this.#carry;
    let from = 0;
    if (!this.#begun) {
      if (carry.length < byteOrderMark.length && !final) return;
      this.#begun = true;
      if (carry.bytes.subarray(0, Math.min(3, carry.length)).equals(byteOrderMark)) from = 3;
    }
    carry.drop(this.#scan(carry.bytes, from, carry.length, final));
    if (carry.length > unfinishedBytesMax) this.#refuseLongCell();
  }

  /** Hands over all rows that end before the buffer does; says where the first unfinished one starts. */
  #scan(bytes: Buffer, from: number, length: number, final: boolean): number {
    const row = this.#row;
    const { starts, ends, sources } = row;
    const escaped = this.#escaped;
    let rowStart = from;
    while (rowStart < length) {
      let i = rowStart;
      let cells = 0;
      let anyEscaped = false;
      row.clear(this.#rows + 1);
      for (;;) {
        let start = i;
        let end: number;
        let doubled = 0;
        if (i < length && bytes[i] === quote) {
          start = i + 1;
          end = start;
          for (;;) {
            while (end < length && bytes[end] !== quote) end++;
            if (end === length) {
              if (final) throw this.#refusal('opens a quote that is never closed');
              if (length - start > 2 * cellBytesMax) this.#refuseLongCell();
              return rowStart;
            }
            if (end + 1 === length && !final) return rowStart;
            if (end + 1 === length || bytes[end + 1] !== quote) break;
            doubled = 1;
            end += 2;
          }
          i = end + 1;
        } else {
          for (; i < length; i++) {
            const c = bytes[i]!;
            if (c <= comma && (c === comma || c === lf || c === cr)) break;
          }
          end = i;
          if (i === length && !final) {
            if (length - start > cellBytesMax) this.#refuseLongCell();
            return rowStart;
          }
        }
        if (end - start > cellCharactersMax) this.#checkLength(bytes, start, end);
        if (cells < columnsMax) {
          sources[cells] = bytes;
          starts[cells] = start;
          ends[cells] = end;
          escaped[cells] = doubled;
          if (doubled === 1) anyEscaped = true;
        } else if (end > start) row.overflow = true;
        cells++;
        if (i === length) {
          rowStart = length;
          break;
        }
        const c = bytes[i];
        if (c === comma) {
          i++;
          continue;
        }
        if (c === lf) {
          rowStart = i + 1;
          break;
        }
        if (c !== cr) throw this.#refusal('has text behind a closing quote');
        if (i + 1 === length && !final) return rowStart; // an LF may follow in the next chunk
        rowStart = i + 1 < length && bytes[i + 1] === lf ? i + 2 : i + 1;
        break;
      }
      row.cells = cells;
      if (anyEscaped) this.#closeUpQuotes(bytes, Math.min(cells, columnsMax));
      this.#rows++;
      this.#onRow(row);
    }
    return rowStart;
  }

  #closeUpQuotes(bytes: Buffer, cells: number): void {
    for (let cell = 0; cell < cells; cell++) {
      if (this.#escaped[cell] === 0) continue;
      const end = this.#row.ends[cell]!;
      let to = this.#row.starts[cell]!;
      for (let i = to; i < end; i++) {
        if (bytes[i] === quote) i++; // inside a cell quotes come in pairs
        bytes[to++] = bytes[i]!;
      }
      this.#row.ends[cell] = to;
    }
  }

  #checkLength(bytes: Buffer, start: number, end: number): void {
    if (end - start > 2 * cellBytesMax) this.#refuseLongCell();
    const text = bytes.toString('utf8', start, end);
    if (text.replaceAll('""', '"').length > cellCharactersMax) this.#refuseLongCell();
  }

  #refuseLongCell(): never {
    const row = this.#rows + 1;
    throw new FileRefused(
      'too_large',
      `Row ${row} has a cell of more than ${cellCharactersMax.toLocaleString('en')} characters, or a quote that is never closed.`,
      row,
    );
  }

  #refusal(what: string): FileRefused {
    const row = this.#rows + 1;
    return new FileRefused('unreadable_file', `Row ${row} ${what}.`, row);
  }
}
