import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { getAll, openTable, putAll, queryAll, type Table, transact } from '../../../shared/adapters/dynamo/table.ts';
import { newUlid, preparing, sendingOf } from '../../support/contracts/samples.ts';

/** What no emulator does: conflicts, throttles, half-taken batches. Time passes only while the table waits. */
function troubledTable(random = 0.5) {
  let nowMs = 0;
  const slept: number[] = [];
  const table: Table = {
    ...openTable('mocked', new DynamoDBClient({ region: 'ap-northeast-2' })),
    now: () => nowMs,
    random: () => random,
    async sleep(ms) {
      slept.push(ms);
      nowMs += ms;
    },
  };
  return { table, slept, mock: mockClient(table.client as DynamoDBDocumentClient) };
}

const canceled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'canceled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const failing = (name: string) => Object.assign(new Error(name), { name });
const put = (n: number) => ({ Put: { TableName: 'mocked', Item: { pk: `${n}`, sk: '0' } } });
const items = [put(0), put(1), put(2)];

const conflicts = [
  ['a conflict', canceled('None', 'TransactionConflict', 'None')],
  ['a throttled item', canceled('ThrottlingError', 'None', 'None')],
  ['an item beyond its throughput', canceled('None', 'None', 'ProvisionedThroughputExceeded')],
  ['a throttled request', failing('ThrottlingException')],
  ['a table beyond its throughput', failing('ProvisionedThroughputExceededException')],
  ['an account beyond its requests', failing('RequestLimitExceeded')],
] as const;

describe('a transaction', () => {
  test.each(conflicts)('is written after %s has passed', async (_, error) => {
    const { table, mock, slept } = troubledTable();
    mock.on(TransactWriteCommand).rejectsOnce(error).rejectsOnce(error).resolves({});
    expect(await transact(table, items)).toEqual([]);
    expect(slept).toEqual([12.5, 25]);
  });

  test.each(conflicts)('gives up on %s after 10 s as busy, never as refused', async (_, error) => {
    const { table, mock, slept } = troubledTable();
    mock.on(TransactWriteCommand).rejects(error);
    await expect(transact(table, items)).rejects.toMatchObject({ name: 'TableBusy', cause: error });
    const sum = slept.reduce((total, ms) => total + ms, 0);
    expect(sum).toBeGreaterThanOrEqual(10_000);
    expect(sum).toBeLessThan(11_000);
  });

  test('waits longer each time, up to a second, by chance', async () => {
    const { table, mock, slept } = troubledTable(0.25);
    mock.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    await expect(transact(table, items)).rejects.toMatchObject({ name: 'TableBusy' });
    expect(slept.slice(0, 8)).toEqual([6.25, 12.5, 25, 50, 100, 200, 250, 250]);
  });

  test('tells which conditions were refused, and what stood there', async () => {
    const { table, mock } = troubledTable();
    const error = new TransactionCanceledException({
      message: 'canceled',
      $metadata: {},
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'a' }, available: { N: '3' } } },
        { Code: 'ConditionalCheckFailed' },
      ],
    });
    mock.on(TransactWriteCommand).rejects(error);
    expect(await transact(table, items)).toEqual([
      { index: 1, item: { pk: 'a', available: 3 } },
      { index: 2, item: null },
    ]);
  });

  test('asks for what stood there, for every item', async () => {
    const { table, mock } = troubledTable();
    mock.on(TransactWriteCommand).resolves({});
    await transact(table, items);
    for (const item of mock.commandCalls(TransactWriteCommand)[0]!.args[0].input.TransactItems!) {
      expect(item.Put?.ReturnValuesOnConditionCheckFailure).toBe('ALL_OLD');
    }
  });

  test.each(['TransactionConflict', 'ThrottlingError'])('beside a %s, a refusal is asked for again', async (code) => {
    const { table, mock } = troubledTable();
    const refused = canceled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None');
    mock
      .on(TransactWriteCommand)
      .rejectsOnce(canceled('ConditionalCheckFailed', code, 'None'))
      .rejects(refused);
    expect((await transact(table, items)).map(({ index }) => index)).toEqual([0, 1]);
  });

  test.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])('broken by a %s is an error', async (code) => {
    const { table, mock, slept } = troubledTable();
    const error = canceled(code, 'None');
    mock.on(TransactWriteCommand).rejects(error);
    await expect(transact(table, items)).rejects.toBe(error);
    expect(slept).toEqual([]);
  });

  test('that ended in an error nobody knows is not repeated here: it may have been written', async () => {
    const { table, mock, slept } = troubledTable();
    mock.on(TransactWriteCommand).rejects(failing('TimeoutError'));
    await expect(transact(table, items)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(1);
    expect(slept).toEqual([]);
  });
});

describe('a start among conflicts', () => {
  const start = (table: Table) =>
    createDispatchStore(table, { ulid: newUlid }).start(null, sendingOf(preparing(), 3), 3, null);

  test('is busy in the end, and never short of credits', async () => {
    const { table, mock } = troubledTable();
    mock.on(TransactWriteCommand).rejects(canceled('None', 'TransactionConflict', 'None', 'None'));
    await expect(start(table)).rejects.toMatchObject({ name: 'TableBusy' });
  });

  test('a refused hold or ledger entry is broken, and never short of credits', async () => {
    const { table, mock } = troubledTable();
    mock.on(TransactWriteCommand).rejects(canceled('None', 'None', 'ConditionalCheckFailed', 'None'));
    await expect(start(table)).rejects.toThrow('refused at hold');
  });
});

describe('a move of a dispatch', () => {
  const dispatch = preparing({ state: 'sending' });
  const cancel = (table: Table) => createDispatchStore(table, { ulid: newUlid }).move(dispatch, 'cancelHeld', dispatch);

  test('waits for the fold that has the dispatch in its transaction', async () => {
    const { table, mock, slept } = troubledTable();
    mock.on(PutCommand).rejectsOnce(failing('TransactionConflictException')).resolves({});
    expect(await cancel(table)).toEqual({ ...dispatch, version: 2 });
    expect(slept).toHaveLength(1);
  });

  test('is busy after 10 s of that', async () => {
    const { table, mock } = troubledTable();
    mock.on(PutCommand).rejects(failing('TransactionConflictException'));
    await expect(cancel(table)).rejects.toMatchObject({ name: 'TableBusy' });
  });

  test('that ended in an error nobody knows is an error', async () => {
    const { table, mock } = troubledTable();
    mock.on(PutCommand).rejects(failing('InternalServerError'));
    await expect(cancel(table)).rejects.toMatchObject({ name: 'InternalServerError' });
  });
});

describe('putting many items', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ pk: `${i}`, sk: '0' }));
  const puts = (from: number, to: number) => many.slice(from, to).map((Item) => ({ PutRequest: { Item } }));

  test('takes 25 a call, each item once', async () => {
    const { table, mock } = troubledTable();
    mock.on(BatchWriteCommand).resolves({});
    await putAll(table, many);
    const calls = mock.commandCalls(BatchWriteCommand).map(({ args }) => args[0].input.RequestItems?.mocked);
    expect(calls).toEqual([puts(0, 25), puts(25, 50), puts(50, 60)]);
  });

  test('puts again what the table left over, and nothing else', async () => {
    const { table, mock, slept } = troubledTable();
    mock
      .on(BatchWriteCommand)
      .resolvesOnce({ UnprocessedItems: { mocked: puts(3, 6) } })
      .resolvesOnce({ UnprocessedItems: { mocked: puts(4, 5) } })
      .resolves({ UnprocessedItems: {} });
    await putAll(table, many.slice(0, 25));
    const calls = mock.commandCalls(BatchWriteCommand).map(({ args }) => args[0].input.RequestItems?.mocked);
    expect(calls).toEqual([puts(0, 25), puts(3, 6), puts(4, 5)]);
    expect(slept).toEqual([12.5, 25]);
  });

  test('is busy when the table takes nothing for 10 s', async () => {
    const { table, mock } = troubledTable();
    mock.on(BatchWriteCommand).resolves({ UnprocessedItems: { mocked: puts(0, 1) } });
    await expect(putAll(table, many.slice(0, 1))).rejects.toMatchObject({ name: 'TableBusy' });
  });

  test('waits when the whole call is throttled', async () => {
    const { table, mock } = troubledTable();
    mock.on(BatchWriteCommand).rejectsOnce(failing('ProvisionedThroughputExceededException')).resolves({});
    await putAll(table, many.slice(0, 1));
    expect(mock.commandCalls(BatchWriteCommand)).toHaveLength(2);
  });
});

describe('reading many items', () => {
  const many = Array.from({ length: 250 }, (_, n) => ({ pk: `${n}`, sk: '0' }));

  test('asks for 100 a call, each once, consistently', async () => {
    const { table, mock } = troubledTable();
    mock.on(BatchGetCommand).callsFake(({ RequestItems }) => ({ Responses: { mocked: RequestItems.mocked.Keys } }));
    expect(await getAll(table, many)).toEqual(many);
    const calls = mock.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.mocked);
    expect(calls.map((asked) => asked?.Keys?.length)).toEqual([100, 100, 50]);
    expect(calls.every((asked) => asked?.ConsistentRead)).toBe(true);
    expect(await getAll(table, [])).toEqual([]);
  });

  test('asks again, as consistently, for what the table left over', async () => {
    const { table, mock, slept } = troubledTable();
    mock
      .on(BatchGetCommand)
      .resolvesOnce({
        Responses: { mocked: many.slice(0, 2) },
        UnprocessedKeys: { mocked: { Keys: many.slice(2, 4) } },
      })
      .rejectsOnce(failing('ProvisionedThroughputExceededException'))
      .resolves({ Responses: { mocked: many.slice(2, 3) } });
    expect(await getAll(table, many.slice(0, 4))).toEqual(many.slice(0, 3));
    const calls = mock.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.mocked);
    expect(calls.at(-1)).toEqual({ Keys: many.slice(2, 4), ConsistentRead: true });
    expect(slept).toHaveLength(2);
  });

  test('is busy when the table leaves something over for 10 s, and never answers a part', async () => {
    const { table, mock } = troubledTable();
    mock.on(BatchGetCommand).resolves({ UnprocessedKeys: { mocked: { Keys: many.slice(0, 1) } } });
    await expect(getAll(table, many.slice(0, 1))).rejects.toMatchObject({ name: 'TableBusy' });
  });
});

describe('reading all that a query finds', () => {
  test('goes through every page, empty ones too', async () => {
    const { table, mock } = troubledTable();
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ pk: 'a' }], LastEvaluatedKey: { pk: 'a' } })
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: 'b' } })
      .resolvesOnce({ Items: [{ pk: 'c' }] });
    const found: unknown[] = [];
    for await (const item of queryAll(table, {})) found.push(item);
    expect(found).toEqual([{ pk: 'a' }, { pk: 'c' }]);
    const starts = mock.commandCalls(QueryCommand).map(({ args }) => args[0].input.ExclusiveStartKey);
    expect(starts).toEqual([undefined, { pk: 'a' }, { pk: 'b' }]);
  });
});
