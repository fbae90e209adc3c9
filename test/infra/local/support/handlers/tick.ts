import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();

/** Counts its runs and keeps the time of the last. */
export async function handler(): Promise<void> {
  await client.send(
    new UpdateItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: 'TICK' }, sk: { S: 'TICK' } },
      UpdateExpression: 'ADD runs :one SET lastAt = :at',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':at': { S: new Date().toISOString() } },
    }),
  );
}
