import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSenderStore } from '../../../shared/adapters/dynamo/sender-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createTenantChecks } from '../../../shared/adapters/dynamo/tenant-checks.ts';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import { allowSender } from '../../../shared/domain/senders/move-sender.ts';
import { auditEntry, newTenant, newUlid, noonMs, recordOf } from '../../support/contracts/samples.ts';
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
  put: async (tenant, state, identityStatus = 'approved') => {
    const Item = { pk: `T#${tenant}`, sk: 'TENANT', state, identityStatus };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  },
  approve: async (tenant, number) => {
    const senders = openSenderStore(table);
    const ports = { senders, ids: { ulid: newUlid }, outcomes: { tell: async () => {} } };
    await allowSender(
      ports,
      tenant,
      number,
      noonMs,
      () => recordOf('operator'),
      () => auditEntry(),
    );
  },
  disapprove: async (tenant, number) => {
    const Key = { pk: `T#${tenant}`, sk: `SENDER#${number}` };
    await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
  },
  openNumber: async (tenant, number, businessName) => {
    const numbers = shelves.get(tenant) ?? [];
    const opened = {
      id: `opt_${newUlid()}`,
      businessName,
      state: 'registered',
      number,
      numberedAtMs: noonMs,
      requestedAtMs: noonMs,
      expectedOpeningOn: '2099-11-27',
      openedAtMs: noonMs + numbers.length,
      canceledAtMs: null,
    };
    // Neither a number that is scheduled only nor the order in the item counts
    const scheduled = { ...opened, id: `opt_${newUlid()}`, number: '080123456', state: 'scheduled', openedAtMs: null };
    await putShelf(tenant, [scheduled, opened, ...numbers.filter(({ state }) => state === 'registered')]);
  },
  closeNumber: async (tenant, number) => {
    await putShelf(
      tenant,
      (shelves.get(tenant) ?? []).filter((one) => one.number !== number),
    );
  },
}));

type StoredNumber = { readonly number: string; readonly state: string };
const shelves = new Map<TenantId, readonly StoredNumber[]>();

async function putShelf(tenant: TenantId, numbers: readonly StoredNumber[]): Promise<void> {
  shelves.set(tenant, numbers);
  const Item = { pk: `T#${tenant}`, sk: 'OPTOUTNUMBERS', entity: 'optOutShelf', version: 1, numbers };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

const older = { entity: 'settings', version: 3, requestsPerSecond: 50, burst: 100 };
test.each([
  ['of before these rules have their defaults', {}, 'refuse', 'send', 'warn', 0],
  [
    'are told as they are stored',
    {
      unsendableCharacters: 'swap',
      informationalToOptedOut: 'exclude',
      unknownConsent: 'exclude',
      duplicateBlockMinutes: 60,
    },
    'swap',
    'exclude',
    'exclude',
    60,
  ],
])('settings %s', async (_, rules, characters, informationalToOptedOut, unknownConsent, duplicateBlockMinutes) => {
  const tenant = newTenant();
  const Item = { pk: `T#${tenant}`, sk: 'SETTINGS', ...older, ...rules };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const checks = createTenantChecks(table);
  expect(await checks.charactersOf(tenant)).toBe(characters);
  expect(await checks.sendingRulesOf(tenant)).toMatchObject({
    permissionRules: { informationalToOptedOut, unknownConsent },
    duplicateBlockMinutes,
  });
});

test('settings of tests are those that test keys made theirs, and else the account’s', async () => {
  const tenant = newTenant();
  const rules = { unsendableCharacters: 'swap', advertiserName: 'Shop', duplicateBlockMinutes: 60 };
  const ofTests = { advertiserName: 'Test shop', duplicateBlockMinutes: 0 };
  const Item = { pk: `T#${tenant}`, sk: 'SETTINGS', ...older, ...rules, ofTests };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const checks = createTenantChecks(table);
  for (const [owner, name, minutes] of [
    [tenant, 'Shop', 60],
    [`${tenant}.test`, 'Test shop', 0],
  ] as const) {
    expect(await checks.charactersOf(owner)).toBe('swap');
    expect(await checks.advertiserOf(owner)).toBe(name);
    expect((await checks.sendingRulesOf(owner)).duplicateBlockMinutes).toBe(minutes);
  }
});
