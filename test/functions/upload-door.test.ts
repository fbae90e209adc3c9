import '../support/quiet-logs.ts';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { createValidateUpload } from '../../functions/upload-door.ts';
import { openUploadQueue } from '../../shared/adapters/sqs/upload-queue.ts';
import { goodFile, tenant, World } from '../domain/uploads/fake-uploads.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const recordsOf = (...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, i) => ({
    messageId: `m${i}`,
    receiptHandle: '',
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '', SenderId: '', ApproximateFirstReceiveTimestamp: '' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:ap-northeast-2:1:upload',
    awsRegion: 'ap-northeast-2',
  })),
});
const failed = async (...bodies: string[]) =>
  (await createValidateUpload(world)(recordsOf(...bodies), {} as Context)).batchItemFailures.map(
    ({ itemIdentifier }) => itemIdentifier,
  );

/** As S3 writes it, with what we do not read. */
const notification = (key: string, file: { eTag: string; sizeBytes: number; sequencer: string }) =>
  JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'ap-northeast-2',
        eventTime: '2026-12-01T00:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: 'b', arn: 'arn:aws:s3:::b' },
          object: { key, size: file.sizeBytes, eTag: file.eTag, sequencer: file.sequencer },
        },
      },
    ],
  });

describe('the door of validation', () => {
  test('validates the file a record tells of, whose key comes encoded', async () => {
    const key = `inbox/${tenant}/vip 고객+1.csv`;
    const { file } = world.put(key, goodFile(3));
    expect(await failed(notification(`inbox/${tenant}/vip+%EA%B3%A0%EA%B0%9D%2B1.csv`, file))).toEqual([]);
    expect([...world.uploads.all.values()]).toMatchObject([{ fileName: 'vip 고객+1.csv', status: 'ready' }]);
  });

  test('a record that does not parse fails alone', async () => {
    const upload = await world.made();
    const { file } = world.put(upload.objectKey, goodFile(3));
    const good = notification(upload.objectKey, file);
    const bad = [
      '{',
      '{}',
      '{"Records":[{}]}',
      good.replace('2026-12-01T00:00:00.000Z', 'yesterday'),
      good.replace('.csv', '%zz'),
    ];
    expect(await failed(bad[0]!, good, ...bad.slice(1))).toEqual(['m0', 'm2', 'm3', 'm4', 'm5']);
    expect((await world.now(upload)).status).toBe('ready');
  });

  test('S3’s test event says nothing', async () => {
    expect(await failed('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}')).toEqual([]);
  });

  test('what breaks is delivered again', async () => {
    const upload = await world.made();
    const { file } = world.put(upload.objectKey, goodFile(3));
    world.files.head = () => Promise.reject(new Error('down'));
    expect(await failed(notification(upload.objectKey, file))).toEqual(['m0']);
  });

  test('a file announced again by the sweeper is read like any other', async () => {
    const key = `inbox/${tenant}/고객 a+b/c.csv`;
    const event = world.put(key, goodFile(3));
    const client = new SQSClient({ region: 'ap-northeast-2' });
    const sqs = mockClient(client);
    sqs.on(SendMessageCommand).resolves({});
    await openUploadQueue(client, 'https://queue').announce(key, event.file, event.atMs);
    const { QueueUrl, MessageBody } = sqs.commandCalls(SendMessageCommand)[0]!.args[0].input;
    expect(QueueUrl).toBe('https://queue');
    expect(await failed(MessageBody!)).toEqual([]);
    expect([...world.uploads.all.values()]).toMatchObject([{ objectKey: key, status: 'ready' }]);
  });
});
