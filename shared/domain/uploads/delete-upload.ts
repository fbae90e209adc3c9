import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { uploadPrefixes } from './file-place.ts';
import type { FileRemover, UploadStore } from './ports.ts';

export interface DeleteUploadPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'remove'>;
  readonly objects: FileRemover;
}

/**
 * Removes an upload with all its objects, unless a dispatch was made from it. The upload goes first: a validation or a
 * dispatch that races with this finds nothing to hold on to, and what it still writes the bucket's rules remove.
 */
export async function deleteUpload(
  ports: DeleteUploadPorts,
  owner: OwnerId,
  id: UploadId,
): Promise<'removed' | 'in_use' | 'absent'> {
  const upload = await ports.uploads.find(owner, id);
  if (upload === null) return 'absent';
  const outcome = await ports.uploads.remove(owner, id);
  if (outcome !== 'removed') return outcome;
  if (upload.source === 'inbox') await ports.objects.remove([upload.objectKey]);
  for (const prefix of uploadPrefixes(owner, id)) await ports.objects.removeUnder(prefix);
  return 'removed';
}
