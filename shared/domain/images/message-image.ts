import type { UploadId } from '../../contracts/ids.ts';

/** What Korean carriers take in an MMS. A KB is 1,024 bytes here, as file managers count. */
export const imagesMax = 3;
export const imageBytesMax = 300 * 1024;
export const imagesBytesMax = 800 * 1024;
export const imageSidePixelsMax = 1_000;

/** One image of a message: a JPEG that was checked, and where its bytes lie. */
export interface MessageImage {
  /** What it was uploaded as; that upload may be gone by now. */
  readonly uploadId: UploadId;
  /** The upload's file, until whoever keeps the message has made a copy of its own. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the bytes, hexadecimal: a file that was put over the checked one is never sent. */
  readonly sha256: string;
  /** When the file at `key` was written, or asked for: copies are kept for a while from then on. */
  readonly writtenAtMs: number;
}
