import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { permissionKey, resultNoticeIndex } from '../../../shared/adapters/dynamo/keys.ts';
import { createNoticeStore } from '../../../shared/adapters/dynamo/notice-store.ts';
import { createPermissionStore } from '../../../shared/adapters/dynamo/permission-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { noticeRoundContract } from '../../support/contracts/notice-round-contract.ts';
import { noticeStoreContract } from '../../support/contracts/notice-store-contract.ts';
import { newDispatchId, newOwner, newUlid, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { lossyTable } from '../../support/lossy.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const open = () => ({
  permissions: createPermissionStore(table, { ulid: newUlid }),
  notices: createNoticeStore(table),
});

noticeStoreContract(async () => open(), 60);
noticeRoundContract(async () => ({ ...open(), dispatches: createDispatchStore(table, { ulid: newUlid }) }));

describe('what the index tells late', () => {
  const query = { fromMs: 0, untilMs: noonMs * 2, after: null, limit: 10 };

  test('of somebody who said something else meanwhile is not believed', async () => {
    const { permissions, notices } = open();
    const owner = newOwner();
    const change = { source: 'api', optedOut: true } as const;
    const stands = await permissions.change(owner, '821020000001', change, noonMs);
    // As it stands, and as the index knows it: due at a time of a word before
    const stale = resultNoticeIndex(owner, noonMs + 5, '821020000001');
    const Item = { ...permissionKey(owner, '821020000001'), entity: 'permission', ...stale, ...stands };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    expect(await notices.due(owner, 'result_notice', query)).toEqual({ items: [], next: null });
  });
});

test('a permission from before there were notices is read, and its next word is due', async () => {
  const { permissions, notices } = open();
  const owner = newOwner();
  const {
    said: _,
    reconfirmed: __,
    ...old
  } = await permissions.change(owner, '821020000001', { source: 'api', marketing: true }, noonMs);
  const Item = { ...permissionKey(owner, '821020000001'), entity: 'permission', ...old };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const known = (await permissions.readMany(owner, ['821020000001'])).get('821020000001');
  expect(known).toMatchObject({ said: null, reconfirmed: null });
  await permissions.change(owner, '821020000001', { source: 'api', marketing: false }, noonMs + 1);
  const query = { fromMs: 0, untilMs: noonMs * 2, after: null, limit: 10 };
  expect((await notices.due(owner, 'result_notice', query)).items).toMatchObject([{ said: { fact: 'withdrew' } }]);
  expect((await notices.due(owner, 'reconfirmation', query)).items).toEqual([]);
});

test('a round whose answer was lost is its maker’s all the same, and ends once', async () => {
  const { table: lossy, lose } = lossyTable(dynamo, table.name, 3);
  const notices = createNoticeStore(lossy);
  const owner = newOwner();
  const round = { dispatchId: newDispatchId(), kind: 'reconfirmation', untilMs: noonMs, made: false } as const;
  lose(1);
  expect(await notices.begin(owner, null, round)).toBe(true);
  expect(await notices.round(owner)).toEqual(round);
  expect(await notices.begin(owner, null, { ...round, dispatchId: newDispatchId() })).toBe(false);
  lose(1);
  await notices.end(owner, round);
  expect(await notices.round(owner)).toBeNull();
});

describe('what a change costs in write units, for what is due of it', () => {
  /** A store whose client adds up what its transactions consumed, indexes and all. */
  const counting = () => {
    const spent = { units: 0 };
    const send = async (command: TransactWriteCommand) => {
      if (!(command instanceof TransactWriteCommand)) return table.client.send(command);
      command.input.ReturnConsumedCapacity = 'INDEXES';
      const reply = await table.client.send(command);
      for (const { CapacityUnits = 0 } of reply.ConsumedCapacity ?? []) spent.units += CapacityUnits;
      return reply;
    };
    const client = Object.assign(Object.create(table.client), { send }) as Table['client'];
    return { spent, permissions: createPermissionStore({ ...table, client }, { ulid: newUlid }) };
  };
  const out = { source: 'api', optedOut: true } as const;
  const consent = { source: 'api', marketing: true } as const;

  test.each([
    ['the opt-out of a stranger: one entry of the index', [], out, 8],
    ['its taking back: that entry moves', [out], { source: 'api', optedOut: false }, 9],
    ['a consent: that entry, and the reconfirmation', [], consent, 9],
    ['the opt-out of who consented: it moves, the reconfirmation goes', [consent], out, 13],
    ['evidence alone: nothing', [consent], { source: 'api', evidence: 'a form' }, 4],
  ] as const)('%s', async (_, before, change, units) => {
    const { spent, permissions } = counting();
    const owner = newOwner();
    for (const one of before) await permissions.change(owner, '821020000001', one, noonMs);
    spent.units = 0;
    await permissions.change(owner, '821020000001', change, noonMs + 1);
    expect(spent.units).toBe(units);
  });
});
