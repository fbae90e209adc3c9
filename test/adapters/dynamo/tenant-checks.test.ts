import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { openSenderStore } from '../../../shared/adapters/dynamo/sender-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createTenantChecks } from '../../../shared/adapters/dynamo/tenant-checks.ts';
import { noonMs, recordOf } from '../../support/contracts/samples.ts';
import { tenantsContract } from '../../support/contracts/tenants-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

tenantsContract(async () => ({
  tenants: createTenantChecks(table),
  put: async (tenant, state) => {
    const Item = { pk: `T#${tenant}`, sk: 'TENANT', state };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  },
  approve: async (tenant, number) => {
    await openSenderStore(table).approve(tenant, { number, approvedAtMs: noonMs }, recordOf('operator'));
  },
  disapprove: async (tenant, number) => {
    const Key = { pk: `T#${tenant}`, sk: `SENDER#${number}` };
    await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
  },
}));
