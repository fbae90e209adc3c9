import type { FileCode } from '../../contracts/codes.ts';
import { columnsMax } from './bounds.ts';
import { endingOf } from './file-format.ts';
import { inboxUploadId, placeOf } from './file-place.ts';
import type { FileProblem } from './file-problem.ts';
import { dropUnwanted } from './file-size.ts';
import type { Files, InboxTenants, UploadLog, UploadStore } from './ports.ts';
import { finished, isNewer, newUpload, type PutFile, type Upload, type UploadOptions } from './upload.ts';

/** The object store says that a file was put. It may say so twice, late, and out of order. */
export interface FileEvent {
  readonly key: string;
  readonly file: PutFile;
  readonly atMs: number;
}

export interface AcceptPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'create'>;
  readonly files: Pick<Files, 'head' | 'removeVersion'>;
  readonly tenants: InboxTenants;
  readonly log: UploadLog;
  /** Files dropped where no tenant is: counted, because nobody else will ever notice them. */
  readonly strayFile: () => void;
}

/**
 * Finds the upload an event belongs to, if its file is to be validated now; else null, with the reason in the log. A
 * file dropped into an inbox becomes an upload here.
 */
export async function acceptFile(ports: AcceptPorts, event: FileEvent, nowMs: number): Promise<Upload | null> {
  const place = placeOf(event.key);
  if (place.kind === 'folder') return null;
  if (place.kind === 'unknown') return stray(ports, 'a file lies where none belongs');
  const upload =
    place.kind === 'upload'
      ? await ports.uploads.find(place.owner, place.id)
      : await dropped(ports, place, event, nowMs);
  if (place.kind === 'upload') await dropUnwanted(ports, upload, event);
  if (upload === null) {
    if (place.kind === 'upload') ports.log.warn('a file was put for an upload that is gone', { uploadId: place.id });
    return null;
  }
  const refusal = whyNot(upload, event.file, nowMs);
  if (refusal === null) return upload;
  ports.log.info(refusal, { uploadId: upload.id, status: upload.status });
  return null;
}

/** Why an event changes nothing; null if its file is to be validated. */
export function whyNot(upload: Upload, file: PutFile, nowMs: number): string | null {
  if (upload.status === 'awaiting_file') return null;
  if (upload.status !== 'validating') return 'a file was put too late to change anything';
  if (upload.file === null || isNewer(file.sequencer, upload.file.sequencer)) return null;
  if (isNewer(upload.file.sequencer, file.sequencer)) return 'a newer file is being validated';
  return (upload.leaseUntilMs ?? 0) > nowMs ? 'the file is being validated already' : null;
}

async function dropped(
  ports: AcceptPorts,
  { tenant, fileName }: Extract<ReturnType<typeof placeOf>, { kind: 'inbox' }>,
  event: FileEvent,
  nowMs: number,
): Promise<Upload | null> {
  const id = inboxUploadId(event.key, event.file.sequencer, event.atMs);
  const known = await ports.uploads.find(tenant, id);
  if (known !== null) return known;
  if (!(await ports.tenants.exists(tenant))) return stray(ports, 'a file was dropped for a tenant that does not exist');
  const head = await ports.files.head(event.key);
  if (head === null || head.eTag !== event.file.eTag) {
    // Whoever replaced it announced the new one, and that becomes an upload of its own.
    ports.log.info('a dropped file was replaced before it was read', { uploadId: id });
    return null;
  }
  const options = optionsOf(head.metadata);
  const made = newUpload(
    {
      ...{ id, owner: tenant, purpose: 'recipients', source: 'inbox', fileName, objectKey: event.key },
      ...('problem' in options ? skip : options),
    },
    nowMs,
  );
  const problem = (await ports.tenants.isVerified(tenant))
    ? 'problem' in options
      ? options.problem
      : nameProblem(fileName)
    : notVerified;
  const upload =
    problem === null ? made : { ...made, file: event.file, problem, ...finished(made.purpose, 'rejected', nowMs) };
  const outcome = await ports.uploads.create(upload, null);
  return outcome.kind === 'created' ? upload : ports.uploads.find(tenant, id);
}

function stray(ports: AcceptPorts, message: string): null {
  ports.strayFile();
  ports.log.warn(message, {});
  return null;
}

const skip: UploadOptions = { onInvalidRows: 'skip', requiredColumns: [] };

const problemOf = (code: FileCode, message: string): FileProblem => ({
  code,
  message,
  row: null,
  column: null,
});

const notVerified = problemOf(
  'identity_not_verified',
  'Verify the identity of the account first, then drop the file again.',
);

/** A name in an inbox says what the file is; one sent through the API is judged by its content as well, later. */
function nameProblem(fileName: string): FileProblem | null {
  const ending = endingOf(fileName);
  if (['csv', 'xlsx', 'xlsm'].includes(ending)) return null;
  const hint = ending === 'xls' ? ' Save it as xlsx.' : '';
  return problemOf('unsupported_format', `Only csv, xlsx and xlsm files are taken from the inbox.${hint}`);
}

/** `x-amz-meta-on-invalid-rows` and `x-amz-meta-required-columns` (comma-separated, URL-encoded beyond ASCII). */
export function optionsOf(
  metadata: Readonly<Record<string, string>>,
): UploadOptions | { readonly problem: FileProblem } {
  const given = new Map(
    Object.entries(metadata).map(([name, value]) => [name.toLowerCase().replaceAll('-', ''), value]),
  );
  const onInvalidRows = given.get('oninvalidrows') ?? 'skip';
  if (onInvalidRows !== 'reject' && onInvalidRows !== 'skip') {
    return { problem: problemOf('unreadable_file', 'x-amz-meta-on-invalid-rows must be "reject" or "skip".') };
  }
  const names = decoded(given.get('requiredcolumns') ?? '');
  const requiredColumns = names?.split(',').map((name) => name.trim().normalize('NFC')) ?? null;
  if (requiredColumns === null || requiredColumns.length > columnsMax) {
    return { problem: problemOf('unreadable_file', 'x-amz-meta-required-columns cannot be read.') };
  }
  return { onInvalidRows, requiredColumns: requiredColumns.filter((name) => name !== '') };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
