import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { region } from '../template/names.ts';
import type { Resource } from '../template/template.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const tableShape = z.looseObject({
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z
    .array(
      z.looseObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
});

/**
 * Creates the template's tables where they do not exist yet.
 * @throws if an existing table has other indexes than declared: its data would have to be indexed again
 */
export async function createTables(resources: Resource[], endpoint: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const { type, name, properties } of resources) {
    if (type === 'AWS::DynamoDB::GlobalTable') await createTable(client, name, tableShape.parse(properties));
  }
  client.destroy();
}

async function createTable(
  client: DynamoDBClient,
  TableName: string,
  table: z.infer<typeof tableShape>,
): Promise<void> {
  const indexes: GlobalSecondaryIndex[] = table.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  const existing = await existingIndexes(client, TableName);
  if (existing) {
    const declared = indexes.map(({ IndexName }) => IndexName!).sort();
    if (existing.join() === declared.join()) return;
    throw new Error(
      `table ${TableName} has the indexes [${existing}] and the stack declares [${declared}]: start with --fresh`,
    );
  }
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: table.AttributeDefinitions,
      KeySchema: table.KeySchema,
      BillingMode: table.BillingMode,
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    }),
  );
}

async function existingIndexes(client: DynamoDBClient, TableName: string): Promise<string[] | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName!).sort();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
