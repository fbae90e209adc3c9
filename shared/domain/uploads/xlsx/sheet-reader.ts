import { cellBytesMax, columnsMax } from '../bounds.ts';
import { Row } from '../row.ts';
import { dateText, plainNumber } from './number-text.ts';
import type { SharedStrings } from './shared-strings.ts';
import { TextCollector } from './text-collector.ts';
import { brokenXml, isNamed, type XmlHandler } from './xml-scanner.ts';

const rowTextBytesMax = (columnsMax + 1) * cellBytesMax * 2;
const rowNumberMax = 1_048_576; // what spreadsheets can hold
const letterA = 65;
const dot = 46;

/** How cells must be understood: which styles are dates, and from when days are counted. */
export interface CellStyles {
  readonly dateStyles: ReadonlySet<number>;
  readonly from1904: boolean;
}

type CellType = 'number' | 'shared' | 'text' | 'boolean' | 'error' | 'skipped';

/**
 * Turns the XML of a sheet into rows. Formulas give their stored value, or are noted as uncalculated; dates give text;
 * error cells nothing (a recipient shall never read `#N/A`) unless in the phone column, where the error report must
 * show them.
 */
export class SheetReader implements XmlHandler {
  /** The sheet's data has ended; what follows is of no interest. */
  done = false;
  readonly #row = new Row();
  readonly #shared: SharedStrings;
  readonly #styles: CellStyles;
  readonly #onRow: (row: Row) => void;
  readonly #text = new TextCollector(64 * 1024, rowTextBytesMax);
  #inRow = false;
  #lastRow = 0;
  #column = -1;
  #type: CellType = 'number';
  #style = 0;
  #textStart = 0;
  #index = -1;
  #collects = false;
  /** The cell has a formula and, so far, no value. */
  #lacksValue = false;
  #inPhonetic = false;

  constructor(shared: SharedStrings, styles: CellStyles, onRow: (row: Row) => void) {
    this.#shared = shared;
    this.#styles = styles;
    this.#onRow = onRow;
  }

  open(bytes: Buffer, start: number, end: number, attributesEnd: number): void {
    if (this.done) return;
    const length = end - start;
    const first = bytes[start];
    if (length === 1) {
      if (first === 99 /* c */) this.#openCell(bytes, end, attributesEnd);
      else if (first === 118 /* v */) this.#openValue();
      else if (first === 116 /* t */) this.#collects = !this.#inPhonetic && this.#type === 'text';
      else if (first === 102 /* f */) this.#lacksValue = true;
    } else if (isNamed(bytes, start, end, 'row')) this.#openRow(bytes, end, attributesEnd);
    else if (isNamed(bytes, start, end, 'rPh')) this.#inPhonetic = true;
  }

  close(bytes: Buffer, start: number, end: number): void {
    if (this.done) return;
    const length = end - start;
    const first = bytes[start];
    if (length === 1) {
      if (first === 118 || first === 116) this.#collects = false;
      else if (first === 99) this.#closeCell();
    } else if (isNamed(bytes, start, end, 'row')) this.#closeRow();
    else if (isNamed(bytes, start, end, 'rPh')) this.#inPhonetic = false;
    else if (isNamed(bytes, start, end, 'sheetData')) this.done = true;
  }

  text(bytes: Buffer, start: number, end: number, raw: boolean): void {
    if (!this.#collects) return;
    if (this.#type !== 'shared') {
      this.#text.add(bytes, start, end, raw);
      return;
    }
    let index = Math.max(this.#index, 0);
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit >= 0 && digit <= 9) index = index * 10 + digit;
      else if (digit > -16) throw brokenXml('a cell points to no text');
    }
    this.#index = index;
  }

  #openRow(bytes: Buffer, from: number, to: number): void {
    let number = 0;
    for (let i = from; i < to; i++) {
      // ` r="12"`, and not the `r` in the middle of another name
      if (bytes[i] === 114 && bytes[i + 1] === 61 && bytes[i - 1]! <= 32) {
        for (i += 3; i < to && bytes[i]! >= 48 && bytes[i]! <= 57; i++) number = number * 10 + bytes[i]! - 48;
        break;
      }
    }
    if (number === 0) number = this.#lastRow + 1;
    if (number <= this.#lastRow || number > rowNumberMax) throw brokenXml(`row ${number} is out of order`);
    this.#lastRow = number;
    this.#row.clear(number);
    this.#text.used = 0;
    this.#column = -1;
    this.#inRow = true;
  }

  #openCell(bytes: Buffer, from: number, to: number): void {
    let column = this.#column + 1;
    let type: CellType = 'number';
    let style = 0;
    let i = from;
    while (i < to) {
      if (bytes[i]! <= 32) {
        i++;
        continue;
      }
      const nameStart = i;
      while (i < to && bytes[i] !== 61) i++;
      const single = i - nameStart === 1 ? bytes[nameStart]! : 0;
      const quote = bytes[i + 1];
      const valueStart = i + 2;
      i = valueStart;
      while (i < to && bytes[i] !== quote) i++;
      if (single === 114 /* r */) column = columnOf(bytes, valueStart, i);
      else if (single === 116 /* t */) type = typeOf(bytes, valueStart, i);
      else if (single === 115 /* s */) {
        for (let d = valueStart; d < i; d++) style = style * 10 + bytes[d]! - 48;
      }
      i++;
    }
    this.#column = column;
    this.#style = style;
    this.#type = type === 'error' && column > 0 ? 'skipped' : type;
    this.#textStart = this.#text.used;
    this.#index = -1;
    this.#lacksValue = false;
  }

  #openValue(): void {
    this.#collects = this.#type !== 'skipped';
    // An empty text and an error are values as well; an empty number, as some programs write it, is none.
    if (this.#type === 'text' || this.#type === 'skipped') this.#lacksValue = false;
  }

  #closeCell(): void {
    const column = this.#column;
    if (!this.#inRow || column < 0) throw brokenXml('a cell stands outside of a row');
    let source = this.#text.bytes;
    let start = this.#textStart;
    let end = this.#text.used;
    if (this.#type === 'shared' && this.#index >= 0) {
      this.#lacksValue = false;
      if (this.#index >= this.#shared.count) throw brokenXml('a cell points to no text');
      source = this.#shared.bytes;
      start = this.#shared.start(this.#index);
      end = this.#shared.end(this.#index);
    } else if (end > start) {
      this.#text.checkLength(start);
      if (this.#type !== 'text') this.#rewrite(start);
      source = this.#text.bytes;
      end = this.#text.used;
    }
    const row = this.#row;
    if (start === end) {
      if (this.#lacksValue) row.addUncalculated(column);
      return; // empty cells that only carry a style are none
    }
    if (column >= columnsMax) {
      row.overflow = true;
      row.cells = Math.max(row.cells, column + 1);
      return;
    }
    for (let gap = row.cells; gap < column; gap++) row.starts[gap] = row.ends[gap] = 0;
    row.cells = Math.max(row.cells, column + 1);
    row.sources[column] = source;
    row.starts[column] = start;
    row.ends[column] = end;
  }

  /** Numbers, dates and booleans become what their reader sees. Whole numbers already are. */
  #rewrite(start: number): void {
    const bytes = this.#text.bytes;
    const isDate = this.#type === 'number' && this.#styles.dateStyles.has(this.#style);
    if (this.#type === 'number' && !isDate) {
      let i = start;
      while (i < this.#text.used && bytes[i]! >= 48 && bytes[i]! <= 57) i++;
      if (i === this.#text.used) return;
    }
    const text = bytes.toString('utf8', start, this.#text.used);
    this.#text.used = start;
    if (this.#type === 'boolean') this.#text.addText(text.trim() === '1' ? 'TRUE' : 'FALSE');
    else if (this.#type === 'error') this.#text.addText(text);
    else this.#text.addText(isDate ? dateText(text, this.#styles.from1904) : plainNumber(text));
  }

  #closeRow(): void {
    if (!this.#inRow) throw brokenXml('a row ends that never began');
    this.#inRow = false;
    this.#onRow(this.#row);
  }
}

/** `AB12` → 27. */
function columnOf(bytes: Buffer, start: number, end: number): number {
  let column = 0;
  let i = start;
  for (; i < end && bytes[i]! >= letterA && bytes[i]! <= letterA + 25 && i < start + 4; i++) {
    column = column * 26 + bytes[i]! - letterA + 1;
  }
  if (i === start || bytes[i] === dot) throw brokenXml('a cell has no place');
  return column - 1;
}

function typeOf(bytes: Buffer, start: number, end: number): CellType {
  const length = end - start;
  const first = bytes[start];
  if (length === 1) {
    if (first === 115 /* s */) return 'shared';
    if (first === 98 /* b */) return 'boolean';
    if (first === 101 /* e */) return 'error';
    if (first === 100 /* d, ISO 8601 */) return 'text';
    return 'number';
  }
  return 'text'; // inlineStr, str
}
