import { type ByteSink, ByteWriter } from './byte-writer.ts';
import type { Row } from './row.ts';

const rowsPerBlock = 500;

/** Up to 500 lines of `rows.ndjson`: where they lie (bytes), and the file row of the first. */
export interface RowsBlock {
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  readonly firstRow: number;
}

/** Kept beside the rows as `index.json`, so that any stretch of them is one ranged read. */
export interface RowsIndex {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly rejected: number;
  readonly blocks: readonly RowsBlock[];
}

const open = 91;
const close = 93;
const comma = 44;
const quote = 34;
const lf = 10;

/** Writes clean rows in the format of a recipient list. */
export class RowsWriter {
  readonly bytes: ByteWriter;
  readonly blocks: RowsBlock[] = [];
  #blockOffset = 0;
  #blockRows = 0;
  #blockFirstRow = 0;

  constructor(sink: ByteSink) {
    this.bytes = new ByteWriter(sink);
  }

  header(columns: readonly string[]): void {
    this.bytes.text(`${JSON.stringify({ columns })}\n`);
  }

  /** `[row, digits, ...cells]`, a cell for each of `columns` after the first. */
  row(row: Row, number: number, columns: number): void {
    const out = this.bytes;
    if (this.#blockRows === 0) {
      this.#blockOffset = out.written;
      this.#blockFirstRow = row.number;
    }
    out.byte(open);
    out.digits(row.number);
    out.byte(comma);
    out.byte(quote);
    out.digits(number);
    out.byte(quote);
    const kept = Math.min(row.cells, columns);
    for (let column = 1; column < columns; column++) {
      out.byte(comma);
      if (column < kept) out.jsonString(row.sources[column]!, row.starts[column]!, row.ends[column]!);
      else {
        out.byte(quote);
        out.byte(quote);
      }
    }
    out.byte(close);
    out.byte(lf);
    if (++this.#blockRows === rowsPerBlock) this.closeBlock();
  }

  closeBlock(): void {
    if (this.#blockRows === 0) return;
    this.blocks.push({
      offset: this.#blockOffset,
      length: this.bytes.written - this.#blockOffset,
      rows: this.#blockRows,
      firstRow: this.#blockFirstRow,
    });
    this.#blockRows = 0;
  }
}
