import * as z from 'zod';
import { type OwnerId, uploadIdShape } from '../../shared/contracts/ids.ts';
import { attachedImages, type ImageRefusal, type ImageUploads } from '../../shared/domain/images/attached-images.ts';
import {
  imageBytesMax,
  imageSidePixelsMax,
  imagesBytesMax,
  imagesMax,
  type MessageImage,
} from '../../shared/domain/images/message-image.ts';
import { fieldProblem, type Problem } from './problems.ts';

/** The images of a message, as they come in. */

const kb = (bytes: number): string => `${bytes / 1024} KB`;

export const imagesShape = z
  .array(uploadIdShape)
  .max(imagesMax)
  .meta({
    description:
      `Attachments of yours that are \`ready\`: one to three JPEGs of at most ${kb(imageBytesMax)} and ` +
      `${imageSidePixelsMax} × ${imageSidePixelsMax} pixels each, ${kb(imagesBytesMax)} together. They are copied, so ` +
      'that the uploads may go.',
  });

export interface ImageDeps {
  readonly uploads: ImageUploads;
  /** Of the message that is changed. */
  readonly keptImages?: readonly MessageImage[];
}

/** The images that were asked for, or why they cannot be sent. */
export async function imagesOf(
  { uploads, keptImages }: ImageDeps,
  owner: OwnerId,
  ids: z.output<typeof imagesShape>,
  nowMs: number,
): Promise<readonly MessageImage[] | Problem> {
  if (ids.length === 0) return [];
  const outcome = await attachedImages(uploads, owner, ids, nowMs, keptImages);
  return outcome.kind === 'attached' ? outcome.images : imageProblem(outcome);
}

const why = {
  awaiting_file: 'The image has not been put yet.',
  validating: 'The image is still being checked: wait until its upload is ready.',
  rejected: 'The image was rejected: GET its upload to see why.',
  expired: 'The image has expired: upload it again.',
} as const;
const codes = {
  awaiting_file: 'unprocessable',
  validating: 'unprocessable',
  rejected: 'upload_rejected',
  expired: 'upload_expired',
} as const;

/** `place`: the pointer to the images in the body. */
export function imageProblem(refusal: ImageRefusal, place = '/message/images'): Problem {
  const at = ({ index }: { readonly index: number }): string => `${place}/${index}`;
  switch (refusal.kind) {
    case 'image_not_found':
      return fieldProblem('unprocessable', at(refusal), 'invalid_value', 'There is no such image of yours.');
    case 'image_unusable':
      return fieldProblem(codes[refusal.status], at(refusal), 'invalid_value', why[refusal.status]);
    case 'image_gone':
      return fieldProblem('upload_expired', at(refusal), 'invalid_value', 'The image has gone: upload it again.');
    case 'images_too_large':
      return fieldProblem(
        'unprocessable',
        place,
        'too_big',
        `The images have ${refusal.bytes} bytes together; at most ${kb(imagesBytesMax)} can be sent.`,
      );
  }
}
