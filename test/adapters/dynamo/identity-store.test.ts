import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIdentityStore } from '../../../shared/adapters/dynamo/identity-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openTenantStore } from '../../../shared/adapters/dynamo/tenant-store.ts';
import type { Tenant } from '../../../shared/domain/tenants/tenant.ts';
import { identityContract } from '../../support/contracts/identity-contract.ts';
import { newTenant } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const put = (Item: Record<string, unknown>) => table.client.send(new PutCommand({ TableName: table.name, Item }));
const putTenant = async (tenant: Tenant) => {
  await put({ pk: `T#${tenant.id}`, sk: 'TENANT', entity: 'tenant', ...tenant });
  await put({ pk: 'TENANTS', sk: tenant.id, entity: 'tenant', ...tenant });
};

identityContract(async () => {
  const tenants = openTenantStore(table);
  return { store: openIdentityStore(table, tenants), putTenant, tenant: tenants.find };
});

test('a tenant of before there was a sign-up has none', async () => {
  const id = newTenant();
  const facts = { id, name: 'Old', notificationEmails: [], identityStatus: 'approved', state: 'active' };
  await put({ pk: `T#${id}`, sk: 'TENANT', entity: 'tenant', ...facts, createdAtMs: 1, suspendedAtMs: null });
  expect(await openTenantStore(table).find(id)).toMatchObject({ signUp: null, identityStatus: 'approved' });
});

test('an identity of a shape that this service never wrote is an error, not a guess', async () => {
  const id = newTenant();
  const facts = { id, name: 'Old', notificationEmails: [], identityStatus: 'approved', state: 'active' };
  await put({ pk: `T#${id}`, sk: 'TENANT', entity: 'tenant', ...facts, createdAtMs: 1, suspendedAtMs: null });
  await put({ pk: `T#${id}`, sk: 'IDENTITY', entity: 'identity', tenantId: id, status: 'maybe', version: 1 });
  const store = openIdentityStore(table, openTenantStore(table));
  await expect(store.read(id)).rejects.toMatchObject({ name: 'ZodError' });
});
