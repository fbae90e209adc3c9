import { type ImageFiles, type LoadedImages, readImage } from '../../domain/images/kept-images.ts';
import { imagesMax } from '../../domain/images/message-image.ts';
import { ObjectChanged, ObjectMissing, type Objects } from './objects.ts';

/** Images as objects of the bucket. */
export const createImageFiles = (objects: Pick<Objects, 'range' | 'put'>): ImageFiles => ({
  async read(key, bytes) {
    try {
      const read = await objects.range(key, 0, bytes);
      return read.length === bytes ? read : null;
    } catch (error) {
      if (error instanceof ObjectMissing || error instanceof ObjectChanged) return null;
      throw error;
    }
  },
  write: (key, bytes) => objects.put(key, bytes, 'image/jpeg'),
});

/** Those of a few dispatches that are sent by turns. */
const remembered = 4 * imagesMax;

/** Reads kept images, and remembers the latest: hundreds of batches of one dispatch send the same. */
export function createImageLoader(objects: Pick<Objects, 'range' | 'put'>): LoadedImages {
  const files = createImageFiles(objects);
  const byKey = new Map<string, Uint8Array>();
  return {
    load: (images) =>
      Promise.all(
        images.map(async (image) => {
          const bytes = byKey.get(image.key) ?? (await readImage(files, image));
          if (bytes === null) throw new Error(`The image ${image.key} is gone`);
          byKey.delete(image.key); // to the end: the one that was not asked for the longest is forgotten first
          byKey.set(image.key, bytes);
          for (const key of byKey.keys()) {
            if (byKey.size <= remembered) break;
            byKey.delete(key);
          }
          return bytes;
        }),
      ),
  };
}
