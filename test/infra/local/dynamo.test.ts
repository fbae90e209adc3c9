import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';

const TableName = 'fixture-table';
const key = (pk: string, sk = '-') => ({ pk: { S: pk }, sk: { S: sk } });

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(() => fixture.control('DELETE', '/usage'));

const failure = (sent: Promise<unknown>) =>
  sent.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

test('a refused conditional write shows the item that stood in the way', async () => {
  const put = (value: string) =>
    fixture.dynamo.send(
      new PutItemCommand({
        TableName,
        Item: { ...key('once'), value: { S: value } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  await put('first');
  const error = await failure(put('second'));
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect((error as ConditionalCheckFailedException).Item?.value).toEqual({ S: 'first' });
});

test('a transaction changes everything or nothing, and says which item refused', async () => {
  await fixture.dynamo.send(new PutItemCommand({ TableName, Item: { ...key('balance'), available: { N: '5' } } }));
  const hold = (quantity: number, token: string) =>
    fixture.dynamo.send(
      new TransactWriteItemsCommand({
        ClientRequestToken: token,
        TransactItems: [
          { Put: { TableName, Item: key(`hold-${token}`) } },
          {
            Update: {
              TableName,
              Key: key('balance'),
              UpdateExpression: 'SET available = available - :n',
              ConditionExpression: 'available >= :n',
              ExpressionAttributeValues: { ':n': { N: String(quantity) } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    );
  await hold(3, 'a');
  await hold(3, 'a');
  const error = (await failure(hold(3, 'b'))) as TransactionCanceledException;
  expect(error).toBeInstanceOf(TransactionCanceledException);
  expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
  expect(error.CancellationReasons?.[1]?.Item?.available).toEqual({ N: '2' });
});

test('a conflict and a throttle can be had on request, once each', async () => {
  await fixture.control('POST', '/faults', {
    faults: [
      { operation: 'TransactWriteItems', error: 'TransactionConflict' },
      { operation: 'PutItem', error: 'Throttling' },
    ],
  });
  const write = () =>
    fixture.dynamo.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: key('conflicted') } }] }),
    );
  const error = (await failure(write())) as TransactionCanceledException;
  expect(error.CancellationReasons?.[0]?.Code).toBe('TransactionConflict');
  await write();
  // The SDK retries a throttle by itself: two requests, one write.
  await fixture.dynamo.send(new PutItemCommand({ TableName, Item: key('throttled') }));
  const { requests } = (await fixture.control('GET', '/usage')).body as { requests: Record<string, number> };
  expect(requests).toMatchObject({ 'dynamodb:TransactWriteItems': 2, 'dynamodb:PutItem': 2 });
});

test('units are counted as on the bill: by KB, twice in transactions, once more for an index', async () => {
  const put = (pk: string, bytes: number, more = {}) => ({
    TableName,
    Item: { ...key(pk), d: { S: 'x'.repeat(bytes) }, ...more },
  });
  await fixture.dynamo.send(new PutItemCommand(put('small', 100)));
  await fixture.dynamo.send(new PutItemCommand(put('large', 3_500)));
  await fixture.dynamo.send(new PutItemCommand(put('indexed', 100, { owner: { S: 'o' } })));
  await fixture.dynamo.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put('in-transaction', 100) }] }));
  await fixture.dynamo.send(
    new BatchWriteItemCommand({
      RequestItems: { [TableName]: ['b1', 'b2'].map((pk) => ({ PutRequest: { Item: key(pk) } })) },
    }),
  );
  await fixture.dynamo.send(
    new UpdateItemCommand({
      TableName,
      Key: key('small'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    }),
  );
  await fixture.dynamo.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'large' } },
      ConsistentRead: true,
    }),
  );
  const { dynamodb } = (await fixture.control('GET', '/usage')).body as {
    dynamodb: { readUnits: number; writeUnits: number; byOperation: object };
  };
  expect(dynamodb).toMatchObject({
    readUnits: 1,
    writeUnits: 1 + 4 + 2 + 2 + 2 + 1,
    byOperation: {
      [`${TableName}/PutItem`]: { requests: 3, writeUnits: 7 },
      [`${TableName}/TransactWriteItems`]: { requests: 1, writeUnits: 2 },
    },
  });
});

test('a caller that does not ask for the capacity does not get it', async () => {
  const { ConsumedCapacity } = await fixture.dynamo.send(new PutItemCommand({ TableName, Item: key('quiet') }));
  expect(ConsumedCapacity).toBeUndefined();
});
