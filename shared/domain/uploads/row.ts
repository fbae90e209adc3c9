import { columnsMax } from './bounds.ts';

/**
 * The row a reader currently stands on. Cells stay bytes in the reader's buffers and are valid only during the call
 * that hands the row over: a million rows then cost no string each.
 */
export class Row {
  /** As a spreadsheet counts: the header is row 1. */
  number = 0;
  /** Cells in the row; those from `columnsMax` on are counted but not kept. */
  cells = 0;
  readonly sources: Buffer[] = new Array(columnsMax).fill(Buffer.alloc(0));
  readonly starts = new Int32Array(columnsMax);
  readonly ends = new Int32Array(columnsMax);
  /** A cell past the kept ones that has something in it. */
  overflow = false;
  #anyFormula = false;
  readonly #formulas = new Uint8Array(columnsMax);

  clear(number: number): void {
    this.number = number;
    this.cells = 0;
    this.overflow = false;
    if (this.#anyFormula) {
      this.#anyFormula = false;
      this.#formulas.fill(0);
    }
  }

  /**
   * Notes an empty cell with a formula that nobody has calculated yet. It has no text, but its author sees something
   * in it once a spreadsheet opens the file, so its row is meant.
   */
  addUncalculated(column: number): void {
    this.#anyFormula = true;
    if (column >= columnsMax) return;
    this.#formulas[column] = 1;
    for (; this.cells <= column; this.cells++) this.starts[this.cells] = this.ends[this.cells] = 0;
  }

  /** Whether the cell is empty only because its formula has no stored value. */
  isUncalculated(column: number): boolean {
    return this.#anyFormula && this.#formulas[column] === 1 && this.isEmpty(column);
  }

  isEmpty(column: number): boolean {
    return column >= this.cells || this.starts[column] === this.ends[column];
  }

  text(column: number): string {
    return this.isEmpty(column) ? '' : this.sources[column]!.toString('utf8', this.starts[column], this.ends[column]);
  }

  /** Bytes of all kept cells. */
  bytes(): number {
    const cells = Math.min(this.cells, columnsMax);
    let sum = 0;
    for (let i = 0; i < cells; i++) sum += this.ends[i]! - this.starts[i]!;
    return sum;
  }

  /** Nothing in any cell: spreadsheets show it as an empty line, and so nobody means it as a recipient. */
  isBlank(): boolean {
    if (this.overflow || this.#anyFormula) return false;
    const cells = Math.min(this.cells, columnsMax);
    for (let i = 0; i < cells; i++) if (this.starts[i] !== this.ends[i]) return false;
    return true;
  }
}
