import { prefixes } from '../../contracts/environment.ts';
import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { sha256Of } from '../images/kept-images.ts';
import type { UploadStore } from '../uploads/ports.ts';
import type { Upload } from '../uploads/upload.ts';
import { contentTypes } from './judged-file.ts';

/** Evidence as objects. */
export interface EvidenceFiles {
  /** The first so many bytes; null if the object is gone or does not have as many. */
  read(key: string, bytes: number): Promise<Uint8Array | null>;
  write(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
}

export interface KeepEvidencePorts {
  readonly uploads: Pick<UploadStore, 'find' | 'attach'>;
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
 * Keeps evidence for good, because a consent, and its history, refers to it from now on: copies the very bytes that
 * were checked, then marks the upload. Doing it again changes nothing; a copy whose mark was refused is nobody's.
 */
export async function keepEvidence(
  { uploads, evidenceFiles }: KeepEvidencePorts,
  owner: OwnerId,
  id: UploadId,
  nowMs: number,
): Promise<KeepEvidenceOutcome> {
  const upload = await uploads.find(owner, id);
  if (upload?.purpose !== 'evidence') return 'not_found';
  const { status, evidence, format, objectKey } = upload;
  if (status !== 'ready') return status;
  if (upload.attachedAtMs !== null) return 'kept';
  // The sweeper comes when it can; until then nobody counts on the file
  if (upload.expiresAtMs <= nowMs) return 'expired';
  if (evidence === null || (format !== 'pdf' && format !== 'jpeg' && format !== 'png')) {
    throw new Error(`${id} is ready and was never judged`);
  }
  const bytes = await evidenceFiles.read(objectKey, evidence.sizeBytes);
  if (bytes === null || sha256Of(bytes) !== evidence.sha256) return 'expired';
  await evidenceFiles.write(evidenceKey(owner, id), bytes, contentTypes[format]);
  return (await uploads.attach(owner, id, nowMs)) ? 'kept' : 'expired';
}
