import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSenderStore } from '../../../shared/adapters/dynamo/sender-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createTenantChecks } from '../../../shared/adapters/dynamo/tenant-checks.ts';
import { newTenant, noonMs, recordOf } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

async function putTenant(state: 'active' | 'suspended') {
  const tenant = newTenant();
  const Item = { pk: `T#${tenant}`, sk: 'TENANT', state };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  return tenant;
}

test.each([
  ['active', false],
  ['suspended', true],
] as const)('a tenant that is %s', async (state, suspended) => {
  expect(await createTenantChecks(table).isSuspended(await putTenant(state))).toBe(suspended);
});

test('nothing is sent for a tenant that is not there', async () => {
  expect(await createTenantChecks(table).isSuspended(newTenant())).toBe(true);
});

test('a sender number is approved for the tenant it was approved for, digit by digit', async () => {
  const [tenant, other] = [await putTenant('active'), await putTenant('active')];
  const checks = createTenantChecks(table);
  expect(await checks.isApprovedSender(tenant, '0212345678')).toBe(false);
  await openSenderStore(table).approve(tenant, { number: '0212345678', approvedAtMs: noonMs }, recordOf('operator'));
  expect(await checks.isApprovedSender(tenant, '0212345678')).toBe(true);
  expect(await checks.isApprovedSender(tenant, '021234567')).toBe(false);
  expect(await checks.isApprovedSender(other, '0212345678')).toBe(false);
});

test.each([
  [{}, 'refuse'],
  [{ unsendableCharacters: 'replace' }, 'replace'],
] as const)('characters are judged by the settings %j: %s', async (rule, expected) => {
  const tenant = newTenant();
  const pace = { entity: 'settings', version: 1, requestsPerSecond: 50, burst: 100 };
  const Item = { pk: `T#${tenant}`, sk: 'SETTINGS', ...pace, ...rule };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  expect(await createTenantChecks(table).charactersOf(tenant)).toBe(expected);
});
