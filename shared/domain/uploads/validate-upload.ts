import { workLeaseSeconds } from '../../contracts/limits.ts';
import { checkEvidence } from '../evidence/check-evidence.ts';
import { checkImage } from '../images/check-image.ts';
import { type AcceptPorts, acceptFile, type FileEvent, whyNot } from './accept-file.ts';
import type { FileFormat } from './file-format.ts';
import { type FileProblem, isFileRace } from './file-problem.ts';
import { largest } from './file-size.ts';
import type { Files, FileWriter, UploadLog, UploadStore, WaitingDispatches } from './ports.ts';
import { isRefused } from './ports.ts';
import { finished, type PutFile, type Upload } from './upload.ts';
import type { ValidationProgress } from './validate-recipients.ts';
import { doValidation, type WorkOutcome } from './validation-work.ts';

export interface ValidateUploadPorts extends AcceptPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'create' | 'change'>;
  readonly files: Files;
  readonly lists: FileWriter;
  readonly dispatches: WaitingDispatches;
  readonly time: { now(): number };
  readonly ids: { ulid(): string };
  readonly log: UploadLog;
}

/** Another attempt holds the upload now, or the upload is gone: what this one found is nobody's. */
class AttemptOvertaken extends Error {
  override readonly name = 'AttemptOvertaken';
}

const leaseMs = workLeaseSeconds * 1_000;
/** A file that ends its worker every time must not do so forever. */
const triesMax = 5;
/** Progress is written about this often for a whole file, which also renews the lease. */
const progressSteps = 25;
const progressBytesMin = 256 * 1024;

/**
 * Validates the file that an event tells of, under a lease and an attempt of its own; one conditional write at the end
 * names the winner. Events that come twice, late or out of order change nothing; a lost race ends quietly. What throws
 * leaves the lease to run out, and the queue or the sweeper begins again.
 */
export async function validateUpload(ports: ValidateUploadPorts, event: FileEvent): Promise<void> {
  let upload = await acceptFile(ports, event, ports.time.now());
  while (upload !== null) {
    const begun = await begin(ports, upload, event.file);
    if (!isRefused(begun)) return work(ports, begun, event.file);
    // Somebody was faster: look again whether this event still means anything.
    upload =
      begun.refused !== null && whyNot(begun.refused, event.file, ports.time.now()) === null ? begun.refused : null;
  }
}

function begin(ports: ValidateUploadPorts, upload: Upload, file: PutFile) {
  const leaseUntilMs = ports.time.now() + leaseMs;
  const again = upload.file !== null && upload.file.sequencer === file.sequencer;
  return ports.uploads.change(upload, 'begin', {
    status: 'validating',
    file,
    attempt: ports.ids.ulid(),
    leaseUntilMs,
    checkAtMs: leaseUntilMs,
    tries: again ? upload.tries + 1 : 1,
    format: null,
    phase: 'reading',
    progress: { bytesRead: 0, bytesTotal: file.sizeBytes, rows: 0 },
  });
}

async function work(ports: ValidateUploadPorts, upload: Upload, file: PutFile): Promise<void> {
  const facts = { uploadId: upload.id, attempt: upload.attempt };
  try {
    const outcome = await judge(ports, upload, file);
    if (outcome === 'replaced') {
      ports.log.info('the file was replaced before it was read', facts);
      return;
    }
    await finish(ports, upload, outcome);
  } catch (error) {
    if (!(error instanceof AttemptOvertaken) && !isFileRace(error)) throw error;
    ports.log.info('a validation was overtaken', facts);
  }
}

async function judge(ports: ValidateUploadPorts, upload: Upload, file: PutFile): Promise<WorkOutcome | 'replaced'> {
  const rejected = (code: FileProblem['code'], message: string): WorkOutcome => ({
    kind: 'file_rejected',
    format: null,
    problem: { code, message, row: null, column: null },
  });
  const { bytesMax, problem } = largest[upload.purpose];
  const tooLarge = () => rejected(problem.code, problem.message);
  if (upload.tries > triesMax) return rejected('unreadable_file', 'The file could not be read to its end.');
  if (file.sizeBytes > bytesMax) return tooLarge();
  const head = await ports.files.head(upload.objectKey);
  if (head === null) return rejected('unreadable_file', 'The file was removed before it could be read.');
  if (head.eTag !== file.eTag) {
    if (upload.source === 'inbox') return rejected('unreadable_file', 'The file was replaced before it could be read.');
    // The newer file has an event of its own. Only when that stays away do we take what is there.
    if (upload.tries === 1) return 'replaced';
  }
  if (head.sizeBytes > bytesMax) {
    if (upload.source === 'api') await ports.files.removeVersion(upload.objectKey, head.eTag);
    return tooLarge();
  }
  if (head.sizeBytes === 0) return rejected('empty_file', 'The file is empty.');

  if (upload.purpose === 'attachment') return judgeImage(ports.files, upload.objectKey, head.eTag);
  if (upload.purpose === 'evidence' || upload.purpose === 'document')
    return judgeEvidence(ports.files, upload.objectKey, head.eTag);
  const writer = progressWriter(ports, upload, head.sizeBytes);
  return doValidation(ports, upload, head.eTag, writer.format, writer.progress);
}

/** An image is read and judged in less time than it takes to say how far one is. */
async function judgeImage(files: Files, key: string, eTag: string): Promise<WorkOutcome> {
  const checked = checkImage(await files.whole(key, eTag));
  if ('image' in checked) return { kind: 'image_ready', format: 'jpeg', image: checked.image };
  return { kind: 'file_rejected', format: null, problem: { ...checked.problem, row: null, column: null } };
}

async function judgeEvidence(files: Files, key: string, eTag: string): Promise<WorkOutcome> {
  const checked = checkEvidence(await files.whole(key, eTag));
  if ('evidence' in checked) return { kind: 'evidence_ready', ...checked };
  return { kind: 'file_rejected', format: null, problem: { ...checked.problem, row: null, column: null } };
}

function progressWriter(ports: ValidateUploadPorts, upload: Upload, bytesTotal: number) {
  const stepBytes = Math.max(progressBytesMin, bytesTotal / progressSteps);
  let nextBytes = stepBytes;
  let renewAtMs = ports.time.now() + leaseMs / 4;
  const write = async (changes: Partial<Upload>) => {
    const nowMs = ports.time.now();
    renewAtMs = nowMs + leaseMs / 4;
    const lease = { leaseUntilMs: nowMs + leaseMs, checkAtMs: nowMs + leaseMs };
    const changed = await ports.uploads.change(upload, 'progress', { ...changes, ...lease });
    if (isRefused(changed)) throw new AttemptOvertaken('Another attempt holds the upload');
  };
  return {
    format: (format: FileFormat) =>
      write({
        format,
        phase: format === 'csv' ? 'reading' : 'converting',
        progress: { bytesRead: 0, bytesTotal, rows: 0 },
      }),
    async progress({ phase, bytesRead, rows }: ValidationProgress) {
      if (bytesRead < nextBytes && ports.time.now() < renewAtMs) return;
      nextBytes = bytesRead + stepBytes;
      await write({ phase, progress: { bytesRead, bytesTotal, rows } });
    },
  };
}

async function finish(ports: ValidateUploadPorts, upload: Upload, outcome: WorkOutcome): Promise<void> {
  const nowMs = ports.time.now();
  const { sizeBytes } = upload.file ?? { sizeBytes: 0 };
  const rows = 'counts' in outcome ? outcome.counts.rows : 0;
  const progress = { bytesRead: sizeBytes, bytesTotal: sizeBytes, rows };
  const status = outcome.kind === 'rows_rejected' || outcome.kind === 'file_rejected' ? 'rejected' : 'ready';
  const done = await ports.uploads.change(upload, 'finish', {
    ...foundBy(outcome, progress),
    format: outcome.format,
    ...finished(upload.purpose, status, nowMs),
  });
  if (isRefused(done)) throw new AttemptOvertaken('Another attempt holds the upload');
  ports.log.info('an upload was validated', { uploadId: done.id, status: done.status, rows, tries: done.tries });
  if (done.usedBy !== null) await ports.dispatches.wake(done.usedBy);
}

function foundBy(outcome: WorkOutcome, progress: Upload['progress']): Partial<Upload> {
  switch (outcome.kind) {
    case 'ready':
      return { counts: outcome.counts, list: outcome.list, reportKey: outcome.reportKey, progress };
    case 'rows_rejected':
      return { counts: outcome.counts, reportKey: outcome.reportKey, progress };
    case 'image_ready':
      return { image: outcome.image, progress };
    case 'evidence_ready':
      return { evidence: outcome.evidence, progress };
    case 'file_rejected':
      return { problem: outcome.problem };
  }
}
