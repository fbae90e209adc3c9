import { prefixes } from '../../contracts/environment.ts';
import type { ImageSetId, OwnerId, TemplateId, UploadId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import { attachedImages, type ImageRefusal, type ImageUploads } from '../images/attached-images.ts';
import { type ImageRemoval, type ImageRemovals, imagesLeftMs } from '../images/image-removal.ts';
import { copyImages, type ImageFiles, keysIn } from '../images/kept-images.ts';
import type { MessageImage } from '../images/message-image.ts';
import type { MessageTemplate } from './message-template.ts';

export interface TemplateImagePorts {
  readonly uploads: ImageUploads;
  readonly images: ImageFiles;
  readonly removals: Pick<ImageRemovals, 'plan'>;
  readonly ids: Ids;
}

/** The images of a template, and the set that its copies of them are. */
export interface TemplateImages {
  readonly images: readonly MessageImage[];
  /** Null: it has none. A set never changes: other images are another set. */
  readonly imageSet: ImageSetId | null;
}

type Ready = { readonly kind: 'ready'; readonly images: readonly MessageImage[] } | ImageRefusal;

/** The images asked for, as they lie now. Those that the template has already stay, though their uploads may have gone. */
export async function askedImages(
  { uploads }: Pick<TemplateImagePorts, 'uploads'>,
  owner: OwnerId,
  ids: readonly UploadId[],
  had: readonly MessageImage[],
  nowMs: number,
): Promise<Ready> {
  if (ids.length === 0) return { kind: 'ready', images: [] };
  const outcome = await attachedImages(uploads, owner, ids, nowMs, had);
  return outcome.kind === 'attached' ? { kind: 'ready', images: outcome.images } : outcome;
}

/**
 * Copies images to a place that nothing expires. That they are to be removed is planned before the first of them is
 * there; the write that gives them to the template takes them over. So no copy is left behind, whatever ends in between.
 */
export async function copiedForTemplate(
  { images: files, removals, ids }: Omit<TemplateImagePorts, 'uploads'>,
  { owner, id }: { readonly owner: OwnerId; readonly id: TemplateId },
  images: readonly MessageImage[],
  nowMs: number,
): Promise<({ readonly kind: 'copied' } & TemplateImages) | ImageRefusal> {
  if (images.length === 0) return { kind: 'copied', images, imageSet: null };
  const imageSet: ImageSetId = `img_${ids.ulid()}`;
  const keys = keysIn(`${prefixes.templates}${owner}/${id}/${imageSet}`, images.length);
  await removals.plan({ id: imageSet, keys, atMs: nowMs + imagesLeftMs });
  const outcome = await copyImages(files, keys, images, nowMs);
  return outcome.kind === 'kept' ? { kind: 'copied', images: outcome.images, imageSet } : outcome;
}

/** The removal of a template's images, once it has others or goes; null if it has none. */
export function removalOf({ imageSet, content }: MessageTemplate, nowMs: number): ImageRemoval | null {
  if (imageSet === null) return null;
  return { id: imageSet, keys: content.images.map(({ key }) => key), atMs: nowMs + imagesLeftMs };
}

export const isSameImages = (ids: readonly UploadId[], images: readonly MessageImage[]): boolean =>
  ids.length === images.length && ids.every((id, index) => images[index]?.uploadId === id);
