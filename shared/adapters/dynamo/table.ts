import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
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

const patienceMs = 10_000;
const busyReasons = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
const busyErrors = [
  'TransactionConflictException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
];

/** Whether a write failed only because others were at work: not one of its items was written, and later it may pass. */
export function isBusy(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).some(({ Code }) => busyReasons.includes(Code ?? ''));
  }
  return error instanceof Error && busyErrors.includes(error.name);
}

/** Repeats a write, with jitter, while others are at work on its items; throws TableBusy after 10 s of that. */
export async function withPatience<T>(table: Table, write: () => Promise<T>): Promise<T> {
  const until = table.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (table.now() >= until) throw new TableBusy('Others were at work on the same items for 10 s', { cause: error });
      await pause(table, tries);
    }
  }
}

const pause = (table: Table, tries: number) => table.sleep(table.random() * Math.min(1_000, 25 * 2 ** tries));

/**
 * Writes all items or none. Conflicts with other transactions and throttles are retried with jitter for up to 10 s and
 * are never mistaken for a refused condition; then throws TableBusy. Returns the refused conditions (empty: written),
 * with the old items, for which `ReturnValuesOnConditionCheckFailure` is set here. Refusals count only once every item
 * could be judged: which of several refusals says why depends on all of them.
 */
export async function transact(table: Table, items: readonly TransactItem[]): Promise<readonly Refusal[]> {
  const asked = items.map(withOldItem);
  try {
    await withPatience(table, () => table.client.send(new TransactWriteCommand({ TransactItems: asked })));
    return [];
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const refused = (error.CancellationReasons ?? []).flatMap((reason, index) =>
      reason.Code === 'ConditionalCheckFailed'
        ? // lib-dynamodb leaves the items inside errors in the wire's form
          [{ index, item: reason.Item ? unmarshall(reason.Item) : null }]
        : [],
    );
    if (refused.length === 0) throw error;
    return refused;
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

/**
 * A mark that a conditional write leaves in its item. When the answer to a write was lost, the client asks again and
 * meets a condition that its own first try made false: the mark tells that from another's write.
 */
export const newMark = (): string => randomBytes(9).toString('base64url');

/** What a refused write found: `ours` if an earlier try of the same write is what stands there. Throws other errors. */
export function refusedItem(error: unknown, mark: string): { readonly item: Item | null; readonly ours: boolean } {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
  // lib-dynamodb leaves the item inside an error in the wire's form
  const item = error.Item ? unmarshall(error.Item) : null;
  return { item, ours: item?.mark === mark };
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
    const until = table.now() + patienceMs;
    for (let tries = 0; left.length > 0; tries++) {
      const RequestItems = { [table.name]: left };
      const reply = await withPatience(table, () => table.client.send(new BatchWriteCommand({ RequestItems })));
      left = reply.UnprocessedItems?.[table.name] ?? [];
      if (left.length === 0) break;
      if (table.now() >= until) throw new TableBusy(`${left.length} items were not taken for 10 s`);
      await pause(table, tries);
    }
  }
}

/** Reads many items consistently, 100 a call and all calls at once; absent ones are left out. Waits as `putAll` does. */
export async function getAll(table: Table, keys: readonly { readonly pk: string; readonly sk: string }[]) {
  const calls: Promise<readonly Item[]>[] = [];
  for (let start = 0; start < keys.length; start += 100) calls.push(getUpTo100(table, keys.slice(start, start + 100)));
  return (await Promise.all(calls)).flat();
}

async function getUpTo100(table: Table, keys: readonly { readonly pk: string; readonly sk: string }[]) {
  const found: Item[] = [];
  const until = table.now() + patienceMs;
  let left: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let tries = 0; left.length > 0; tries++) {
    const RequestItems = { [table.name]: { Keys: left, ConsistentRead: true } };
    const reply = await withPatience(table, () => table.client.send(new BatchGetCommand({ RequestItems })));
    found.push(...(reply.Responses?.[table.name] ?? []));
    left = reply.UnprocessedKeys?.[table.name]?.Keys ?? [];
    if (left.length === 0) break;
    if (table.now() >= until) throw new TableBusy(`${left.length} items were not read for 10 s`);
    await pause(table, tries);
  }
  return found;
}
