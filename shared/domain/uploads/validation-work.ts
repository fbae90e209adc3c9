import type { EvidenceFacts, EvidenceFormat } from '../evidence/check-evidence.ts';
import type { ImageFacts } from '../images/check-image.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import { type FileFormat, formatOf } from './file-format.ts';
import { attemptFiles } from './file-place.ts';
import { type FileProblem, FileRefused } from './file-problem.ts';
import type { Files, FileWriter } from './ports.ts';
import type { Upload } from './upload.ts';
import {
  type RecipientsFile,
  type ValidationCounts,
  type ValidationOutcome,
  type ValidationProgress,
  validateRecipients,
} from './validate-recipients.ts';

const beginningBytes = 4_096;

export interface WorkPorts {
  readonly files: Files;
  readonly lists: FileWriter;
}

/** What a validation found, with its objects written. */
export type WorkOutcome =
  | {
      readonly kind: 'ready';
      readonly format: FileFormat;
      readonly counts: ValidationCounts;
      readonly list: RecipientList;
      readonly reportKey: string | null;
    }
  | {
      readonly kind: 'rows_rejected';
      readonly format: FileFormat;
      readonly counts: ValidationCounts;
      readonly reportKey: string;
    }
  | { readonly kind: 'image_ready'; readonly format: 'jpeg'; readonly image: ImageFacts }
  | { readonly kind: 'evidence_ready'; readonly format: EvidenceFormat; readonly evidence: EvidenceFacts }
  | { readonly kind: 'file_rejected'; readonly format: FileFormat | null; readonly problem: FileProblem };

/**
 * Reads the file with this ETag, judges it, and writes what comes out under the upload's attempt. Objects exist only
 * if the outcome speaks of them.
 */
export async function doValidation(
  ports: WorkPorts,
  upload: Upload,
  eTag: string,
  onFormat: (format: FileFormat) => Promise<void>,
  onProgress: (progress: ValidationProgress) => Promise<void>,
): Promise<WorkOutcome> {
  const { files } = ports;
  const key = upload.objectKey;
  let format: FileFormat;
  try {
    const beginning = Buffer.from(await files.range(key, 0, beginningBytes, eTag));
    format = await formatOf(upload.fileName, beginning, async () => Buffer.from(await files.whole(key, eTag)));
  } catch (error) {
    if (error instanceof FileRefused) return { kind: 'file_rejected', format: null, problem: error.problem };
    throw error;
  }
  await onFormat(format);
  const file: RecipientsFile =
    format === 'csv'
      ? { kind: 'csv', chunks: files.stream(key, eTag) }
      : { kind: 'workbook', bytes: bufferOf(await files.whole(key, eTag)) };
  return judge(ports.lists, upload, format, file, onProgress);
}

async function judge(
  lists: FileWriter,
  upload: Upload,
  format: FileFormat,
  file: RecipientsFile,
  onProgress: (progress: ValidationProgress) => Promise<void>,
): Promise<WorkOutcome> {
  const keys = attemptFiles(upload.owner, upload.id, upload.attempt);
  const sinks = {
    rows: lists.open(keys.rows, 'application/x-ndjson'),
    rejected: lists.open(keys.rejected, 'application/x-ndjson'),
    report: lists.open(keys.report, 'text/csv; charset=utf-8'),
  };
  const { onInvalidRows, requiredColumns } = upload;
  const options = { onInvalidRows, requiredColumns, seed: seedOf(upload.attempt) };
  try {
    const outcome = await validateRecipients(file, options, sinks, onProgress);
    const hasErrors = outcome.kind !== 'file_rejected' && outcome.counts.invalid + outcome.counts.duplicates > 0;
    if (hasErrors) await sinks.report.close();
    if (outcome.kind === 'ready') {
      await sinks.rows.close();
      await sinks.rejected.close();
      await lists.put(keys.index, Buffer.from(JSON.stringify(outcome.index)), 'application/json');
    }
    return result(outcome, format, keys, hasErrors ? keys.report : null);
  } finally {
    // What was closed stays; everything else must not linger as parts that nobody completes.
    await Promise.all(Object.values(sinks).map((sink) => sink.abandon()));
  }
}

function result(
  outcome: ValidationOutcome,
  format: FileFormat,
  keys: ReturnType<typeof attemptFiles>,
  reportKey: string | null,
): WorkOutcome {
  if (outcome.kind === 'file_rejected') return { ...outcome, format };
  const { counts } = outcome;
  if (outcome.kind === 'rows_rejected') return { kind: 'rows_rejected', format, counts, reportKey: keys.report };
  const { columns, rows, rejected } = outcome.index;
  const list: RecipientList = { rowsKey: keys.rows, rejectedKey: keys.rejected, columns, rows, rejected };
  return { kind: 'ready', format, counts, list, reportKey };
}

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Attempts are ULIDs, half of them chance: enough that nobody can craft a file against the seed. */
function seedOf(attempt: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < attempt.length; i++) hash = Math.imul(hash ^ attempt.charCodeAt(i), 0x01000193);
  return hash;
}
