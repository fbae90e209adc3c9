// A queue message for every recipient of a list.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { env, type FanOutMessage, type Row, type SendOneMessage } from './contract.ts';

const s3 = new S3Client({});
const sqs = new SQSClient({});
const entriesPerCall = 10;
const callsAtOnce = 8;

export async function handler({ Records }: SQSEvent): Promise<void> {
  for (const { body } of Records) await fanOut(JSON.parse(body) as FanOutMessage);
}

async function fanOut({ dispatchId, rowsKey }: FanOutMessage): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: process.env[env.bucket], Key: rowsKey }));
  const [, ...lines] = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
  const messages = lines.map((line): SendOneMessage => ({ dispatchId, row: JSON.parse(line) as Row }));
  const calls = Array.from({ length: Math.ceil(messages.length / entriesPerCall) }, (_, i) =>
    messages.slice(i * entriesPerCall, (i + 1) * entriesPerCall),
  );
  for (let start = 0; start < calls.length; start += callsAtOnce) {
    await Promise.all(calls.slice(start, start + callsAtOnce).map(send));
  }
}

async function send(messages: readonly SendOneMessage[]): Promise<void> {
  const Entries = messages.map((message, i) => ({ Id: String(i), MessageBody: JSON.stringify(message) }));
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: process.env[env.sendQueue], Entries }),
  );
  if (Failed.length > 0) throw new Error(`${Failed.length} messages were not taken`);
}
