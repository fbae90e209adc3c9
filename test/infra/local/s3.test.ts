import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture, until } from './support/fixture.ts';

const Bucket = 'fixture-bucket';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const put = (Key: string, Body: string | Buffer, more = {}) =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more = {}) => fixture.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
const text = async (Key: string, more = {}) => (await get(Key, more)).Body!.transformToString();

test('an object comes back with its bytes, type, metadata and checksum', async () => {
  const body = randomBytes(100_000);
  const { ETag, ChecksumCRC32 } = await put('a/한글 & <b>.csv', body, {
    ContentType: 'text/csv',
    Metadata: { 'on-invalid': 'skip' },
  });
  const answer = await get('a/한글 & <b>.csv', { ChecksumMode: 'ENABLED' });
  expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(body)).toBe(true);
  expect(answer).toMatchObject({
    ETag,
    ChecksumCRC32,
    ContentType: 'text/csv',
    ContentLength: 100_000,
    Metadata: { 'on-invalid': 'skip' },
  });
  expect(ChecksumCRC32).toBeDefined();
});

test('a body that is not what its checksum says is refused and leaves nothing', async () => {
  await expect(put('bad', 'body', { ChecksumSHA256: Buffer.alloc(32).toString('base64') })).rejects.toThrow(/digest/i);
  await expect(get('bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test.each([
  ['bytes=2-4', 'cde', 'bytes 2-4/10'],
  ['bytes=7-', 'hij', 'bytes 7-9/10'],
  ['bytes=-2', 'ij', 'bytes 8-9/10'],
  ['bytes=8-99', 'ij', 'bytes 8-9/10'],
])('%s of ten bytes is %s', async (Range, expected, contentRange) => {
  await put('range', 'abcdefghij');
  const answer = await get('range', { Range });
  expect(answer.ContentRange).toBe(contentRange);
  expect(await answer.Body!.transformToString()).toBe(expected);
});

test('a range outside the object is refused', async () => {
  await put('range', 'abcdefghij');
  await expect(get('range', { Range: 'bytes=10-' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } });
});

test('conditions hold: first writer wins, a reader keeps to the version it knows', async () => {
  const { ETag } = await put('once', '1', { IfNoneMatch: '*' });
  await expect(put('once', '2', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { ETag: second } = await put('once', '2', { IfMatch: ETag });
  await expect(put('once', '3', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(get('once', { IfMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  expect(await text('once', { IfMatch: second })).toBe('2');
  await expect(put('never', '1', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('lists go in pages, in order, and fold behind a delimiter', async () => {
  for (const key of ['list/b/1', 'list/a', 'list/c', 'list/b/2', 'lisu']) await put(key, key);
  const page = (more: object) => fixture.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', ...more }));
  const first = await page({ MaxKeys: 3 });
  expect(first.Contents?.map(({ Key }) => Key)).toEqual(['list/a', 'list/b/1', 'list/b/2']);
  const rest = await page({ ContinuationToken: first.NextContinuationToken });
  expect(rest).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'list/c' }] });
  const folded = await page({ Delimiter: '/' });
  expect(folded.Contents?.map(({ Key }) => Key)).toEqual(['list/a', 'list/c']);
  expect(folded.CommonPrefixes).toEqual([{ Prefix: 'list/b/' }]);
});

test('copies and deletes of many', async () => {
  await put('from', 'copied', { Metadata: { kept: 'yes' } });
  await fixture.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` }));
  const { Deleted } = await fixture.s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'from' }, { Key: 'absent' }] } }),
  );
  expect(Deleted).toHaveLength(2);
  expect(await text('to')).toBe('copied');
  const { Metadata } = await fixture.s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }));
  expect(Metadata).toEqual({ kept: 'yes' });
  await expect(get('from')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a stream of unknown length goes up in parts', async () => {
  const body = randomBytes(12 * 1024 * 1024);
  const upload = new Upload({
    client: fixture.s3,
    params: { Bucket, Key: 'parts', Body: Readable.from([body.subarray(0, 7e6), body.subarray(7e6)]) },
  });
  const { ETag } = await upload.done();
  expect(ETag).toMatch(/-3"$/);
  const answer = await get('parts');
  expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(body)).toBe(true);
});

test('a short stream goes up in chunks with its checksum behind', async () => {
  await put('chunked', 'x', { Body: Readable.from([Buffer.from('hello '), Buffer.from('world')]), ContentLength: 11 });
  expect(await text('chunked')).toBe('hello world');
});

const presigned = async (key: string, size: number, expiresSeconds = 300) =>
  (await fixture.deed('presign', { key, size, expiresSeconds })).body as string;
const putTo = (url: string, body: Buffer) => fetch(url, { method: 'PUT', body });

test('30 MB go through a presigned URL, and announce themselves once', async () => {
  const body = randomBytes(30 * 1024 * 1024);
  const url = await presigned('uploads/big one.csv', body.length);
  expect((await putTo(url, body)).status).toBe(200);
  const read = await get('uploads/big one.csv', { Range: `bytes=${body.length - 5}-` });
  expect(Buffer.from(await read.Body!.transformToByteArray()).equals(body.subarray(-5))).toBe(true);
  await put('elsewhere/x', 'not announced');
  const events = await announced();
  expect(events).toMatchObject([
    {
      eventName: 'ObjectCreated:Put',
      eventSource: 'aws:s3',
      s3: {
        bucket: { name: Bucket },
        object: { key: 'uploads/big+one.csv', size: body.length, eTag: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    },
  ]);
});

test('sequencers tell the order of writes to a key', async () => {
  await put('uploads/twice', '1');
  await put('uploads/twice', '22');
  const events = await announced();
  const bySequencer = events.sort((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
  expect(bySequencer.map(({ s3 }) => s3.object.size)).toEqual([1, 2]);
});

test('a presigned URL holds for its key, its length and its time', async () => {
  const url = await presigned('uploads/signed', 4);
  expect((await putTo(url.replace('uploads/signed', 'uploads/other'), Buffer.from('four'))).status).toBe(403);
  expect((await putTo(url, Buffer.from('five!'))).status).toBe(403);
  expect((await putTo(url, Buffer.from('four'))).status).toBe(200);
  for (const header of ['x-amz-acl', 'x-amz-tagging', 'x-amz-meta-a', 'x-amz-copy-source']) {
    const more = await fetch(url, {
      method: 'PUT',
      body: Buffer.from('four'),
      headers: { [header]: '/fixture-bucket/a' },
    });
    expect([header, more.status, await more.text()]).toEqual([header, 403, expect.stringContaining('not signed')]);
  }
  await fixture.control('POST', '/clock', { advance: 'PT5M1S' });
  const late = await putTo(url, Buffer.from('four'));
  expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
});

test('objects survive a restart and a move of the data folder; half-received bodies do not', async () => {
  await put('moved', 'still here');
  await fixture.stop();
  const moved = `${fixture.home}-moved`;
  renameSync(fixture.home, moved);
  const bodies = join(moved, 's3', 'bodies');
  writeFileSync(join(bodies, 'half'), 'received when the process was killed');
  fixture = await startFixture(moved);
  expect(await text('moved')).toBe('still here');
  expect(existsSync(join(bodies, 'half'))).toBe(false);
});

type S3Event = { eventName: string; s3: { object: { key: string; size: number; sequencer: string } } };

/** The bucket events that have arrived since the last look. */
async function announced(): Promise<S3Event[]> {
  const QueueUrl = fixture.queueUrl('file-events');
  const receive = async () =>
    (await fixture.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
  const messages = await until(receive, (found) => found.length > 0);
  const bodies = messages.map(({ Body }) => JSON.parse(Body!) as { Records?: S3Event[]; Event?: string });
  return bodies.flatMap(({ Records }) => Records ?? []);
}
