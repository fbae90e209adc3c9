import * as z from 'zod';
import type { Access } from '../iam/iam.ts';
import { arn } from '../template/names.ts';

const onTable = z.looseObject({ TableName: z.string(), IndexName: z.string().optional() });
const transaction = z.looseObject({
  TransactItems: z.array(z.partialRecord(z.enum(['Put', 'Update', 'Delete', 'ConditionCheck', 'Get']), onTable)),
});
const batch = z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) });

const transactActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** The tables that a DynamoDB request touches. */
export function tablesOf(accesses: Access[]): string[] {
  return [...new Set(accesses.map(({ resource }) => resource.split('/')[1]!))];
}

/**
 * Maps a DynamoDB request to what IAM asks: a transaction needs the permission of each of its items.
 * @throws ZodError for a request that names no table
 */
export function dynamoAccesses(operation: string, body: unknown): Access[] {
  const table = (name: string) => arn('dynamodb', `table/${name.split('/').at(-1)}`);
  if (operation.startsWith('Transact')) {
    const items = transaction.parse(body).TransactItems.flatMap((item) => Object.entries(item));
    const accesses = items.map(([kind, { TableName }]) => ({
      action: `dynamodb:${transactActions[kind as keyof typeof transactActions]}`,
      resource: table(TableName),
    }));
    return [...new Map(accesses.map((access) => [`${access.action} ${access.resource}`, access])).values()];
  }
  if (operation.startsWith('Batch')) {
    return Object.keys(batch.parse(body).RequestItems).map((name) => ({
      action: `dynamodb:${operation}`,
      resource: table(name),
    }));
  }
  const { TableName, IndexName } = onTable.parse(body);
  const resource = IndexName ? `${table(TableName)}/index/${IndexName}` : table(TableName);
  return [{ action: `dynamodb:${operation}`, resource }];
}
