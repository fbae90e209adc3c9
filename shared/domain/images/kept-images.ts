import { createHash } from 'node:crypto';
import { prefixes } from '../../contracts/environment.ts';
import type { MessageImage } from './message-image.ts';

/** Images as objects. */
export interface ImageFiles {
  /** The first so many bytes; null if the object is gone or does not have as many. */
  read(key: string, bytes: number): Promise<Uint8Array | null>;
  write(key: string, bytes: Uint8Array): Promise<void>;
}

export interface LoadedImages {
  /** The files of kept images, in their order; the very bytes that were checked. */
  load(images: readonly MessageImage[]): Promise<readonly Uint8Array[]>;
}

export type KeepOutcome =
  | { readonly kind: 'kept'; readonly images: readonly MessageImage[] }
  /** It was deleted, expired or replaced between being looked up and copied. `index` counts from 0. */
  | { readonly kind: 'image_gone'; readonly index: number };

/**
 * Copies images to a place of their own, so that whatever becomes of the uploads, the message can be sent. Copies that
 * nothing refers to in the end expire with the others under their prefix.
 */
export const keepImages = (
  files: ImageFiles,
  /** The id of what keeps them, and more where that keeps several at once. */
  place: string,
  images: readonly MessageImage[],
  nowMs: number,
): Promise<KeepOutcome> => copyImages(files, keysIn(`${prefixes.dispatches}${place}`, images.length), images, nowMs);

/** Where so many copies lie in a folder. */
export const keysIn = (folder: string, images: number): readonly string[] =>
  Array.from({ length: images }, (_, index) => `${folder}/images/${index + 1}.jpg`);

/** Copies images, each to its key, and reads them once more for that: only the very bytes that were checked are kept. */
export async function copyImages(
  files: ImageFiles,
  keys: readonly string[],
  images: readonly MessageImage[],
  nowMs: number,
): Promise<KeepOutcome> {
  const kept: MessageImage[] = [];
  for (const [index, image] of images.entries()) {
    const bytes = await readImage(files, image);
    if (bytes === null) return { kind: 'image_gone', index };
    const key = keys[index]!;
    await files.write(key, bytes);
    kept.push({ ...image, key, writtenAtMs: nowMs });
  }
  return { kind: 'kept', images: kept };
}

/** Null if the object is gone, or is not the one that was checked. */
export async function readImage(
  files: Pick<ImageFiles, 'read'>,
  { key, sizeBytes, sha256 }: MessageImage,
): Promise<Uint8Array | null> {
  const bytes = await files.read(key, sizeBytes);
  return bytes !== null && sha256Of(bytes) === sha256 ? bytes : null;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
