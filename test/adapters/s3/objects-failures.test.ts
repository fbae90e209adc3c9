import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { openObjects } from '../../../shared/adapters/s3/objects.ts';

const client = new S3Client({ region: 'ap-northeast-2' });
const s3 = mockClient(client);
const objects = openObjects(client, 'b');
beforeEach(() => s3.reset());

const failure = (name: string, status: number) =>
  new S3ServiceException({
    name,
    $fault: 'client',
    message: 'uploads/secret-file-name.csv',
    $metadata: { httpStatusCode: status },
  });

test('what is not a missing or replaced object is handed on as it is', async () => {
  s3.on(HeadObjectCommand).rejects(failure('SlowDown', 503));
  await expect(objects.head('k')).rejects.toMatchObject({ name: 'SlowDown' });
  s3.on(GetObjectCommand).rejects(failure('AccessDenied', 403));
  await expect(objects.whole('k')).rejects.toMatchObject({ name: 'AccessDenied' });
  s3.on(GetObjectCommand).rejects(failure('NoSuchBucket', 404));
  await expect(objects.whole('k')).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test('an object that a range does not reach is another one than was asked for', async () => {
  s3.on(GetObjectCommand).rejects(failure('InvalidRange', 416));
  await expect(objects.range('k', 5, 10)).rejects.toMatchObject({ name: 'ObjectChanged' });
});

test('names of files stay out of our own messages', async () => {
  s3.on(GetObjectCommand).rejects(failure('NoSuchKey', 404));
  await expect(objects.whole('k')).rejects.toThrow(/^There is no such object$/);
});

test('a part that fails can be given up, and nothing is completed', async () => {
  s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
  s3.on(UploadPartCommand).rejects(failure('InternalError', 500));
  s3.on(AbortMultipartUploadCommand).resolves({});
  const sink = objects.open('k');
  await expect(sink.write(Buffer.alloc(9 * 1024 * 1024))).rejects.toMatchObject({ name: 'InternalError' });
  await sink.abandon();
  expect(s3.commandCalls(AbortMultipartUploadCommand)[0]!.args[0].input).toEqual({
    Bucket: 'b',
    Key: 'k',
    UploadId: 'u',
  });
  expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(0);
});

test('parts are completed in order with their checksums', async () => {
  s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
  s3.on(UploadPartCommand).callsFake(({ PartNumber }) => ({ ETag: `e${PartNumber}`, ChecksumCRC32: `c${PartNumber}` }));
  s3.on(CompleteMultipartUploadCommand).resolves({});
  const sink = objects.open('k');
  await sink.write(Buffer.alloc(17 * 1024 * 1024));
  await sink.close();
  expect(s3.commandCalls(CompleteMultipartUploadCommand)[0]!.args[0].input.MultipartUpload).toEqual({
    Parts: [1, 2, 3].map((n) => ({ PartNumber: n, ETag: `e${n}`, ChecksumCRC32: `c${n}` })),
  });
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
});

test('a close that fails leaves the object open to be given up', async () => {
  s3.on(PutObjectCommand).rejects(failure('SlowDown', 503));
  const sink = objects.open('k');
  await sink.write(Buffer.from('x'));
  await expect(sink.close()).rejects.toMatchObject({ name: 'SlowDown' });
  await sink.abandon();
});

test('objects that could not be removed are not passed over', async () => {
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'InternalError' }] });
  await expect(objects.remove(['a', 'b'])).rejects.toThrow('1 objects could not be removed: InternalError');
});

test('a thousand keys a call', async () => {
  s3.on(DeleteObjectsCommand).resolves({});
  await objects.remove(Array.from({ length: 2_001 }, (_, i) => `k${i}`));
  expect(s3.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects?.length)).toEqual([
    1000, 1000, 1,
  ]);
});
