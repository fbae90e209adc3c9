import { prefixes } from '../../contracts/environment.ts';
import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { sha256Of } from '../images/kept-images.ts';
import { type TakeUploadPorts, takeUpload } from '../uploads/take-upload.ts';
import type { Upload } from '../uploads/upload.ts';
import { contentTypes } from './judged-file.ts';

/** Evidence as objects. */
export interface EvidenceFiles {
  /** The first so many bytes; null if the object is gone or does not have as many. */
  read(key: string, bytes: number): Promise<Uint8Array | null>;
  write(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
}

export interface KeepEvidencePorts extends TakeUploadPorts {
  readonly evidenceFiles: EvidenceFiles;
}

export type KeepEvidenceOutcome =
  | 'kept'
  /** No upload of this owner, or one of something else. */
  | 'not_found'
  | Exclude<Upload['status'], 'ready'>;

/** Where evidence lies that a consent refers to; nobody can put anything there. */
export const evidenceKey = (owner: OwnerId, id: UploadId): string => `${prefixes.evidence}${owner}/${id}/file`;

/**
 * Keeps evidence for good, because a consent, and its history, refers to it from now on: marks the upload, then copies the
 * very bytes that were checked. Doing it again changes nothing.
 */
export async function keepEvidence(
  ports: KeepEvidencePorts,
  owner: OwnerId,
  id: UploadId,
  nowMs: number,
): Promise<KeepEvidenceOutcome> {
  const known = await ports.uploads.find(owner, id);
  const why = refusalOf(known, nowMs);
  if (why !== null) return why;
  if (known !== null && known.attachedAtMs !== null && !known.awaitsCopy) return 'kept';
  const copy = (upload: Upload) => copied(ports.evidenceFiles, upload);
  const taken = await takeUpload(ports, { owner, id, holder: 'consent', refusalOf, copy, lookMs: null }, nowMs);
  return typeof taken === 'string' ? taken : 'kept';
}

function refusalOf(upload: Upload | null, nowMs: number): Exclude<KeepEvidenceOutcome, 'kept'> | null {
  if (upload?.purpose !== 'evidence') return 'not_found';
  if (upload.status !== 'ready') return upload.status;
  // The sweeper comes when it can; until then nobody counts on the file
  return upload.attachedAtMs === null && upload.expiresAtMs <= nowMs ? 'expired' : null;
}

async function copied(files: EvidenceFiles, { id, owner, objectKey, evidence, format }: Upload): Promise<boolean> {
  if (evidence === null || (format !== 'pdf' && format !== 'jpeg' && format !== 'png')) {
    throw new Error(`${id} is ready and was never judged`);
  }
  const bytes = await files.read(objectKey, evidence.sizeBytes);
  if (bytes === null || sha256Of(bytes) !== evidence.sha256) return false;
  await files.write(evidenceKey(owner, id), bytes, contentTypes[format]);
  return true;
}
