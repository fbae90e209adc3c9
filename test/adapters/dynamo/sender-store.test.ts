import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeKey } from '../../../shared/adapters/dynamo/keys.ts';
import { openSenderStore } from '../../../shared/adapters/dynamo/sender-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createTenantChecks } from '../../../shared/adapters/dynamo/tenant-checks.ts';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import { allowSender, withdrawSender } from '../../../shared/domain/senders/move-sender.ts';
import type { Sender } from '../../../shared/domain/senders/sender.ts';
import { auditEntry, newTenant, newUlid, noonMs, recordOf } from '../../support/contracts/samples.ts';
import { newNumber, sender, senderStoreContract } from '../../support/contracts/sender-store-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const put = (Item: object) => table.client.send(new PutCommand({ TableName: table.name, Item: { ...Item } }));
const putTenant = async (tenant: TenantId) => void (await put({ pk: `T#${tenant}`, sk: 'TENANT', state: 'active' }));

senderStoreContract(async () => ({
  store: openSenderStore(table),
  async told(id) {
    const Key = outcomeKey(id);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item !== undefined;
  },
  putTenant,
}));

describe('a number of before there were states', () => {
  async function older(): Promise<{ readonly tenant: TenantId; readonly number: string }> {
    const [tenant, number] = [newTenant(), newNumber()];
    await putTenant(tenant);
    await put({ pk: `T#${tenant}`, sk: `SENDER#${number}`, entity: 'sender', number, approvedAtMs: noonMs });
    return { tenant, number };
  }

  test('is approved, and approving it again changes nothing', async () => {
    const [senders, { tenant, number }] = [openSenderStore(table), await older()];
    const expected = {
      ...{ tenant, number, state: 'approved', method: 'operator', kind: null, documents: [], reason: null },
      ...{ requestedAtMs: noonMs, approvedAtMs: noonMs, changedAtMs: noonMs, version: 0 },
    };
    expect(await senders.find(tenant, number)).toEqual(expected);
    expect(await createTenantChecks(table).isApprovedSender(tenant, number)).toBe(true);
    const ports = { senders, ids: { ulid: newUlid }, outcomes: { tell: () => Promise.reject(new Error('told')) } };
    const again = await allowSender(
      ports,
      tenant,
      number,
      noonMs + 1,
      () => recordOf('operator'),
      () => auditEntry(),
    );
    expect(again).toEqual({ kind: 'approved', sender: expected, changed: false });
  });

  test('may be withdrawn, by one of any number of calls', async () => {
    const [senders, { tenant, number }] = [openSenderStore(table), await older()];
    const calls = await Promise.all([1, 2, 3].map(() => withdrawSender({ senders }, tenant, number, noonMs + 1)));
    expect(calls.map(({ kind }) => kind).sort()).toEqual(['moved', 'wrong_state', 'wrong_state']);
    expect(await createTenantChecks(table).isApprovedSender(tenant, number)).toBe(false);
  });
});

test.each<[Sender['state'], boolean]>([
  ['reviewing', false],
  ['approved', true],
  ['rejected', false],
  ['blocked', false],
  ['withdrawn', false],
])('one that is %s may be sent from: %s', async (state, may) => {
  const tenant = newTenant();
  await putTenant(tenant);
  const one = sender(tenant, { state, approvedAtMs: state === 'approved' ? noonMs : null });
  await openSenderStore(table).write(null, one, { alone: false, decision: null, record: null });
  expect(await createTenantChecks(table).isApprovedSender(tenant, one.number)).toBe(may);
});
