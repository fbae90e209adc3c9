// One carrier call and one item for each recipient; the ten of a run side by side.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { carrierCredentials, post } from './carrier.ts';
import { env, type SendOneMessage, sender, textFor } from './contract.ts';

const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const outcomes = await Promise.allSettled(Records.map(({ body }) => sendOne(JSON.parse(body) as SendOneMessage)));
  const batchItemFailures = Records.flatMap(({ messageId }, i) => {
    const outcome = outcomes[i];
    if (outcome?.status !== 'rejected') return [];
    console.error(outcome.reason);
    return [{ itemIdentifier: messageId }];
  });
  return { batchItemFailures };
}

async function sendOne({ dispatchId, row: [row, digits, name] }: SendOneMessage): Promise<void> {
  const credentials = await carrierCredentials();
  const { key, userId } = credentials;
  const receiver = digits.replace(/^82/, '0');
  const text = textFor(name);
  const form = new URLSearchParams({ key, user_id: userId, sender, receiver, msg: text, msg_type: 'SMS' });
  const { msg_id } = await post(credentials, '/send/', form.toString());
  await dynamo.send(
    new PutCommand({
      TableName: process.env[env.table],
      Item: {
        pk: `DISPATCH#${dispatchId}`,
        sk: `MESSAGE#${row}`,
        to: `+${digits}`,
        at: new Date().toISOString(),
        status: 'submitted',
        carrierId: String(msg_id),
        text,
      },
    }),
  );
}
