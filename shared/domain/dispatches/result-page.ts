import { codeOfNumber, type FailureCode, failureCodes, type SkipReason, skipReasons } from '../../contracts/codes.ts';
import { mayBecome, type RowStatus, statuses } from './row-status.ts';

/**
 * The results of one batch as packed columns: a status byte for every row, then two bytes of code for every row, then
 * four bytes of time (epoch seconds). 500 rows are 3,500 bytes: one item, changed by one write. Counts are always
 * computed from it, so a status and its count cannot disagree.
 */
export type ResultPage = Uint8Array;

const bytesPerRow = 7;

/** What is known of one row. `atMs` has a precision of one second; 0 when nothing happened yet. */
export interface RowResult {
  readonly status: RowStatus;
  readonly code: SkipReason | FailureCode | null;
  readonly atMs: number;
}

/** Something learned about row `row` of the batch. Only statuses that mean a reason carry a code. */
export interface RowChange extends RowResult {
  readonly row: number;
}

const numberOfStatus = new Map<RowStatus, number>(statuses.map((status, n) => [status, n]));

export const emptyPage = (rows: number): ResultPage => new Uint8Array(rows * bytesPerRow);
export const rowsOf = (page: ResultPage): number => page.length / bytesPerRow;

const view = (page: ResultPage) => new DataView(page.buffer, page.byteOffset, page.byteLength);

export function statusAt(page: ResultPage, row: number): RowStatus {
  const status = statuses[page[row] ?? -1];
  if (status === undefined) throw new Error(`Row ${row} of a page of ${rowsOf(page)} rows has no known status`);
  return status;
}

export function resultAt(page: ResultPage, row: number): RowResult {
  const rows = rowsOf(page);
  const code = view(page).getUint16(rows + 2 * row);
  return {
    status: statusAt(page, row),
    code: code === 0 ? null : codeOfNumber(code),
    atMs: view(page).getUint32(3 * rows + 4 * row) * 1_000,
  };
}

/**
 * The page after some changes, and how many of them counted. A change that is not a move from the row's status (a
 * second final report, a late "submitted" after "delivered") is left out: the first final report wins.
 * The given page is not touched.
 */
export function mergeChanges(page: ResultPage, changes: readonly RowChange[]): { page: ResultPage; changed: number } {
  const merged = page.slice();
  const rows = rowsOf(merged);
  const columns = view(merged);
  let changed = 0;
  for (const { row, status, code, atMs } of changes) {
    if (!mayBecome(statusAt(merged, row), status)) continue;
    merged[row] = numberOfStatus.get(status) ?? 0;
    columns.setUint16(rows + 2 * row, numberOfCode(status, code));
    columns.setUint32(3 * rows + 4 * row, Math.floor(atMs / 1_000));
    changed++;
  }
  return { page: merged, changed };
}

function numberOfCode(status: RowStatus, code: SkipReason | FailureCode | null): number {
  if (code === null) return 0;
  // `invalid_number` and `opted_out` are both a reason to skip and a way to fail, under different numbers
  return status === 'skipped' ? skipReasons[code as SkipReason] : failureCodes[code as FailureCode];
}
