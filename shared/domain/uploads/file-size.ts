import { uploadBytesMax } from '../../contracts/limits.ts';
import { evidenceBytesMax, evidenceTooLarge } from '../evidence/check-evidence.ts';
import { imageTooLarge } from '../images/check-image.ts';
import { imageBytesMax } from '../images/message-image.ts';
import type { FileEvent } from './accept-file.ts';
import type { FileProblem } from './file-problem.ts';
import type { Files, UploadLog } from './ports.ts';
import type { Upload, UploadPurpose } from './upload.ts';

/** How large a file of a purpose may be, and what is said of a larger one. */
export const largest = {
  recipients: {
    bytesMax: uploadBytesMax,
    problem: { code: 'too_large', message: `A file may have at most ${uploadBytesMax / 1024 / 1024} MB.` },
  },
  attachment: { bytesMax: imageBytesMax, problem: imageTooLarge },
  evidence: { bytesMax: evidenceBytesMax, problem: evidenceTooLarge },
  document: { bytesMax: evidenceBytesMax, problem: evidenceTooLarge },
} as const satisfies Record<UploadPurpose, { bytesMax: number; problem: Pick<FileProblem, 'code' | 'message'> }>;

export interface DropPorts {
  readonly files: Pick<Files, 'removeVersion'>;
  readonly log: UploadLog;
}

/**
 * A link takes whatever is put within its hour, over and over: what is larger than a file of its kind, or what nobody
 * will look at any more, is removed as soon as it is heard of. Only that very file: one that was put since then stays.
 */
export async function dropUnwanted({ files, log }: DropPorts, upload: Upload | null, event: FileEvent): Promise<void> {
  const isOver = upload === null || upload.status === 'expired' || isCopied(upload);
  if (!isOver && event.file.sizeBytes <= largest[upload.purpose].bytesMax) return;
  await files.removeVersion(event.key, event.file.eTag);
  if (upload !== null)
    log.info('a file was removed: it is too large, or nobody needs it any more', { uploadId: upload.id });
}

/** It lies where it stays: whoever holds it counts on that copy. */
const isCopied = ({ attachedAtMs, awaitsCopy }: Upload): boolean => attachedAtMs !== null && !awaitsCopy;
