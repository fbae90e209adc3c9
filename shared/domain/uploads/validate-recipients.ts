import { CsvReader } from './csv/csv-reader.ts';
import { type FileProblem, FileRefused } from './file-problem.ts';
import {
  type CheckOptions,
  type CheckSinks,
  type EmptyCells,
  RecipientsCheck,
  type RowError,
} from './recipients-check.ts';
import type { RowsIndex } from './rows-writer.ts';
import { readWorkbookRows } from './xlsx/read-workbook-rows.ts';

const sliceBytes = 256 * 1024;

/** A file to judge. A workbook must be whole: its table of contents is at the end. */
export type RecipientsFile =
  | { readonly kind: 'csv'; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly kind: 'workbook'; readonly bytes: Buffer };

export interface ValidationProgress {
  readonly phase: 'reading' | 'converting';
  readonly bytesRead: number;
  readonly rows: number;
}

/** Counts of a file whose rows could be read: `rows = valid + invalid + duplicates`. */
export interface ValidationCounts {
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly columns: readonly string[];
  readonly emptyCells: readonly EmptyCells[];
  /** The first ten. */
  readonly errors: readonly RowError[];
}

export type ValidationOutcome =
  /** The rows can be used; `index` belongs to the object of rows. */
  | { readonly kind: 'ready'; readonly counts: ValidationCounts; readonly index: RowsIndex }
  /** Rows carry errors and the customer wants all or nothing; the report names every one. */
  | { readonly kind: 'rows_rejected'; readonly counts: ValidationCounts }
  /** The file as a whole cannot be used. */
  | { readonly kind: 'file_rejected'; readonly problem: FileProblem };

/**
 * Judges a file of recipients and writes its clean rows, the rejected ones and the error report to the sinks, in
 * one pass and bounded memory. `onProgress` is awaited between chunks (256 KB or what the source gives), so whoever
 * listens may stop the work by throwing. Whatever the file holds, the answer is a value; what throws is a sink, the
 * source or the listener.
 */
export async function validateRecipients(
  file: RecipientsFile,
  options: CheckOptions,
  sinks: CheckSinks,
  onProgress: (progress: ValidationProgress) => Promise<void>,
): Promise<ValidationOutcome> {
  const check = new RecipientsCheck(options, sinks);
  try {
    await (file.kind === 'csv' ? readCsv(file.chunks, check, onProgress) : readWorkbook(file.bytes, check, onProgress));
    await check.finish();
  } catch (error) {
    if (error instanceof FileRefused) return { kind: 'file_rejected', problem: error.problem };
    throw error;
  }
  const counts: ValidationCounts = {
    rows: check.rows,
    valid: check.valid,
    invalid: check.invalid,
    duplicates: check.duplicates,
    columns: check.columns,
    emptyCells: check.emptyCells(),
    errors: check.errors,
  };
  if (options.onInvalidRows === 'reject' && check.errorCount > 0) return { kind: 'rows_rejected', counts };
  const { blocks } = check.written;
  return {
    kind: 'ready',
    counts,
    index: { columns: check.columns, rows: check.valid, rejected: check.errorCount, blocks },
  };
}

type OnProgress = (progress: ValidationProgress) => Promise<void>;

async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  check: RecipientsCheck,
  onProgress: OnProgress,
): Promise<void> {
  const reader = new CsvReader(check.take);
  let bytesRead = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const end = Math.min(at + sliceBytes, chunk.length);
      reader.push(Buffer.from(chunk.buffer, chunk.byteOffset + at, end - at));
      bytesRead += end - at;
      await check.drain();
      await onProgress({ phase: 'reading', bytesRead, rows: check.rows });
    }
  }
  reader.end();
}

async function readWorkbook(bytes: Buffer, check: RecipientsCheck, onProgress: OnProgress): Promise<void> {
  await readWorkbookRows(bytes, check.take, {
    onConverted: (bytesRead) => onProgress({ phase: 'converting', bytesRead, rows: check.rows }),
    onRead: async (bytesRead) => {
      await check.drain();
      await onProgress({ phase: 'reading', bytesRead, rows: check.rows });
    },
  });
}
