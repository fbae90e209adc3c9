import { DynamoDBClient, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyPuts } from '../../../shared/adapters/dynamo/key-items.ts';
import { openKeyDoor } from '../../../shared/adapters/dynamo/key-store.ts';
import { openTable, type Table, transact } from '../../../shared/adapters/dynamo/table.ts';
import type { StoredKey } from '../../../shared/domain/tenants/api-key.ts';
import { afterRequest, paceOf, type RateLimit, verdictOf } from '../../../shared/domain/tenants/rate-limit.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

let keys = 0;
async function newKey(limit: RateLimit): Promise<StoredKey> {
  const key: StoredKey = {
    id: `key_01ARZ3NDEKTSV4RRFFQ69${String(++keys).padStart(5, '0')}`,
    tenantId: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    mode: 'live',
    last4: 'abcd',
    createdAtMs: 1,
    hash: `hash-${keys}`,
  };
  expect(await transact(table, keyPuts(table, key, limit))).toEqual([]);
  return key;
}

const start = 1_767_225_600_000;

describe('admitting on the table', () => {
  test('says the same as the algorithm, whoever asks and whatever they remember', async () => {
    const ask = fc.record({ gapMs: fc.constantFrom(0, 0, 0, 1, 10, 40, 500), door: fc.integer({ min: 0, max: 2 }) });
    const limits = fc.record({
      requestsPerSecond: fc.integer({ min: 1, max: 60 }),
      burst: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(ask, { minLength: 1, maxLength: 25 }), async (limit, asks) => {
        const doors = [openKeyDoor(table), openKeyDoor(table), openKeyDoor(table)];
        const { hash } = await newKey(limit);
        let model = { idleAtMs: 0, openAtMs: 0 };
        let nowMs = start;
        for (const { gapMs, door } of asks) {
          nowMs += gapMs;
          const admission = await doors[door]!.admit(hash, nowMs);
          const verdict = verdictOf(model, nowMs);
          expect(admission.kind).toBe(verdict === 'wait' ? 'wait' : 'admitted');
          if (verdict !== 'wait') model = afterRequest(model, paceOf(limit), nowMs);
          if (admission.kind !== 'unknown') {
            expect(admission.allowance).toEqual(model);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('lets through exactly the burst when many processes ask at once; another key keeps its own', async () => {
    const [busy, other] = [
      await newKey({ requestsPerSecond: 1, burst: 20 }),
      await newKey({ requestsPerSecond: 1, burst: 1 }),
    ];
    const doors = Array.from({ length: 6 }, () => openKeyDoor(table));
    const admissions = await Promise.all(
      Array.from({ length: 60 }, (_, i) => doors[i % doors.length]!.admit(busy.hash, start)),
    );
    expect(admissions.filter(({ kind }) => kind === 'admitted')).toHaveLength(20);
    expect((await doors[0]!.admit(other.hash, start)).kind).toBe('admitted');
  });

  test('does not know a hash that nobody has, and writes nothing for it', async () => {
    const door = openKeyDoor(table);
    expect(await door.admit('nobody', start)).toEqual({ kind: 'unknown' });
    expect(await door.admit('nobody', start + 1)).toEqual({ kind: 'unknown' });
  });
});

describe('admitting when the table is in trouble', () => {
  const withMock = () => {
    const client = new DynamoDBClient({});
    const slept: number[] = [];
    const mocked: Table = { ...openTable('mocked', client), sleep: async (ms) => void slept.push(ms), random: () => 1 };
    return { mock: mockClient(mocked.client as DynamoDBDocumentClient), mocked, slept };
  };

  test('asks again after a conflict with a transaction on the key, and gives up in the end', async () => {
    const { mock, mocked, slept } = withMock();
    mock.on(UpdateCommand).rejects(new TransactionConflictException({ message: 'conflict', $metadata: {} }));
    await expect(openKeyDoor(mocked).admit('hash', start)).rejects.toMatchObject({ name: 'TableBusy' });
    expect(slept.length).toBeGreaterThan(3);
  });

  test('never takes a throttled write for a missing key', async () => {
    const { mock, mocked } = withMock();
    mock.on(UpdateCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(openKeyDoor(mocked).admit('hash', start)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('counts one request with one write, busy or idle, once it has seen the key', async () => {
    const { hash } = await newKey({ requestsPerSecond: 10, burst: 5 });
    let writes = 0;
    const counted = openTable(table.name, dynamo.client);
    counted.client.middlewareStack.add(
      (next) => (args) => {
        writes++;
        return next(args);
      },
      { step: 'initialize', name: 'count' },
    );
    const door = openKeyDoor(counted);
    for (const ms of [0, 1, 2, 5_000, 5_001, 20_000])
      expect((await door.admit(hash, start + ms)).kind).toBe('admitted');
    expect(writes).toBe(6);
    counted.client.middlewareStack.remove('count');
  });
});
