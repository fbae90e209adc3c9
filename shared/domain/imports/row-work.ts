import type { ImportRowCode } from '../../contracts/codes.ts';
import type { ContactRowPorts } from '../contacts/imports/apply-contacts.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { ImportFailureCode, RowImport } from './row-import.ts';

/** One row of a recipient list; column 0 is the number. */
export interface RowCells {
  cell(column: number): string;
}

/** What a row says, or why it says nothing that makes sense. */
export type Verdict<Change> =
  | { readonly change: Change }
  | { readonly refusal: { readonly column: string; readonly code: ImportRowCode; readonly message: string } };

export interface ImportedRow<Change> {
  readonly digits: string;
  readonly change: Change;
}

/** What imports of all kinds change. */
export interface RowWorkPorts extends ContactRowPorts {
  readonly permissions: Pick<PermissionStore, 'readMany' | 'change'>;
}

/** Why a file cannot be imported, whatever its rows say. */
export interface ColumnProblem {
  readonly code: Extract<ImportFailureCode, 'columns_missing' | 'columns_unusable'>;
  readonly message: string;
}

/** What an import does with the columns and rows of its file: the part in which the kinds of imports differ. */
export interface RowWork<Change> {
  columnProblem(asked: Pick<RowImport, 'kind' | 'contacts'>, columns: readonly string[]): ColumnProblem | null;
  /** What is there to judge by does not change while an import runs, so that a row that is judged again says the same. */
  judge(made: RowImport, columns: readonly string[]): (row: RowCells) => Verdict<Change>;
  /**
   * Carries out what rows say. One that this import changed already, before a crash, counts as changed; what it says is
   * not said again, since others may have spoken since. Throws if one cannot be written, and then asks no more.
   */
  apply(
    ports: RowWorkPorts,
    made: RowImport,
    rows: readonly ImportedRow<Change>[],
    atMs: number,
  ): Promise<{ readonly changed: number; readonly unchanged: number }>;
}

export const columnsMissing = (missing: readonly string[]): ColumnProblem | null =>
  missing.length === 0
    ? null
    : {
        code: 'columns_missing',
        message: `The file has no column ${missing.map((name) => `"${name}"`).join(', ')}.`,
      };

export class RowRefused extends Error {
  override readonly name = 'RowRefused';
  readonly refusal: Extract<Verdict<unknown>, { refusal: unknown }>['refusal'];
  constructor(column: string, code: ImportRowCode, message: string) {
    super(message);
    this.refusal = { column, code, message };
  }
}

/** The verdict of what throws RowRefused where a row makes no sense. */
export function judged<Change>(judge: () => Change): Verdict<Change> {
  try {
    return { change: judge() };
  } catch (error) {
    if (error instanceof RowRefused) return { refusal: error.refusal };
    throw error;
  }
}

/** Cells of a row by the name of their column; of one that the file does not have, empty. */
export function namedCells(columns: readonly string[]) {
  const places = new Map(columns.map((name, column) => [name, column]));
  return (row: RowCells) =>
    (name: string): string => {
      const column = places.get(name);
      return column === undefined ? '' : row.cell(column);
    };
}

/** Changes are transactions of a few items each. */
const atOnce = 25;

/** Makes many changes, some at once; throws the first that broke, and then begins no more. */
export async function changeAll<T>(things: readonly T[], change: (thing: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < things.length; start += atOnce) {
    const settled = await Promise.allSettled(things.slice(start, start + atOnce).map(change));
    const broken = settled.find((one) => one.status === 'rejected');
    if (broken) throw broken.reason;
  }
}
