import type { RowCode } from '../../contracts/codes.ts';
import { uploadRowsMax } from '../../contracts/limits.ts';
import { readRecipient, recipientNumberOf } from '../numbers/phone-number.ts';
import { rowBytesMax, writtenBytesMax } from './bounds.ts';
import type { ByteSink } from './byte-writer.ts';
import { ByteWriter } from './byte-writer.ts';
import { DuplicateNumbers } from './duplicate-numbers.ts';
import { ErrorReport } from './error-report.ts';
import { FileRefused, uncalculated } from './file-problem.ts';
import { readHeader } from './header.ts';
import type { Row } from './row.ts';
import { RowsWriter } from './rows-writer.ts';

const errorsShown = 10;
const valueCharactersShown = 100;

/** Empty cells of good rows in one column. A list of these, because no record or map takes every name a column may have. */
export interface EmptyCells {
  readonly column: string;
  readonly count: number;
}

/** One row that cannot be a recipient, as a customer sees it. */
export interface RowError {
  readonly row: number;
  readonly column: string;
  readonly code: RowCode;
  readonly message: string;
  readonly value: string;
}

export interface CheckOptions {
  /** `reject` keeps checking after the first error, so that one report names them all, but keeps no rows. */
  readonly onInvalidRows: 'reject' | 'skip';
  readonly requiredColumns: readonly string[];
  /** Any number that a file's author cannot know: see DuplicateNumbers. */
  readonly seed: number;
}

/** `rows`, `rejected`: the objects of a recipient list; `report`: the csv of all errors. */
export interface CheckSinks {
  readonly rows: ByteSink;
  readonly rejected: ByteSink;
  readonly report: ByteSink;
}

/**
 * Judges row after row of a recipients file, whatever format it came from, and writes what it finds. A row has one
 * reason, in this order: too many cells, no number, a bad number, an empty required cell, a number seen before. Only
 * rows that are otherwise good take their number, so a broken row never pushes out a good one.
 */
export class RecipientsCheck {
  columns: readonly string[] = [];
  rows = 0;
  valid = 0;
  duplicates = 0;
  invalid = 0;
  readonly errors: RowError[] = [];
  readonly written: RowsWriter;
  readonly #rejected: ByteWriter;
  readonly #report: ErrorReport;
  readonly #options: CheckOptions;
  readonly #seen: DuplicateNumbers;
  #required: number[] = [];
  #empty = new Float64Array(0);

  constructor(options: CheckOptions, sinks: CheckSinks) {
    this.#options = options;
    this.#seen = new DuplicateNumbers(options.seed);
    this.written = new RowsWriter(sinks.rows);
    this.#rejected = new ByteWriter(sinks.rejected);
    this.#report = new ErrorReport(sinks.report);
  }

  /** Rows that carry an error. */
  get errorCount(): number {
    return this.invalid + this.duplicates;
  }

  /** Empty cells among the good rows, by column; columns without any are left out. */
  emptyCells(): readonly EmptyCells[] {
    const empty: EmptyCells[] = [];
    this.#empty.forEach((count, column) => {
      if (count > 0) empty.push({ column: this.columns[column]!, count });
    });
    return empty;
  }

  /** Takes the reader's next row, the header first. Throws FileRefused. */
  readonly take = (row: Row): void => {
    if (this.columns.length === 0) {
      this.#header(row);
      return;
    }
    if (row.isBlank()) return;
    this.#checkBounds(row);
    this.rows++;
    const number = row.isEmpty(0) ? 0 : recipientNumberOf(row.sources[0]!, row.starts[0]!, row.ends[0]!);
    const fault = this.#faultOf(row, number);
    if (fault !== null) {
      this.#refuse(row, fault);
      return;
    }
    this.valid++;
    const columns = this.columns.length;
    for (let column = 1; column < columns; column++) if (isVoid(row, column)) this.#empty[column]!++;
    if (this.#keepsRows()) this.written.row(row, number, columns);
  };

  /** Lets the sinks catch up. */
  async drain(): Promise<void> {
    await this.written.bytes.drain();
    await this.#rejected.drain();
    await this.#report.bytes.drain();
  }

  /** Call once, after the last row. Throws FileRefused when there was none. */
  async finish(): Promise<void> {
    if (this.columns.length === 0) throw new FileRefused('empty_file', 'The file is empty.');
    if (this.rows === 0) throw new FileRefused('empty_file', 'The file has a header but no rows.');
    this.written.closeBlock();
    await this.written.bytes.finish();
    await this.#rejected.finish();
    await this.#report.bytes.finish();
  }

  #header(row: Row): void {
    this.columns = readHeader(row, this.#options.requiredColumns);
    const names = new Set(this.#options.requiredColumns.map((name) => name.normalize('NFC')));
    this.#required = [...this.columns.keys()].filter((column) => column > 0 && names.has(this.columns[column]!));
    this.#empty = new Float64Array(this.columns.length);
    this.written.header(this.columns);
    this.#report.header(this.columns);
  }

  #checkBounds(row: Row): void {
    if (this.rows === uploadRowsMax) {
      const limit = uploadRowsMax.toLocaleString('en');
      throw new FileRefused('too_many_rows', `The file has more than ${limit} rows.`, row.number);
    }
    if (row.bytes() > rowBytesMax) {
      throw new FileRefused(
        'too_large',
        `Row ${row.number} holds more than ${rowBytesMax / 1024} KB of text.`,
        row.number,
      );
    }
    if (this.written.bytes.written + this.#report.bytes.written > writtenBytesMax) {
      throw new FileRefused('too_large', 'The file holds more than 1 GB of text.', row.number);
    }
  }

  #keepsRows(): boolean {
    return this.#options.onInvalidRows === 'skip' || this.errorCount === 0;
  }

  #faultOf(row: Row, number: number): Fault | null {
    const columns = this.columns.length;
    if (row.overflow || (row.cells > columns && hasMore(row, columns))) {
      return {
        code: 'too_many_cells',
        column: columns - 1,
        message: `The row has more cells than the header's ${columns}.`,
      };
    }
    if (number === 0) {
      const read = readRecipient(row.text(0));
      return !read.ok && read.code === 'missing_number'
        ? {
            code: 'missing_number',
            column: 0,
            message: row.isUncalculated(0) ? `The cell ${uncalculated}` : 'The row has no phone number.',
          }
        : { code: 'invalid_number', column: 0, message: 'This is no phone number that can receive text messages.' };
    }
    for (const column of this.#required) {
      if (isVoid(row, column)) {
        const what = row.isUncalculated(column) ? uncalculated : 'is empty.';
        return { code: 'missing_value', column, message: `The required column "${this.columns[column]}" ${what}` };
      }
    }
    const firstRow = this.#seen.firstRowOf(number, row.number);
    return firstRow === 0
      ? null
      : { code: 'duplicate_number', column: 0, message: `The number is already in row ${firstRow}.` };
  }

  #refuse(row: Row, { code, column, message }: Fault): void {
    if (code === 'duplicate_number') this.duplicates++;
    else this.invalid++;
    const name = this.columns[column]!;
    if (this.errors.length < errorsShown) {
      const value = row.text(column).slice(0, valueCharactersShown);
      this.errors.push({ row: row.number, column: name, code, message, value });
    }
    const given = row.text(0).slice(0, valueCharactersShown);
    if (this.#keepsRows()) this.#rejected.text(`${JSON.stringify([row.number, code, name, given])}\n`);
    this.#report.row(row, code, message);
  }
}

interface Fault {
  readonly code: RowCode;
  readonly column: number;
  readonly message: string;
}

function hasMore(row: Row, columns: number): boolean {
  for (let column = columns; column < row.cells; column++) if (!row.isEmpty(column)) return true;
  return false;
}

/** Empty, or nothing but spaces: a customer cannot see the difference. */
function isVoid(row: Row, column: number): boolean {
  if (row.isEmpty(column)) return true;
  const source = row.sources[column]!;
  const first = source[row.starts[column]!]!;
  // Only ASCII space and tab, and what may begin a Unicode space, are worth a closer look.
  return (first <= 32 || first === 0xc2 || first === 0xe2 || first === 0xe3) && row.text(column).trim() === '';
}
