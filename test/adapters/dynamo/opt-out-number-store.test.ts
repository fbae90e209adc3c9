import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOptOutLines, openOptOutNumberStore } from '../../../shared/adapters/dynamo/opt-out-number-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import { optOutNumberContract } from '../../support/contracts/opt-out-number-contract.ts';
import { newTenant } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const putTenant = (state: string) => async (tenant: TenantId) => {
  const Item = { pk: `T#${tenant}`, sk: 'TENANT', state };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
};

optOutNumberContract(async () => ({
  store: openOptOutNumberStore(table),
  lines: openOptOutLines(table),
  putTenant: putTenant('active'),
  closeTenant: putTenant('closed'),
}));

describe('numbers in the table', () => {
  test('of a shape that this service never wrote are an error, not a guess', async () => {
    const tenant = newTenant();
    const Item = { pk: `T#${tenant}`, sk: 'OPTOUTNUMBERS', entity: 'optOutShelf', version: 1, numbers: [{ id: 'x' }] };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await expect(openOptOutNumberStore(table).shelf(tenant)).rejects.toMatchObject({ name: 'ZodError' });
  });
});
