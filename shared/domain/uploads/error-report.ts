import type { ImportRowCode, RowCode } from '../../contracts/codes.ts';
import { columnsMax } from './bounds.ts';
import { type ByteSink, ByteWriter } from './byte-writer.ts';
import type { Row } from './row.ts';

const byteOrderMark = '\uFEFF'; // without it Excel reads Korean as EUC-KR

/**
 * Writes the csv that a customer downloads: every row that was left out, as given, with its row number and reason at
 * the end. The phone column stays first, so a corrected report can be uploaded again.
 */
export class ErrorReport {
  readonly bytes: ByteWriter;
  #columns = 0;

  constructor(sink: ByteSink) {
    this.bytes = new ByteWriter(sink);
  }

  header(columns: readonly string[]): void {
    this.#columns = columns.length;
    this.bytes.text(`${byteOrderMark}${[...columns, 'row', 'code', 'reason'].map(csvCell).join(',')}\r\n`);
  }

  /** Cells beyond the header's columns come behind the reason, so that they are not lost from sight. */
  row(row: Row, code: RowCode, message: string): void {
    const cells: string[] = [];
    for (let column = 0; column < this.#columns; column++) cells.push(row.text(column));
    const more: string[] = [];
    for (let column = this.#columns; column < Math.min(row.cells, columnsMax); column++) more.push(row.text(column));
    this.line(cells, row.number, code, message, more);
  }

  /** A cell for each column of the header. */
  line(
    cells: readonly string[],
    row: number,
    code: RowCode | ImportRowCode,
    message: string,
    more: readonly string[] = [],
  ): void {
    this.bytes.text(`${[...cells, String(row), code, message, ...more].map(csvCell).join(',')}\r\n`);
  }
}

/** One csv cell. Text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
