import type { FileCode } from '../../contracts/codes.ts';

/** What makes a whole file unusable, in words its owner can act on. `row` as a spreadsheet counts. */
export interface FileProblem {
  readonly code: FileCode;
  readonly message: string;
  readonly row: number | null;
  readonly column: string | null;
}

/**
 * Stops reading from deep inside a reader's loop. It never leaves `validateRecipients`, which turns it into a value:
 * checking a result after every byte would cost more than the reading.
 */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly problem: FileProblem;
  constructor(code: FileCode, message: string, row: number | null = null, column: string | null = null) {
    super(message);
    this.problem = { code, message, row, column };
  }
}

/** Ends the sentence about a cell whose formula was written by a program that does not calculate. */
export const uncalculated =
  'holds a formula without a stored value: open the file in Excel, save it, and upload it again.';

/** Whether reading failed because the file is gone or another one now: the adapter's errors, told by name. */
export const isFileRace = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ObjectChanged' || error.name === 'ObjectMissing');
