import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

export type Item = Record<string, unknown>;
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The table, and what a client needs to wait and to retry: time and randomness are handed in. */
export interface Table {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export function openTable(name: string, client = new DynamoDBClient({})): Table {
  return {
    name,
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    now: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** Other writers kept touching the same items for the whole of the time we may wait. Nothing was written. */
export class TableBusy extends Error {
  override readonly name = 'TableBusy';
}

/** One item of a transaction whose condition did not hold, with the item as it is (absent: null). */
export interface Refusal {
  readonly index: number;
  readonly item: Item | null;
}

const conflictPatienceMs = 10_000;

/**
 * Writes all items or none. Conflicts with other transactions and throttles are retried with jitter for up to 10 s and
 * are never mistaken for a refused condition; then throws TableBusy. Returns the refused conditions (empty: written),
 * with the old items, for which `ReturnValuesOnConditionCheckFailure` is set here.
 */
export async function transact(
  table: Table,
  items: readonly TransactItem[],
  token?: string,
): Promise<readonly Refusal[]> {
  const asked = items.map(withOldItem);
  const until = table.now() + conflictPatienceMs;
  for (let tries = 0; ; tries++) {
    try {
      await table.client.send(
        new TransactWriteCommand({
          TransactItems: asked,
          ...(token === undefined ? {} : { ClientRequestToken: token }),
        }),
      );
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = error.CancellationReasons ?? [];
      const refused = reasons.flatMap((reason, index) =>
        reason.Code === 'ConditionalCheckFailed'
          ? // lib-dynamodb leaves the items inside errors in the wire's form
            [{ index, item: reason.Item ? unmarshall(reason.Item) : null }]
          : [],
      );
      if (refused.length > 0) return refused;
      const mayPass = reasons.every(
        ({ Code }) =>
          Code === undefined ||
          ['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'].includes(Code),
      );
      if (!mayPass) throw error;
      if (table.now() >= until) throw new TableBusy('A transaction met conflicts for 10 s', { cause: error });
      await table.sleep(table.random() * Math.min(1_000, 25 * 2 ** tries));
    }
  }
}

function withOldItem(item: TransactItem): TransactItem {
  const set = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  if (item.Put) return { Put: { ...set, ...item.Put } };
  if (item.Update) return { Update: { ...set, ...item.Update } };
  if (item.Delete) return { Delete: { ...set, ...item.Delete } };
  if (item.ConditionCheck) return { ConditionCheck: { ...set, ...item.ConditionCheck } };
  return item;
}

/** Every item a query finds, page by page; stop iterating to stop reading. */
export async function* queryAll(table: Table, query: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item> {
  let from: Item | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({ TableName: table.name, ...query, ...(from ? { ExclusiveStartKey: from } : {}) }),
    );
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}

/** Puts many items without conditions, 25 a call; what the table leaves over is put again with jitter, for up to 10 s. */
export async function putAll(table: Table, items: readonly Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    let left: NonNullable<BatchWriteCommandInput['RequestItems']>[string] = items
      .slice(start, start + 25)
      .map((Item) => ({ PutRequest: { Item } }));
    const until = table.now() + conflictPatienceMs;
    for (let tries = 0; left.length > 0; tries++) {
      const reply = await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: left } }));
      left = reply.UnprocessedItems?.[table.name] ?? [];
      if (left.length === 0) break;
      if (table.now() >= until) throw new TableBusy(`${left.length} items were not taken for 10 s`);
      await table.sleep(table.random() * Math.min(1_000, 25 * 2 ** tries));
    }
  }
}
