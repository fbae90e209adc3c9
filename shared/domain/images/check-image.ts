import type { FileProblem } from '../uploads/file-problem.ts';
import { readJpeg } from './jpeg.ts';
import { sha256Of } from './kept-images.ts';
import { imageBytesMax, imageSidePixelsMax } from './message-image.ts';

/** What was measured of an image that can be sent. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Whether a file can be sent as an image of an MMS: by what it holds, whatever it is called. */
export function checkImage(
  bytes: Uint8Array,
): { readonly image: ImageFacts } | { readonly problem: Pick<FileProblem, 'code' | 'message'> } {
  const read = readJpeg(bytes);
  if (read.kind === 'not_jpeg') {
    return { problem: { code: 'not_jpeg', message: 'The file is no JPEG, whatever its name: save it as one.' } };
  }
  if (read.kind === 'unreadable') {
    const message = `The image cannot be read. ${read.why} Save it again as an ordinary JPEG.`;
    return { problem: { code: 'unreadable_image', message } };
  }
  const { width, height } = read;
  if (width > imageSidePixelsMax || height > imageSidePixelsMax) {
    const most = `${imageSidePixelsMax} × ${imageSidePixelsMax}`;
    const message = `The image has ${width} × ${height} pixels; at most ${most} can be sent.`;
    return { problem: { code: 'image_too_many_pixels', message } };
  }
  return { image: { width, height, sizeBytes: bytes.length, sha256: sha256Of(bytes) } };
}

export const imageTooLarge: Pick<FileProblem, 'code' | 'message'> = {
  code: 'image_too_large',
  message: `An image may have at most ${imageBytesMax / 1024} KB (${imageBytesMax.toLocaleString('en')} bytes).`,
};
