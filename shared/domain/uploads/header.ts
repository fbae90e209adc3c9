import { isNumberColumn } from '../recipients/number-column.ts';
import { columnsMax } from './bounds.ts';
import { FileRefused, uncalculated } from './file-problem.ts';
import type { Row } from './row.ts';

/**
 * Reads the column names from a file's first row and checks them against the rules of a recipients file. Names are
 * trimmed and composed (a Mac writes Hangul as separate letters), else a variable would not find its column.
 * Throws FileRefused.
 */
export function readHeader(row: Row, requiredColumns: readonly string[]): string[] {
  if (row.number !== 1 || row.isBlank()) {
    throw new FileRefused('phone_column_missing', 'The first row must name the columns, "phoneNumber" first.', 1);
  }
  if (row.cells > columnsMax) {
    throw new FileRefused('too_large', `The file has more than ${columnsMax} columns.`, 1);
  }
  const columns: string[] = [];
  for (let column = 0; column < row.cells; column++) columns.push(row.text(column).trim().normalize('NFC'));
  checkPhoneColumn(columns);
  const seen = new Set<string>();
  columns.forEach((name, index) => {
    if (name === '') {
      const what = row.isUncalculated(index) ? uncalculated : 'has no name in the first row.';
      throw new FileRefused('empty_header', `Column ${index + 1} ${what}`, 1);
    }
    if (seen.has(name))
      throw new FileRefused('duplicate_header', `Two columns are named "${shown(name)}".`, 1, shown(name));
    seen.add(name);
  });
  for (const name of requiredColumns) {
    // By whichever of its names a text asks for the number, every file has it
    if (!seen.has(name.normalize('NFC')) && !isNumberColumn(name)) {
      throw new FileRefused('required_column_missing', `The file has no column "${shown(name)}".`, 1, shown(name));
    }
  }
  return columns;
}

function checkPhoneColumn(columns: readonly string[]): void {
  if (isNumberColumn(columns[0] ?? '')) return;
  const place = columns.findIndex(isNumberColumn);
  if (place > 0) {
    throw new FileRefused(
      'phone_column_not_first',
      `The column "${columns[place]}" must be the first; it is column ${place + 1}.`,
      1,
      columns[place]!,
    );
  }
  const separator = columns.length === 1 ? /[;\t|]/.exec(columns[0]!)?.[0] : undefined;
  const hint =
    separator === undefined
      ? ''
      : ` Columns seem to be separated by ${separator === '\t' ? 'tabs' : `"${separator}"`}: use commas.`;
  throw new FileRefused('phone_column_missing', `The first column must be named "phoneNumber".${hint}`, 1);
}

const shown = (name: string) => name.slice(0, 100);
