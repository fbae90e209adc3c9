import { describe, expect, test } from 'vitest';
import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import { attachedImages } from '../../../shared/domain/images/attached-images.ts';
import { checkImage } from '../../../shared/domain/images/check-image.ts';
import { keepImages, sha256Of } from '../../../shared/domain/images/kept-images.ts';
import type { MessageImage } from '../../../shared/domain/images/message-image.ts';
import { finished, newUpload, type Upload } from '../../../shared/domain/uploads/upload.ts';
import { createFakeImages } from '../../support/fakes/images.ts';
import { frame, jpeg, jpegOf, soi } from '../../support/jpegs.ts';

const nowMs = Date.parse('2026-12-01T00:00:00Z');
const owner: OwnerId = 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ';
const idOf = (n: number): UploadId => `upl_01J${String(n).padStart(23, '0')}`;

describe('an image is judged by what it holds', () => {
  test.each<[string, Buffer, string | null]>([
    ['of 1,000 × 1,000 pixels', jpeg(1_000, 1_000), null],
    ['one pixel too wide', jpeg(1_001, 1), 'image_too_many_pixels'],
    ['one pixel too high', jpeg(1, 1_001), 'image_too_many_pixels'],
    ['of giant size', jpeg(65_535, 65_535), 'image_too_many_pixels'],
    ['that is a PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'not_jpeg'],
    ['that is cut off', jpeg(640, 480).subarray(0, -2), 'unreadable_image'],
    ['that is a head alone', Buffer.concat([soi, frame(3, 3)]), 'unreadable_image'],
  ])('%s', (_, bytes, code) => {
    const checked = checkImage(bytes);
    expect('problem' in checked ? checked.problem.code : null).toBe(code);
  });

  test('and measured', () => {
    const bytes = jpeg(640, 480, 5_000);
    const image = { width: 640, height: 480, sizeBytes: 5_000, sha256: sha256Of(bytes) };
    expect(checkImage(bytes)).toEqual({ image });
  });
});

describe('attaching', () => {
  const made = (n: number, over: Partial<Upload> = {}): Upload => ({
    ...newUpload(
      {
        ...{ id: idOf(n), owner, purpose: 'attachment', source: 'api', fileName: 'a.jpg', objectKey: `k${n}` },
        ...{ onInvalidRows: 'reject', requiredColumns: [] },
      },
      nowMs,
    ),
    ...finished('attachment', 'ready', nowMs),
    image: { width: 1, height: 1, sizeBytes: 300 * 1024, sha256: `sum${n}` },
    ...over,
  });
  const attach = (uploads: readonly Upload[], ids: readonly number[], whose = owner, atMs = nowMs) =>
    attachedImages(
      { find: async (of, id) => uploads.find((upload) => upload.owner === of && upload.id === id) ?? null },
      whose,
      ids.map(idOf),
      atMs,
    );

  test('takes ready images in the order asked for, one twice if so asked', async () => {
    const small = { width: 1, height: 1, sizeBytes: 10, sha256: 'x' };
    const uploads = [made(1, { image: small }), made(2, { image: small })];
    const outcome = await attach(uploads, [2, 1, 2]);
    expect(outcome).toMatchObject({ kind: 'attached', images: [{ key: 'k2' }, { key: 'k1' }, { key: 'k2' }] });
  });

  test.each<[string, Partial<Upload>, object]>([
    ['a list of recipients', { purpose: 'recipients' }, { kind: 'image_not_found', index: 1 }],
    ['one without a file', { status: 'awaiting_file' }, { kind: 'image_unusable', index: 1, status: 'awaiting_file' }],
    ['one being checked', { status: 'validating' }, { kind: 'image_unusable', index: 1, status: 'validating' }],
    ['a rejected one', { status: 'rejected' }, { kind: 'image_unusable', index: 1, status: 'rejected' }],
    ['an expired one', { status: 'expired' }, { kind: 'image_unusable', index: 1, status: 'expired' }],
    [
      'one that the sweeper has not come to yet',
      { expiresAtMs: nowMs },
      { kind: 'image_unusable', index: 1, status: 'expired' },
    ],
  ])('refuses %s', async (_, over, refusal) => {
    expect(await attach([made(1), made(2, over)], [1, 2])).toEqual(refusal);
  });

  test('answers another owner, and a test key, as if there were nothing', async () => {
    expect(await attach([made(1)], [1], 'ten_01HYYYYYYYYYYYYYYYYYYYYYYY')).toEqual(await attach([], [1]));
    expect(await attach([made(1)], [1], `${owner}.test`)).toEqual({ kind: 'image_not_found', index: 0 });
  });

  test('counts all of them together: 800 KB and not a byte more', async () => {
    const sized = (n: number, sizeBytes: number) => made(n, { image: { width: 1, height: 1, sizeBytes, sha256: 'x' } });
    const two = [sized(1, 300 * 1024), sized(2, 300 * 1024)];
    expect(await attach([...two, sized(3, 200 * 1024)], [1, 2, 3])).toMatchObject({ kind: 'attached' });
    const bytes = 800 * 1024 + 1;
    expect(await attach([...two, sized(3, 200 * 1024 + 1)], [1, 2, 3])).toEqual({ kind: 'images_too_large', bytes });
  });

  test('lasts seven days', async () => {
    const weekMs = 7 * 86_400_000;
    expect(await attach([made(1)], [1], owner, nowMs + weekMs - 1)).toMatchObject({ kind: 'attached' });
    expect(await attach([made(1)], [1], owner, nowMs + weekMs)).toMatchObject({ status: 'expired' });
  });
});

describe('keeping', () => {
  const bytes = jpegOf(1);
  const image = (over: Partial<MessageImage> = {}): MessageImage => ({
    uploadId: idOf(1),
    key: 'uploads/a.jpg',
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    writtenAtMs: nowMs,
    ...over,
  });
  const filesWith = (content: Uint8Array | null) => {
    const files = createFakeImages();
    if (content !== null) files.objects.set('uploads/a.jpg', content);
    return files;
  };

  test('makes copies of its own, which outlast the upload', async () => {
    const files = filesWith(bytes);
    const kept = await keepImages(files, 'dsp_1', [image(), image()], nowMs + 5);
    const copy = (n: number) => image({ key: `dispatches/dsp_1/images/${n}.jpg`, writtenAtMs: nowMs + 5 });
    expect(kept).toEqual({ kind: 'kept', images: [copy(1), copy(2)] });
    files.objects.delete('uploads/a.jpg');
    expect(await files.load([copy(1), copy(2)])).toEqual([Uint8Array.from(bytes), Uint8Array.from(bytes)]);
  });

  test('takes what was checked from a file that has grown since', async () => {
    const files = filesWith(Buffer.concat([bytes, Buffer.alloc(1_000_000)]));
    expect(await keepImages(files, 'dsp_1', [image()], nowMs)).toMatchObject({ kind: 'kept' });
    expect(files.objects.get('dispatches/dsp_1/images/1.jpg')).toEqual(Uint8Array.from(bytes));
  });

  test.each<[string, Uint8Array | null]>([
    ['is gone', null],
    ['was emptied', new Uint8Array(0)],
    ['was replaced by another of the same size', jpegOf(2)],
    ['lacks its last byte', bytes.subarray(0, -1)],
  ])('refuses an image whose file %s', async (_, content) => {
    const files = filesWith(content);
    const images = [image({ key: 'uploads/good.jpg' }), image()];
    files.objects.set('uploads/good.jpg', bytes);
    expect(await keepImages(files, 'dsp_1', images, nowMs)).toEqual({ kind: 'image_gone', index: 1 });
  });
});
