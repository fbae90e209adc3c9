import type { UploadId } from '../../contracts/ids.ts';
import { workLeaseSeconds } from '../../contracts/limits.ts';
import type { UploadQueue, UploadStore } from './ports.ts';

export interface SweepUploadPorts {
  readonly uploads: Pick<UploadStore, 'ownerOf' | 'find' | 'change'>;
  readonly uploadQueue: UploadQueue;
  readonly time: { now(): number };
}

/**
 * Looks after one upload whose `checkAtMs` has passed: a validation whose lease ended is announced again, what was
 * never put or has served its time expires. Objects are removed by the bucket's own rules. Doing it twice is harmless.
 */
export async function sweepUpload(ports: SweepUploadPorts, id: UploadId): Promise<void> {
  const owner = await ports.uploads.ownerOf(id);
  const upload = owner === null ? null : await ports.uploads.find(owner, id);
  const nowMs = ports.time.now();
  if (upload === null || upload.checkAtMs === null || upload.checkAtMs > nowMs) return;
  if (upload.status === 'expired') return;
  if (upload.status === 'validating') {
    if (upload.file === null) throw new Error(`${id} is validating without a file`);
    await ports.uploadQueue.announce(upload.objectKey, upload.file, nowMs);
    // Refused: another attempt began meanwhile, and says itself when to look.
    await ports.uploads.change(upload, 'check', { checkAtMs: nowMs + workLeaseSeconds * 1_000 });
    return;
  }
  await ports.uploads.change(upload, 'expire', { status: 'expired', checkAtMs: null });
}
