import type { UploadId } from '../../contracts/ids.ts';
import type { Identity } from './identity.ts';

/**
 * Since when a tenant's identity does not need a document that was handed in, epoch ms; null: it still does, as long as it
 * is reviewed or stands; `unknown`: nothing was ever handed in with it.
 */
export function identityLetGoAtMs(
  { status, submission, decidedAtMs }: Pick<Identity, 'status' | 'submission' | 'decidedAtMs'>,
  id: UploadId,
): number | null | 'unknown' {
  if (submission === null) return 'unknown';
  // Another submission has replaced it
  if (!submission.documents.some(({ uploadId }) => uploadId === id)) return submission.submittedAtMs;
  return status === 'rejected' ? decidedAtMs : null;
}
