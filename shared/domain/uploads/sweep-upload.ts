import type { UploadId } from '../../contracts/ids.ts';
import { workLeaseSeconds } from '../../contracts/limits.ts';
import { type SweepDocumentPorts, sweepDocument } from '../documents/sweep-document.ts';
import type { FileRemover, UploadQueue, UploadStore } from './ports.ts';

export interface SweepUploadPorts extends SweepDocumentPorts {
  readonly uploads: Pick<UploadStore, 'ownerOf' | 'find' | 'change'>;
  readonly uploadQueue: UploadQueue;
  readonly files: Pick<FileRemover, 'remove'>;
  readonly time: { now(): number };
}

/**
 * Looks after one upload whose `checkAtMs` has passed: a validation whose lease ended is announced again, what was
 * never put or has served its time expires. The file of an attachment, or of evidence or a document that nothing refers
 * to, goes with it, other objects are removed by the bucket's own rules. Doing it twice is harmless.
 */
export async function sweepUpload(ports: SweepUploadPorts, id: UploadId): Promise<void> {
  const owner = await ports.uploads.ownerOf(id);
  const upload = owner === null ? null : await ports.uploads.find(owner, id);
  const nowMs = ports.time.now();
  if (upload === null || upload.checkAtMs === null || upload.checkAtMs > nowMs) return;
  if (upload.attachedAtMs !== null) return sweepDocument(ports, upload);
  if (upload.status === 'expired') return;
  if (upload.status === 'validating') {
    if (upload.file === null) throw new Error(`${id} is validating without a file`);
    await ports.uploadQueue.announce(upload.objectKey, upload.file, nowMs);
    // Refused: another attempt began meanwhile, and says itself when to look.
    await ports.uploads.change(upload, 'check', { checkAtMs: nowMs + workLeaseSeconds * 1_000 });
    return;
  }
  // Removed first, so that a crash leaves an upload to look after, and nobody's file
  if (upload.purpose !== 'recipients') await ports.files.remove([upload.objectKey]);
  await ports.uploads.change(upload, 'expire', { status: 'expired', checkAtMs: null });
}
