import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const client = new DynamoDBClient();

/** Notes every record it sees, then does what the record says: fail, hang until the timeout, or take a while. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    const told = JSON.parse(record.body) as { id: string; fail?: boolean; hang?: boolean; sleepMs?: number };
    await client.send(
      new UpdateItemCommand({
        TableName: process.env.TABLE_NAME,
        Key: { pk: { S: 'SEEN' }, sk: { S: told.id } },
        UpdateExpression: 'ADD seen :one SET lastAt = :at, groupId = :group, receiveCount = :count',
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':at': { S: new Date().toISOString() },
          ':group': { S: record.attributes.MessageGroupId ?? '-' },
          ':count': { S: record.attributes.ApproximateReceiveCount },
        },
      }),
    );
    if (told.hang) await sleep(60_000);
    if (told.sleepMs) await sleep(told.sleepMs);
    if (told.fail) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}
