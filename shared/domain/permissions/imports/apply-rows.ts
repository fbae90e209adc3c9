import type { OwnerId } from '../../../contracts/ids.ts';
import { RowScanner } from '../../dispatches/prepare/row-scanner.ts';
import { type PermissionChange, permissionAfter } from '../permission.ts';
import type { PermissionStore } from '../ports.ts';
import type { RowCells, Verdict } from './judge-row.ts';
import type { ImportRows } from './ports.ts';

/** Rows that are gone through as one: their permissions are read at once, and so much is done again after a crash. */
export const blockRows = 500;
/** More than the longest line: a row has up to 64 KB of text, which JSON writes in up to six times as many bytes. */
const chunkBytes = 512 * 1024;
/** Changes are transactions of a few items each. */
const atOnce = 25;

export interface ImportedRow {
  readonly digits: string;
  readonly change: PermissionChange;
}

/** A stretch of rows, and where the next one begins in their object. Refused rows are in `rows` only. */
export interface Block {
  readonly rows: number;
  readonly good: readonly ImportedRow[];
  readonly nextOffset: number;
}

/** The rows from `offset` on, in blocks; a stretch of the object is read when it is asked for. `rows`: so many are left. */
export async function* blocksFrom(
  source: Pick<ImportRows, 'range'>,
  list: { readonly rowsKey: string; readonly columns: readonly string[] },
  from: { readonly offset: number; readonly rows: number },
  judge: (row: RowCells) => Verdict,
): AsyncGenerator<Block> {
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
    let good: ImportedRow[] = [];
    while (rows < left && scanner.next()) {
      rows++;
      const verdict = judge(scanner);
      if ('change' in verdict) good.push({ digits: scanner.digits, change: verdict.change });
      if (rows < blockRows && rows < left && scanner.lineEnd < lines.length) continue;
      offset = start + scanner.lineEnd;
      left -= rows;
      yield { rows, good, nextOffset: offset };
      [rows, good] = [0, []];
    }
  }
}

/**
 * Makes the rows of a block permissions. One that this import changed already, before a crash, counts as changed; what
 * it says is not said again, since others may have spoken since. Throws if one cannot be written, and then asks no more.
 */
export async function applyBlock(
  permissions: Pick<PermissionStore, 'readMany' | 'change'>,
  owner: OwnerId,
  rows: readonly ImportedRow[],
  atMs: number,
): Promise<{ readonly changed: number; readonly unchanged: number }> {
  if (rows.length === 0) return { changed: 0, unchanged: 0 };
  const known = await permissions.readMany(
    owner,
    rows.map(({ digits }) => digits),
  );
  let changed = 0;
  const different = rows.filter(({ digits, change }) => {
    const before = known.get(digits) ?? null;
    if (before !== null && before.importId === change.importId) {
      changed++;
      return false;
    }
    return permissionAfter(before, digits, change, atMs).version !== (before?.version ?? 0);
  });
  for (let start = 0; start < different.length; start += atOnce) {
    const settled = await Promise.allSettled(
      different.slice(start, start + atOnce).map(async ({ digits, change }) => {
        const after = await permissions.change(owner, digits, change, atMs);
        if (after.importId === change.importId) changed++;
      }),
    );
    const broken = settled.find((one) => one.status === 'rejected');
    if (broken) throw broken.reason;
  }
  return { changed, unchanged: rows.length - changed };
}
