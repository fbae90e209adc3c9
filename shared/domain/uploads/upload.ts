import type { DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { rowsKeptDays, uploadUrlSeconds } from '../../contracts/limits.ts';
import type { EvidenceFacts } from '../evidence/check-evidence.ts';
import type { ImageFacts } from '../images/check-image.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { FileFormat } from './file-format.ts';
import type { FileProblem } from './file-problem.ts';
import type { ValidationCounts } from './validate-recipients.ts';

export const uploadStatuses = ['awaiting_file', 'validating', 'ready', 'rejected', 'expired'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];

/** What a file is for: a list to send to, an image to send, proof of a consent, or a document that the operator asks for. */
export const uploadPurposes = ['recipients', 'attachment', 'evidence', 'document'] as const;
export type UploadPurpose = (typeof uploadPurposes)[number];

/** A file as an event of the object store told of it. `sequencer` orders events of one key. */
export interface PutFile {
  readonly eTag: string;
  readonly sizeBytes: number;
  readonly sequencer: string;
}

export interface UploadProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly rows: number;
}

/** How a recipients file is to be judged; says nothing about others. */
export interface UploadOptions {
  readonly onInvalidRows: 'reject' | 'skip';
  readonly requiredColumns: readonly string[];
}

/** A file in the object store with the outcome of its validation. */
export interface Upload extends UploadOptions {
  readonly id: UploadId;
  readonly owner: OwnerId;
  readonly purpose: UploadPurpose;
  readonly source: 'api' | 'inbox';
  readonly fileName: string;
  readonly objectKey: string;
  readonly status: UploadStatus;
  /** The newest file put there that we heard of before the validation ended. */
  readonly file: PutFile | null;
  /** The validation that may write: a ULID, or '' before the first. Whoever finds another one here has lost. */
  readonly attempt: string;
  readonly leaseUntilMs: number | null;
  /** How often validation of `file` was begun. */
  readonly tries: number;
  readonly format: FileFormat | 'jpeg' | 'png' | 'pdf' | null;
  readonly phase: 'reading' | 'converting' | null;
  readonly progress: UploadProgress;
  /** Null until the rows could be read to the end. */
  readonly counts: ValidationCounts | null;
  /** Why the file as a whole is rejected. */
  readonly problem: FileProblem | null;
  /** Only when ready. */
  readonly list: RecipientList | null;
  /** Only of an attachment, and only when ready. */
  readonly image: ImageFacts | null;
  /** Only of evidence or a document, and only when ready. */
  readonly evidence: EvidenceFacts | null;
  /** Since when a consent refers to it, or when a case took it last; from then on it is kept. Only of evidence or a document. */
  readonly attachedAtMs: number | null;
  /** The cases that took it, for good, or `consent`. Only of a document or evidence. */
  readonly heldBy: readonly string[];
  /** It is held, and nobody has said yet that its copy lies where it stays. Only of a document or evidence. */
  readonly awaitsCopy: boolean;
  /** The csv of all row errors; null if there are none. */
  readonly reportKey: string | null;
  /** The last dispatch made from it. */
  readonly usedBy: DispatchId | null;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
  /** Until when a file may be put; once validated, until when the upload can be used. */
  readonly expiresAtMs: number;
  /** When the sweeper has to look; null when never again. */
  readonly checkAtMs: number | null;
}

/**
 * Each move with the states it may start from. `check` and `look` only say when the sweeper looks again; a case or a consent
 * takes a file by `hold`, then copies it and says so by `keep`; what no case needs is let go, then its file is forgotten.
 */
export const moves = {
  begin: ['awaiting_file', 'validating'],
  progress: ['validating'],
  finish: ['validating'],
  check: ['validating'],
  expire: ['awaiting_file', 'ready', 'rejected'],
  hold: ['ready'],
  keep: ['ready'],
  look: ['ready'],
  letGo: ['ready'],
  forgetFile: ['expired'],
} as const satisfies Record<string, readonly UploadStatus[]>;
export type UploadMove = keyof typeof moves;

export const isMoveAllowed = (status: UploadStatus, move: UploadMove): boolean =>
  (moves[move] as readonly UploadStatus[]).includes(status);

const dayMs = 86_400_000;
/** A put that began before the link ended may be announced later than that. */
const lateFileMs = 15 * 60_000;
/** As long as the bucket keeps rejected files and reports. */
const rejectedKeptMs = 30 * dayMs;
/** Messages keep copies of their own, and so do consents and cases: what is here serves only to make the next one. */
const attachmentKeptMs = 7 * dayMs;
export const reportKeptMs = rejectedKeptMs - dayMs;

/** A new upload that waits for its file. */
export function newUpload(
  made: Pick<Upload, 'id' | 'owner' | 'purpose' | 'source' | 'fileName' | 'objectKey'> & UploadOptions,
  nowMs: number,
): Upload {
  const expiresAtMs = nowMs + uploadUrlSeconds * 1_000;
  return {
    ...made,
    status: 'awaiting_file',
    file: null,
    attempt: '',
    leaseUntilMs: null,
    tries: 0,
    format: null,
    phase: null,
    progress: { bytesRead: 0, bytesTotal: 0, rows: 0 },
    counts: null,
    problem: null,
    list: null,
    image: null,
    evidence: null,
    attachedAtMs: null,
    heldBy: [],
    awaitsCopy: false,
    reportKey: null,
    usedBy: null,
    createdAtMs: nowMs,
    finishedAtMs: null,
    expiresAtMs,
    checkAtMs: expiresAtMs + lateFileMs,
  };
}

/** What a finished upload has in common, whatever the outcome. */
export function finished(purpose: UploadPurpose, status: 'ready' | 'rejected', nowMs: number) {
  const recipientsKeptMs = status === 'ready' ? rowsKeptDays * dayMs : rejectedKeptMs;
  const expiresAtMs = nowMs + (purpose === 'recipients' ? recipientsKeptMs : attachmentKeptMs);
  return { status, phase: null, leaseUntilMs: null, finishedAtMs: nowMs, expiresAtMs, checkAtMs: expiresAtMs } as const;
}

/**
 * Whether the event with sequencer `a` is newer than that with `b`. S3's rule: hexadecimal texts, the shorter one
 * filled with zeros on the right.
 */
export function isNewer(a: string, b: string): boolean {
  const length = Math.max(a.length, b.length);
  return a.toUpperCase().padEnd(length, '0') > b.toUpperCase().padEnd(length, '0');
}
