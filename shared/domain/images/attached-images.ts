import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import type { Upload, UploadStatus } from '../uploads/upload.ts';
import { imagesBytesMax, type MessageImage } from './message-image.ts';

type AttachedUpload = Pick<Upload, 'id' | 'purpose' | 'status' | 'objectKey' | 'image' | 'expiresAtMs'>;

export interface ImageUploads {
  find(owner: OwnerId, id: UploadId): Promise<AttachedUpload | null>;
}

/** Why images cannot be sent. `index` counts from 0. */
export type ImageRefusal =
  /** No upload of this owner, or one of something else. */
  | { readonly kind: 'image_not_found'; readonly index: number }
  | { readonly kind: 'image_unusable'; readonly index: number; readonly status: Exclude<UploadStatus, 'ready'> }
  | { readonly kind: 'images_too_large'; readonly bytes: number }
  /** It went while it was being attached. */
  | { readonly kind: 'image_gone'; readonly index: number };

export type AttachOutcome = { readonly kind: 'attached'; readonly images: readonly MessageImage[] } | ImageRefusal;

/**
 * The images that a message is to have, each from a checked upload of the same owner. `kept` are those that the message
 * has already: they stay when it is changed, though their uploads may have gone.
 */
export async function attachedImages(
  uploads: ImageUploads,
  owner: OwnerId,
  ids: readonly UploadId[],
  nowMs: number,
  kept: readonly MessageImage[] = [],
): Promise<AttachOutcome> {
  const had = ids.map((id) => kept.find(({ uploadId }) => uploadId === id));
  const found = await Promise.all(ids.map((id, index) => (had[index] ? null : uploads.find(owner, id))));
  const images: MessageImage[] = [];
  for (const [index, upload] of found.entries()) {
    const attached = had[index] ?? attachedFrom(upload, index, nowMs);
    if ('kind' in attached) return attached;
    images.push(attached);
  }
  const bytes = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return bytes > imagesBytesMax ? { kind: 'images_too_large', bytes } : { kind: 'attached', images };
}

function attachedFrom(upload: AttachedUpload | null, index: number, nowMs: number): MessageImage | ImageRefusal {
  if (upload?.purpose !== 'attachment') return { kind: 'image_not_found', index };
  const { id, status, image, objectKey } = upload;
  if (status !== 'ready') return { kind: 'image_unusable', index, status };
  // The sweeper comes when it can; until then nobody counts on the file
  if (upload.expiresAtMs <= nowMs) return { kind: 'image_unusable', index, status: 'expired' };
  if (image === null) throw new Error(`${id} is ready and was never measured`);
  return { uploadId: id, key: objectKey, sizeBytes: image.sizeBytes, sha256: image.sha256, writtenAtMs: nowMs };
}
