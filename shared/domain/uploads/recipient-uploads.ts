import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import type { UploadStore } from './ports.ts';
import type { Upload } from './upload.ts';

/** Uploads of recipients only: nothing can be sent to an image, which is answered like an upload that is not there. */
export const recipientUploads = ({ find }: Pick<UploadStore, 'find'>) => ({
  async find(owner: OwnerId, id: UploadId): Promise<Upload | null> {
    const upload = await find(owner, id);
    return upload?.purpose === 'recipients' ? upload : null;
  },
});
