import type { RowCode } from '../../contracts/codes.ts';

/**
 * The clean, numbered recipients that a valid upload or an API call turned into, as they lie in the object store.
 *
 * `rowsKey`: ndjson. First line a header `{"columns": ["phoneNumber", "name"]}`; then one array a recipient:
 * `[row, digits, ...cells]`, `row` as a spreadsheet counts (the header is row 1), `digits` E.164 without the plus
 * (Korean and foreign numbers alike), a cell for each column after the first, missing ones as "".
 * `rejectedKey`: ndjson without header, one array a row that is left out: `[row, code, column, given number]`.
 */
export interface RecipientList {
  readonly rowsKey: string;
  readonly rejectedKey: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly rejected: number;
}

/** `[row, digits, ...cells]` of the object at `rowsKey`. */
export type RecipientRow = readonly [row: number, digits: string, ...cells: string[]];

/** One line of the object at `rejectedKey`. */
export type RejectedRow = readonly [row: number, code: RowCode, column: string, given: string];
