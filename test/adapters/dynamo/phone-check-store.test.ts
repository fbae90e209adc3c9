import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPhoneCheckStore } from '../../../shared/adapters/dynamo/phone-check-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openCheck, phoneCheckContract } from '../../support/contracts/phone-check-contract.ts';
import { recordOf } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

phoneCheckContract(async () => openPhoneCheckStore(table));

describe('checks in the table', () => {
  test('go with their name and number after two days', async () => {
    const check = openCheck();
    await openPhoneCheckStore(table).create(check, recordOf(check.tenant));
    const Key = { pk: `T#${check.tenant}`, sk: `PHONECHECK#${check.id}` };
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
    expect(Item?.expiresAt).toBe(check.createdAtMs / 1_000 + 2 * 86_400);
  });

  test('of a shape that this service never wrote are an error, not a guess', async () => {
    const { tenant, id } = openCheck();
    const Item = { pk: `T#${tenant}`, sk: `PHONECHECK#${id}`, entity: 'phoneCheck', id, tenant, state: 'open' };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await expect(openPhoneCheckStore(table).find(tenant, id)).rejects.toMatchObject({ name: 'ZodError' });
  });
});
