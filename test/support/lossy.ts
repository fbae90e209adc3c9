import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openTable, type Table } from '../../shared/adapters/dynamo/table.ts';
import type { LocalDynamo } from './dynamo.ts';

/** A table whose answers can get lost on the way: what was asked for happens, and nobody hears of it. */
export interface LossyTable {
  readonly table: Table;
  /** Loses the next `answers` to writes. */
  lose(answers: number): void;
}

/** `maxAttempts` 1: the client gives up at once, as it does after its last attempt. */
export function lossyTable(dynamo: LocalDynamo, name: string, maxAttempts: number): LossyTable {
  let losing = 0;
  const client = new DynamoDBClient({
    endpoint: dynamo.endpoint,
    region: 'ap-northeast-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts,
  });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const output = await next(args);
      if (losing === 0 || !/Put|Update|Delete|Write/.test(String(context.commandName))) return output;
      losing--;
      throw Object.assign(new Error('the connection broke'), { name: 'TimeoutError' });
    },
    { step: 'deserialize', name: 'lose', priority: 'high' },
  );
  return {
    table: openTable(name, client),
    lose(answers) {
      losing = answers;
    },
  };
}
