import { describe, expect, test } from 'vitest';
import { createImageFiles, createImageLoader } from '../../../shared/adapters/s3/images.ts';
import { ObjectChanged, ObjectMissing, type Objects } from '../../../shared/adapters/s3/objects.ts';
import { sha256Of } from '../../../shared/domain/images/kept-images.ts';
import type { MessageImage } from '../../../shared/domain/images/message-image.ts';
import { jpegOf } from '../../support/jpegs.ts';

/** A bucket that counts what is read from it. */
function bucketOf(content: Readonly<Record<string, Uint8Array | Error>>) {
  const read: string[] = [];
  const objects: Pick<Objects, 'range' | 'put'> = {
    async range(key, offset, length) {
      read.push(key);
      const found = content[key] ?? new ObjectMissing('absent');
      if (found instanceof Error) throw found;
      return found.subarray(offset, offset + length);
    },
    put: () => Promise.reject(new Error('written')),
  };
  return { read, objects };
}
const imageOf = (key: string, bytes: Uint8Array): MessageImage => ({
  ...{ uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV', key, writtenAtMs: 0 },
  ...{ sizeBytes: bytes.length, sha256: sha256Of(bytes) },
});

describe('a file', () => {
  const bytes = jpegOf(1);
  test.each<[string, Uint8Array | Error, Uint8Array | null]>([
    ['that is there', bytes, bytes],
    ['that has grown', Buffer.concat([bytes, bytes]), bytes],
    ['that has shrunk', bytes.subarray(0, 9), null],
    ['that was emptied', new ObjectChanged('no such range'), null],
    ['that is gone', new ObjectMissing('absent'), null],
  ])('%s', async (_, content, expected) => {
    const { objects } = bucketOf({ k: content });
    expect(await createImageFiles(objects).read('k', bytes.length)).toEqual(expected);
  });

  test('that we may not read is no absent one', async () => {
    const { objects } = bucketOf({ k: new Error('AccessDenied') });
    await expect(createImageFiles(objects).read('k', 5)).rejects.toThrow('AccessDenied');
  });
});

describe('loading for batches', () => {
  const pictures = Array.from({ length: 40 }, (_, i) => jpegOf(i));
  const content = Object.fromEntries(pictures.map((bytes, i) => [`k${i}`, bytes]));
  const images = pictures.map((bytes, i) => imageOf(`k${i}`, bytes));

  test('reads the images of one dispatch once, however many batches it has', async () => {
    const { objects, read } = bucketOf(content);
    const loader = createImageLoader(objects);
    for (let batch = 0; batch < 50; batch++) {
      expect(await loader.load(images.slice(0, 3))).toEqual(pictures.slice(0, 3));
    }
    expect(read).toEqual(['k0', 'k1', 'k2']);
  });

  test('remembers few: dispatch after dispatch does not fill the memory, and the latest used stays', async () => {
    const { objects, read } = bucketOf(content);
    const loader = createImageLoader(objects);
    for (const image of images.slice(1)) await loader.load([images[0]!, image]);
    expect(read.filter((key) => key === 'k0')).toHaveLength(1);
    const before = read.length;
    for (const image of images.slice(1, 20)) await loader.load([image]);
    expect(read.length - before).toBe(19);
  });

  test('gives the very bytes that were checked, or none', async () => {
    const { objects } = bucketOf({ k1: jpegOf(2) });
    const loader = createImageLoader(objects);
    await expect(loader.load([imageOf('k1', jpegOf(1))])).rejects.toThrow('gone');
    await expect(loader.load([imageOf('k9', jpegOf(1))])).rejects.toThrow('gone');
    expect(await loader.load([])).toEqual([]);
  });
});
