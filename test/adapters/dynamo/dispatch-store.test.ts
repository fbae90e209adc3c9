import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCreditStore } from '../../../shared/adapters/dynamo/credit-store.ts';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { openIdempotencyStore } from '../../../shared/adapters/dynamo/idempotency.ts';
import { eventKey, holdKey, uploadKey } from '../../../shared/adapters/dynamo/keys.ts';
import { queryAll, type Table } from '../../../shared/adapters/dynamo/table.ts';
import { rowsKeptDays } from '../../../shared/contracts/limits.ts';
import type { NewEvent } from '../../../shared/domain/dispatches/ports.ts';
import { dispatchCreditsContract } from '../../support/contracts/dispatch-credits-contract.ts';
import { type DispatchWorld, dispatchStoreContract } from '../../support/contracts/dispatch-store-contract.ts';
import { grantOf, newUlid, noonMs, preparing, recordOf } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

function worldOf(at: Table): DispatchWorld {
  const get = async (Key: object) => (await at.client.send(new GetCommand({ TableName: at.name, Key }))).Item;
  const book = openCreditStore(at);
  return {
    dispatches: createDispatchStore(at, { ulid: newUlid }),
    async grant(owner, credits) {
      await book.move(owner, grantOf(credits), recordOf(owner));
    },
    balanceOf: book.balance,
    async ledgerOf(owner) {
      const question = { fromMs: noonMs - 86_400_000, untilMs: noonMs + 86_400_000, limit: 1_000, after: null };
      return (await book.ledger(owner, question)).items;
    },
    rememberedOf: ({ scope, key }) => openIdempotencyStore(at).find(scope, key, noonMs),
    async holdOf(id) {
      const item = await get(holdKey(id));
      if (!item) return null;
      const { quantity, captured, released, refunded } = item;
      return { quantity, captured, released, refunded };
    },
    async eventsOf(id) {
      const events: NewEvent[] = [];
      for await (const item of queryAll(at, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': eventKey(id, 0).pk, ':prefix': 'EVENT#' },
      })) {
        events.push({ id: item.id, type: item.type, atMs: item.atMs } as NewEvent);
      }
      return events;
    },
    async putUpload(owner, id, status) {
      const Item = { ...uploadKey(owner, id), status, usedBy: null };
      await at.client.send(new PutCommand({ TableName: at.name, Item }));
    },
    uploadUsedBy: async (owner, id) => (await get(uploadKey(owner, id)))?.usedBy ?? null,
  };
}

dispatchStoreContract(async () => worldOf(table));
dispatchCreditsContract(async () => worldOf(table));

describe('a dispatch in the table', () => {
  test('is in the sweeper’s index only while there is something to look after', async () => {
    const { dispatches } = worldOf(table);
    const dispatch = preparing();
    await dispatches.create(dispatch, null);
    const item = async () => {
      const Key = { pk: `DISPATCH#${dispatch.id}`, sk: 'META' };
      return (await table.client.send(new GetCommand({ TableName: table.name, Key }))).Item;
    };
    expect(await item()).toMatchObject({ checkSk: `2099-11-21T12:01:00.000Z#${dispatch.id}` });
    await dispatches.move(dispatch, 'check', { ...dispatch, nextCheckAtMs: null });
    expect(await item()).not.toHaveProperty('checkPk');
    expect(await item()).not.toHaveProperty('checkSk');
  });

  test('is gone 180 days after it was made, though the table deletes it only days later', async () => {
    let nowMs = 0;
    const { dispatches } = worldOf({ ...table, now: () => nowMs });
    const dispatch = preparing();
    const endMs = dispatch.createdAtMs + rowsKeptDays * 86_400_000;
    await dispatches.create(dispatch, null);
    nowMs = endMs - 1_000;
    expect(await dispatches.read(dispatch.id)).toEqual(dispatch);
    nowMs = endMs;
    expect(await dispatches.read(dispatch.id)).toBeNull();
  });

  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const { dispatches } = worldOf(table);
    const { id } = preparing();
    const Item = { pk: `DISPATCH#${id}`, sk: 'META', id, state: 'dreaming' };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await expect(dispatches.read(id)).rejects.toMatchObject({ name: 'ZodError' });
  });
});
