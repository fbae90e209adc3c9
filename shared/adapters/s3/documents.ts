import type { DocumentFiles } from '../../domain/documents/document.ts';
import { createImageFiles } from './images.ts';
import type { Objects } from './objects.ts';

/** Documents as objects of the bucket, encrypted with a key of their own: who may not use it reads nothing. */
export const createDocumentFiles = (
  objects: Pick<Objects, 'range' | 'put' | 'remove'>,
  keyArn: string,
): DocumentFiles => ({
  read: createImageFiles(objects).read,
  keep: (key, bytes, contentType) => objects.put(key, bytes, contentType, keyArn),
  remove: objects.remove,
});
