import { randomUUID } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { batchRowsMax } from '../../../shared/contracts/limits.ts';
import { type FanOutMessage, type FloorMessage, outputs } from '../usual-design/contract.ts';
import { type BenchCloud, benchCloud } from './bench-cloud.ts';
import { ndjsonOf } from './recipients.ts';
import { type Use, useBetween } from './use.ts';

export interface PeerRun {
  readonly recipients: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly use: Use;
}

/** Sends to that many recipients in the usual way; done when each has its item. */
export async function runUsualDesign(recipients: number): Promise<PeerRun> {
  const cloud = await benchCloud('usual-design');
  const dispatchId = randomUUID();
  const rowsKey = await putRows(cloud, ndjsonOf(recipients));
  const run = await measured(cloud, recipients, async () => {
    const message: FanOutMessage = { dispatchId, rowsKey };
    const QueueUrl = cloud.outputs[outputs.fanOut];
    await new SQSClient(cloud.client).send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  });
  const items = await itemsOf(cloud, dispatchId);
  if (items !== recipients) throw new Error(`The usual design wrote ${items} items for ${recipients} recipients`);
  return run;
}

/** Reads as many rows in batches and hands them to the carrier, in the same surroundings, and does nothing else. */
export async function runFloor(recipients: number): Promise<PeerRun> {
  const cloud = await benchCloud('usual-design');
  const [header = '', ...lines] = ndjsonOf(recipients);
  const rowsKey = await putRows(cloud, [header, ...lines]);
  const batches: FloorMessage[] = [];
  let offset = Buffer.byteLength(header);
  for (let start = 0; start < lines.length; start += batchRowsMax) {
    const length = Buffer.byteLength(lines.slice(start, start + batchRowsMax).join(''));
    batches.push({ rowsKey, offset, length });
    offset += length;
  }
  return measured(cloud, recipients, async () => {
    const sqs = new SQSClient(cloud.client);
    for (let start = 0; start < batches.length; start += 10) {
      const Entries = batches
        .slice(start, start + 10)
        .map((batch, i) => ({ Id: String(i), MessageBody: JSON.stringify(batch) }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: cloud.outputs[outputs.floor], Entries }));
    }
  });
}

async function measured(cloud: BenchCloud, recipients: number, begin: () => Promise<void>): Promise<PeerRun> {
  const [use, cpu, startedAt] = [await cloud.usage(), cloud.cpuSeconds(), performance.now()];
  await begin();
  await cloud.untilIdle(600);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { recipients, seconds, cpuSeconds: cloud.cpuSeconds() - cpu, use: useBetween(use, await cloud.usage()) };
}

async function putRows(cloud: BenchCloud, lines: readonly string[]): Promise<string> {
  const Key = `${randomUUID()}.ndjson`;
  const Bucket = cloud.outputs[outputs.bucket];
  await new S3Client(cloud.client).send(new PutObjectCommand({ Bucket, Key, Body: lines.join('') }));
  return Key;
}

async function itemsOf(cloud: BenchCloud, dispatchId: string): Promise<number> {
  const client = new DynamoDBClient(cloud.client);
  let count = 0;
  let from: Record<string, { S: string }> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: cloud.outputs[outputs.table],
        Select: 'COUNT',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `DISPATCH#${dispatchId}` } },
        ExclusiveStartKey: from,
      }),
    );
    count += page.Count ?? 0;
    from = page.LastEvaluatedKey as typeof from;
  } while (from);
  return count;
}
