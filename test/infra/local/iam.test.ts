import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IamReport } from '../../../infra/local/iam/iam.ts';
import { type Fixture, startFixture } from './support/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const report = async () => (await fixture.control('GET', '/iam')).body as IamReport;
const unusedActions = async () =>
  (await report()).unused.filter(({ principal }) => principal.includes('apiService')).map(({ action }) => action);

test('what the role does not grant is denied and counted', async () => {
  for (let n = 0; n < 2; n++)
    expect((await fixture.deed('erase', { key: 'x' })).body).toMatchObject({ name: 'AccessDeniedException' });
  const { denied } = await report();
  expect(denied).toMatchObject([
    { action: 'dynamodb:DeleteItem', resource: expect.stringMatching(/table\/fixture-table$/), count: 2 },
  ]);
});

test('a grant counts as used after its first use, and only that action of it', async () => {
  expect(await unusedActions()).toContain('dynamodb:PutItem');
  expect((await fixture.deed('write', { key: 'used' })).status).toBe(200);
  const unused = await unusedActions();
  expect(unused).not.toContain('dynamodb:PutItem');
  expect(unused).toContain('dynamodb:GetItem');
});

test('a grant holds only for its resources', async () => {
  expect((await fixture.deed('read', { key: 'elsewhere/x' })).body).toMatchObject({ name: 'AccessDenied' });
});

test('who may not list is not told that an object is absent', async () => {
  expect((await fixture.deed('read', { key: 'uploads/absent' })).body).toMatchObject({ name: 'AccessDenied' });
  await expect(
    fixture.s3.send(new GetObjectCommand({ Bucket: 'fixture-bucket', Key: 'uploads/absent' })),
  ).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('what is encrypted with a key is read by who may use the key, too', async () => {
  const { s3 } = fixture;
  const key = 'arn:aws:kms:ap-northeast-2:000000000000:key/documents';
  const object = { Bucket: 'fixture-bucket', Key: 'uploads/secret' };
  await s3.send(new PutObjectCommand({ ...object, Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key }));
  await s3.send(new PutObjectCommand({ ...object, Key: 'uploads/plain', Body: 'x' }));
  expect(await (await s3.send(new GetObjectCommand(object))).Body!.transformToString()).toBe('x');
  expect((await fixture.deed('read', { key: 'uploads/plain' })).status).toBe(200);
  expect((await fixture.deed('read', { key: object.Key })).body).toMatchObject({ name: 'AccessDenied' });
  expect((await report()).denied).toContainEqual(expect.objectContaining({ action: 'kms:Decrypt', resource: key }));
});

test('a presigned URL does no more than its signer may', async () => {
  const url = (await fixture.deed('presign', { key: 'elsewhere/x', size: 1, expiresSeconds: 60 })).body as string;
  expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
});

test('the inbox identity puts under inbox/ and does nothing else', async () => {
  const { endpoint, bucket: Bucket, ...credentials } = fixture.addresses.s3;
  const client = new S3Client({ endpoint, region: 'ap-northeast-2', credentials });
  await client.send(new PutObjectCommand({ Bucket, Key: 'inbox/ten_1/a.csv', Body: 'phoneNumber\n' }));
  await expect(client.send(new PutObjectCommand({ Bucket, Key: 'uploads/a', Body: 'x' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await expect(client.send(new GetObjectCommand({ Bucket, Key: 'inbox/ten_1/a.csv' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('an unknown key and an unknown operation are refused', async () => {
  const stranger = new SQSClient({
    endpoint: fixture.addresses.apiUrl,
    region: 'ap-northeast-2',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' },
  });
  const message = { QueueUrl: fixture.queueUrl('plain'), MessageBody: 'x' };
  await expect(stranger.send(new SendMessageCommand(message))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  await expect(fixture.sqs.send(new ListQueuesCommand())).rejects.toThrow();
});
