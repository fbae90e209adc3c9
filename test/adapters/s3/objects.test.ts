import { randomBytes } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLinks } from '../../../shared/adapters/s3/links.ts';
import { openObjectKeys } from '../../../shared/adapters/s3/object-keys.ts';
import { type Objects, openObjects } from '../../../shared/adapters/s3/objects.ts';
import { type Fixture, startFixture } from '../../infra/local/support/fixture.ts';

const bucket = 'fixture-bucket';
let fixture: Fixture;
let objects: Objects;
beforeAll(async () => {
  fixture = await startFixture();
  objects = openObjects(fixture.s3, bucket);
});
afterAll(() => fixture.end());

const collected = async (chunks: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

describe('reading', () => {
  test('whole, in ranges, in chunks, and what is known of it', async () => {
    const bytes = randomBytes(300_000);
    await objects.put('lists/고객 1.bin', bytes, 'text/csv');
    const facts = await objects.head('lists/고객 1.bin');
    expect(facts).toMatchObject({ sizeBytes: 300_000, eTag: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const eTag = facts!.eTag;
    expect(bytes.equals(await objects.whole('lists/고객 1.bin', eTag))).toBe(true);
    expect(bytes.subarray(10, 30).equals(await objects.range('lists/고객 1.bin', 10, 20, eTag))).toBe(true);
    expect(await objects.range('lists/고객 1.bin', 299_990, 500)).toHaveLength(10);
    expect(await objects.range('lists/고객 1.bin', 10, 0)).toHaveLength(0);
    expect(bytes.equals(await collected(objects.stream('lists/고객 1.bin', eTag)))).toBe(true);
  });

  test('another version than asked for, or none, is told by name', async () => {
    await objects.put('changed', Buffer.from('one'));
    const { eTag } = (await objects.head('changed'))!;
    await objects.put('changed', Buffer.from('two'));
    for (const read of [
      () => objects.whole('changed', eTag),
      () => objects.range('changed', 0, 2, eTag),
      () => collected(objects.stream('changed', eTag)),
    ]) {
      await expect(read()).rejects.toMatchObject({ name: 'ObjectChanged' });
    }
    await expect(objects.whole('nothing')).rejects.toMatchObject({ name: 'ObjectMissing' });
    await expect(collected(objects.stream('nothing', eTag))).rejects.toMatchObject({ name: 'ObjectMissing' });
    expect(await objects.head('nothing')).toBeNull();
  });
});

describe('an object of unknown length', () => {
  test.each([0, 10, 8 * 1024 * 1024, 20 * 1024 * 1024 + 7])(
    'of %i bytes appears whole when it is closed',
    async (size) => {
      const bytes = randomBytes(size);
      const sink = objects.open(`sink-${size}`, 'text/csv');
      for (let at = 0; at < size; at += 300_001) {
        const block = Buffer.from(bytes.subarray(at, at + 300_001));
        await sink.write(block);
        block.fill(0); // it was taken in
      }
      expect(await objects.head(`sink-${size}`)).toBeNull();
      await sink.close();
      expect(bytes.equals(await objects.whole(`sink-${size}`))).toBe(true);
      await sink.abandon();
      expect(await objects.head(`sink-${size}`)).not.toBeNull();
      await expect(sink.write(bytes)).rejects.toThrow('closed');
    },
  );

  test('given up, it never appears', async () => {
    const sink = objects.open('given-up');
    await sink.write(randomBytes(9 * 1024 * 1024));
    await sink.abandon();
    await sink.abandon();
    expect(await objects.head('given-up')).toBeNull();
  });
});

test('removing takes everything under a folder and nothing beside it', async () => {
  for (let i = 0; i < 12; i++) await objects.put(`lists/upl_1/${i}`, Buffer.from('x'));
  await objects.put('lists/upl_10/0', Buffer.from('x'));
  await objects.removeUnder('lists/upl_1/');
  expect(await objects.head('lists/upl_1/7')).toBeNull();
  expect(await objects.head('lists/upl_10/0')).not.toBeNull();
  await objects.removeUnder('lists/upl_1/');
  await objects.remove(['lists/upl_10/0', 'never/was']);
  expect(await objects.head('lists/upl_10/0')).toBeNull();
  for (const prefix of ['', '/', 'lists', '/lists/'])
    await expect(objects.removeUnder(prefix)).rejects.toThrow('folder');
});

test('an object is removed only while it is the one that was meant', async () => {
  await objects.put('versions', Buffer.from('first'));
  const { eTag } = (await objects.head('versions'))!;
  await objects.put('versions', Buffer.from('second'));
  await objects.removeVersion('versions', eTag);
  expect(Buffer.from(await objects.whole('versions')).toString()).toBe('second');
  await objects.removeVersion('versions', (await objects.head('versions'))!.eTag);
  expect(await objects.head('versions')).toBeNull();
  await objects.removeVersion('versions', eTag);
});

test('a link takes any file, another lets a browser save it under its name', async () => {
  const { endpoint, region, credentials } = fixture.s3.config;
  const at = (await endpoint!()) as { protocol: string; hostname: string; port?: number };
  const client = new S3Client({
    endpoint: `${at.protocol}//${at.hostname}:${at.port}`,
    region,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const links = openLinks(client, bucket);
  const put = await links.toPut('uploads/a 고객.csv', 60, null);
  const answer = await fetch(put, { method: 'PUT', body: 'phoneNumber\n', headers: { 'content-type': 'text/csv' } });
  expect(answer.status).toBe(200);
  expect(Buffer.from(await objects.whole('uploads/a 고객.csv')).toString()).toBe('phoneNumber\n');
  const sized = await links.toPut('uploads/sized', 60, 4);
  expect(new URL(sized).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
  for (const body of ['', 'one', 'three', 'x'.repeat(1_000_000)]) {
    expect((await fetch(sized, { method: 'PUT', body })).status).toBe(403);
  }
  const inChunks = new Blob(['four']).stream();
  expect((await fetch(sized, { method: 'PUT', body: inChunks, duplex: 'half' } as RequestInit)).status).toBe(403);
  expect(await objects.head('uploads/sized')).toBeNull();
  expect((await fetch(sized, { method: 'PUT', body: 'four', headers: { 'Content-Length': '4' } })).status).toBe(200);
  const got = await fetch(
    await links.toDownload('uploads/a 고객.csv', 60, { fileName: `고객's "list".csv`, contentType: 'text/x' }),
  );
  expect(await got.text()).toBe('phoneNumber\n');
  expect([got.headers.get('content-type'), got.headers.get('cache-control')]).toEqual(['text/x', 'private, no-store']);
  const disposition = got.headers.get('content-disposition')!;
  expect(disposition).toMatch(/^attachment; filename="[\w .-]+"; filename\*=UTF-8''/);
  expect(decodeURIComponent(disposition.split("''")[1]!)).toBe(`고객's "list".csv`);
});

describe('an object that takes the place of another', () => {
  test.each([10, 9 * 1024 * 1024])('of %i bytes does so, unless somebody else was quicker', async (size) => {
    const key = `place-${size}`;
    await objects.put(key, Buffer.from('first'));
    const { eTag } = (await objects.head(key))!;
    const write = async (byte: number) => {
      const sink = objects.open(key, 'text/csv', eTag);
      await sink.write(Buffer.alloc(size, byte));
      return { close: () => sink.close(), abandon: () => sink.abandon() };
    };
    const [quick, slow] = [await write(1), await write(2)];
    await quick.close();
    await expect(slow.close()).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await slow.abandon();
    expect((await objects.whole(key)).every((byte) => byte === 1)).toBe(true);
    await objects.remove([key]);
    await expect((await write(3)).close()).rejects.toThrow();
    expect(await objects.head(key)).toBeNull();
  });

  test('is found under its prefix, in order, from where one went on', async () => {
    for (const name of ['b', 'a', 'c/d']) await objects.put(`under/${name}`, Buffer.from(name));
    await objects.put('under-not', Buffer.from('x'));
    const keys = async (after: string | null) => {
      const found: string[] = [];
      for await (const key of openObjectKeys(fixture.s3, bucket).keysUnder('under/', after)) found.push(key);
      return found;
    };
    expect(await keys(null)).toEqual(['under/a', 'under/b', 'under/c/d']);
    expect(await keys('under/a')).toEqual(['under/b', 'under/c/d']);
    expect(await keys('under/c/d')).toEqual([]);
  });
});
