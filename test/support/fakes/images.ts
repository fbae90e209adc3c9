import { type ImageFiles, type LoadedImages, readImage } from '../../../shared/domain/images/kept-images.ts';

/** Images as objects in memory. */
export function createFakeImages(): ImageFiles & LoadedImages & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  const files: ImageFiles = {
    async read(key, bytes) {
      const found = objects.get(key);
      return found && found.length >= bytes ? found.subarray(0, bytes) : null;
    },
    write: async (key, bytes) => void objects.set(key, Uint8Array.from(bytes)),
  };
  return {
    ...files,
    objects,
    load: (images) =>
      Promise.all(
        images.map(async (image) => {
          const bytes = await readImage(files, image);
          if (bytes === null) throw new Error(`The image ${image.key} is gone`);
          return bytes;
        }),
      ),
  };
}
