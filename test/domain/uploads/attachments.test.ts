import { describe, expect, test } from 'vitest';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import type { Upload } from '../../../shared/domain/uploads/upload.ts';
import { frame, jpeg, scan, soi } from '../../support/jpegs.ts';
import { World } from './fake-uploads.ts';

const imageBytesMax = 307_200;
const dayMs = 86_400_000;
const attachment: Partial<Upload> = { purpose: 'attachment', onInvalidRows: 'reject' };
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');

async function checked(content: Buffer | string, fileName = 'sale.jpg') {
  const world = new World();
  const upload = await world.made(fileName, attachment);
  await world.deliver(world.put(upload.objectKey, content));
  return { world, upload: await world.now(upload) };
}

describe('an attachment', () => {
  test.each(['sale.jpg', 'sale.JPEG', 'sale.png', 'sale.csv', 'sale'])(
    'called %s is an image if it holds one',
    async (name) => {
      const { upload } = await checked(jpeg(640, 480, imageBytesMax), name);
      expect(upload).toMatchObject({
        status: 'ready',
        format: 'jpeg',
        image: { width: 640, height: 480, sizeBytes: imageBytesMax },
        problem: null,
        list: null,
        counts: null,
        progress: { bytesRead: imageBytesMax, bytesTotal: imageBytesMax, rows: 0 },
      });
    },
  );

  test.each<[string, Buffer | string, string]>([
    ['nothing', '', 'empty_file'],
    ['a renamed PNG', png, 'not_jpeg'],
    ['a list of recipients', 'phoneNumber\n01020000001\n', 'not_jpeg'],
    ['a byte too much', jpeg(640, 480, imageBytesMax + 1), 'image_too_large'],
    ['a megabyte of anything', Buffer.alloc(1_000_000), 'image_too_large'],
    ['a pixel too much', jpeg(1_001, 1_000), 'image_too_many_pixels'],
    ['half of itself', jpeg(640, 480, 5_000).subarray(0, 2_500), 'unreadable_image'],
    ['no end', Buffer.concat([soi, frame(3, 3), scan()]), 'unreadable_image'],
  ])('that holds %s is rejected, and says so', async (_, content, code) => {
    const { upload } = await checked(content);
    expect(upload).toMatchObject({ status: 'rejected', image: null, format: null, problem: { code, row: null } });
    expect(upload.problem!.message).toMatch(/\.$/);
  });

  test('whose event tells a wrong size is read no further than an image may go', async () => {
    const world = new World();
    const upload = await world.made('a.jpg', attachment);
    const event = world.put(upload.objectKey, Buffer.alloc(5_000_000));
    world.files.whole = () => Promise.reject(new Error('read'));
    await world.deliver({ ...event, file: { ...event.file, sizeBytes: 100 } });
    expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code: 'image_too_large' } });
  });

  test('writes nothing but its outcome', async () => {
    const { world, upload } = await checked(jpeg(640, 480));
    expect([...world.objects.keys()]).toEqual([upload.objectKey]);
    expect(world.unfinished.size).toBe(0);
  });

  test('that is put again after it was checked stays as it was checked', async () => {
    const { world, upload } = await checked(jpeg(640, 480));
    await world.deliver(world.put(upload.objectKey, png));
    expect(await world.now(upload)).toEqual(upload);
  });

  test('that is put twice in a row ends as the later one', async () => {
    const world = new World();
    const upload = await world.made('a.jpg', attachment);
    const first = world.put(upload.objectKey, png);
    const second = world.put(upload.objectKey, jpeg(3, 4));
    await world.deliver(first);
    await world.deliver(second);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', image: { width: 3 } });
  });
});

describe('after seven days', () => {
  const weekMs = 7 * dayMs;

  test.each<[string, Buffer]>([
    ['a ready', jpeg(640, 480)],
    ['a rejected', png],
  ])('%s attachment and its file are gone', async (_, content) => {
    const { world, upload } = await checked(content);
    expect(upload.expiresAtMs).toBe(world.nowMs + weekMs);
    world.nowMs += weekMs - 1;
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe(upload.status);
    expect(world.objects.has(upload.objectKey)).toBe(true);
    world.nowMs += 1;
    await sweepUpload(world, upload.id);
    expect(await world.now(upload)).toMatchObject({ status: 'expired', checkAtMs: null });
    expect(world.objects.size).toBe(0);
  });

  test('a crash between the two leaves it to the next look', async () => {
    const { world, upload } = await checked(jpeg(640, 480));
    world.nowMs += weekMs;
    const broken = {
      ...world,
      uploads: { ...world.uploads, change: () => Promise.reject(new Error('crash')) },
    };
    await expect(sweepUpload(broken, upload.id)).rejects.toThrow('crash');
    expect((await world.now(upload)).status).toBe('ready');
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe('expired');
    expect(world.objects.size).toBe(0);
  });

  test('a list of recipients is neither expired nor removed', async () => {
    const world = new World();
    const upload = await world.made('a.csv');
    await world.deliver(world.put(upload.objectKey, 'phoneNumber\n01020000001\n'));
    world.nowMs += weekMs;
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe('ready');
    expect(world.objects.has(upload.objectKey)).toBe(true);
  });
});
