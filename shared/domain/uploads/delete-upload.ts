import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { uploadPrefixes } from './file-place.ts';
import type { FileRemover, UploadStore } from './ports.ts';

export interface DeleteUploadPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'retire' | 'forget'>;
  readonly objects: FileRemover;
}

/**
 * Removes an upload with all its objects, unless a dispatch was made from it or a consent refers to it. It is retired first, so that a validation
 * or a dispatch that races with this finds nothing to hold on to, and forgotten last: if the objects cannot be removed
 * now, the customer can ask again. What a validation still writes in that moment the bucket's own rules remove.
 */
export async function deleteUpload(
  ports: DeleteUploadPorts,
  owner: OwnerId,
  id: UploadId,
): Promise<'removed' | 'in_use' | 'absent'> {
  const upload = await ports.uploads.find(owner, id);
  if (upload === null) return 'absent';
  const outcome = await ports.uploads.retire(owner, id);
  if (outcome !== 'retired') return outcome;
  if (upload.source === 'inbox') await ports.objects.remove([upload.objectKey]);
  for (const prefix of uploadPrefixes(owner, id, upload.purpose)) await ports.objects.removeUnder(prefix);
  await ports.uploads.forget(owner, id);
  return 'removed';
}
