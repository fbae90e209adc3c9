import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { openCreditStore } from '../../../shared/adapters/dynamo/credit-store.ts';
import { openTable, type Table } from '../../../shared/adapters/dynamo/table.ts';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { LedgerEntry } from '../../../shared/domain/credits/ledger.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';

const owner: OwnerId = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const entry: LedgerEntry = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  type: 'adjust',
  credits: -10,
  quantity: -10,
  dispatchId: null,
  note: null,
  atMs: Date.parse('2026-11-21T00:00:00Z'),
};
const record: IdempotencyRecord = {
  scope: 'operator',
  key: 'k',
  requestHash: 'h',
  status: 201,
  bodyGzip: new Uint8Array([1]),
  requestedAtMs: 1_000,
  expiresAtMs: 2_000,
};

/** What DynamoDB says when a transaction is canceled; reasons in order of idempotency, balance, ledger. */
const canceled = (...reasons: readonly { Code: string; Item?: Record<string, { N: string }> }[]) =>
  new TransactionCanceledException({ message: 'canceled', $metadata: {}, CancellationReasons: [...reasons] });
const [none, conflict, failed] = [
  { Code: 'None' },
  { Code: 'TransactionConflict' },
  { Code: 'ConditionalCheckFailed' },
];
const balance = { available: { N: '4' }, held: { N: '0' }, spent: { N: '0' }, granted: { N: '4' } };

function mocked() {
  let nowMs = 1_000;
  const table: Table = {
    ...openTable('table', new DynamoDBClient({})),
    now: () => nowMs,
    random: () => 1,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  return { mock: mockClient(table.client as DynamoDBDocumentClient), store: openCreditStore(table) };
}

describe('moving credits', () => {
  test('is one transaction: record, balance and ledger entry, each under its condition', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).resolves({});
    expect(await store.move(owner, entry, record)).toEqual({ kind: 'moved' });
    const items = mock.commandCalls(TransactWriteCommand)[0]!.args[0].input.TransactItems!;
    expect(items).toMatchObject([
      { Put: { Item: { pk: 'OPERATOR#IDEM', sk: 'k', expiresAt: 2 } } },
      {
        Update: {
          Key: { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV#CREDIT', sk: 'BALANCE' },
          ConditionExpression: 'available >= :least_available AND granted >= :least_granted',
        },
      },
      {
        Put: {
          Item: { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV#LEDGER#2026-11', sk: entry.id, credits: -10 },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ]);
  });

  test('a conflict with another transaction is never a refusal: it is tried again', async () => {
    const { mock, store } = mocked();
    mock
      .on(TransactWriteCommand)
      .rejectsOnce(canceled(none, conflict, none))
      .rejectsOnce(canceled(conflict, none, none))
      .resolves({});
    expect(await store.move(owner, entry, record)).toEqual({ kind: 'moved' });
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(3);
  });

  test('conflicts for ten seconds end as busy, with nothing said about the balance', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(none, conflict, none));
    await expect(store.move(owner, entry, record)).rejects.toMatchObject({ name: 'TableBusy' });
  });

  test('a refused balance tells what there is', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(none, { ...failed, Item: balance }, none));
    expect(await store.move(owner, entry, record)).toEqual({ kind: 'balance_too_low', available: 4 });
  });

  test('a balance that never was is empty', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(none, failed, none));
    expect(await store.move(owner, entry, record)).toEqual({ kind: 'balance_too_low', available: 0 });
  });

  test('a taken key outweighs a short balance: the winner took the credits', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(failed, { ...failed, Item: balance }, none));
    expect(await store.move(owner, entry, record)).toEqual({ kind: 'replayed' });
  });

  test('an entry that exists already is a defect, not an outcome', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(none, none, failed));
    await expect(store.move(owner, entry, record)).rejects.toThrow('exists already');
  });

  test('what cannot pass by waiting is told at once', async () => {
    const { mock, store } = mocked();
    mock.on(TransactWriteCommand).rejects(canceled(none, { Code: 'ValidationError' }, none));
    await expect(store.move(owner, entry, record)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });
});
