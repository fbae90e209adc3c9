import { RowScanner } from '../dispatches/prepare/row-scanner.ts';
import type { ImportRows } from './ports.ts';
import type { ImportedRow, RowCells, Verdict } from './row-work.ts';

/** Rows that are gone through as one: what is known of them is read at once, and so much is done again after a crash. */
export const blockRows = 500;
/** More than the longest line: a row has up to 64 KB of text, which JSON writes in up to six times as many bytes. */
const chunkBytes = 512 * 1024;
/** A stretch of rows, and where the next one begins in their object. Refused rows are in `rows` only. */
export interface Block<Change> {
  readonly rows: number;
  readonly good: readonly ImportedRow<Change>[];
  readonly nextOffset: number;
}

/** The rows from `offset` on, in blocks; a stretch of the object is read when it is asked for. `rows`: so many are left. */
export async function* blocksFrom<Change>(
  source: Pick<ImportRows, 'range'>,
  list: { readonly rowsKey: string; readonly columns: readonly string[] },
  from: { readonly offset: number; readonly rows: number },
  judge: (row: RowCells) => Verdict<Change>,
): AsyncGenerator<Block<Change>> {
  const scanner = new RowScanner(list.columns.length);
  let { offset, rows: left } = from;
  while (left > 0) {
    const chunk = Buffer.from(await source.range(list.rowsKey, offset, chunkBytes));
    // The first line names the columns
    const header = offset === 0 ? chunk.indexOf('\n') + 1 : 0;
    const lines = chunk.subarray(header, chunk.lastIndexOf('\n') + 1);
    if (lines.length === 0) throw new Error(`${list.rowsKey} ends before its last row`);
    scanner.load(lines);
    const start = offset + header;
    let rows = 0;
    let good: ImportedRow<Change>[] = [];
    while (rows < left && scanner.next()) {
      rows++;
      const verdict = scanner.number === 0 ? null : judge(scanner); // of a deleted person nothing is left to do
      if (verdict && 'change' in verdict) good.push({ digits: scanner.digits, change: verdict.change });
      if (rows < blockRows && rows < left && scanner.lineEnd < lines.length) continue;
      offset = start + scanner.lineEnd;
      left -= rows;
      yield { rows, good, nextOffset: offset };
      [rows, good] = [0, []];
    }
  }
}
