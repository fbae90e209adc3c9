import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCarrierAccounts } from '../../../shared/adapters/dynamo/carrier-accounts.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { carrierAccountsContract } from '../../support/contracts/carrier-accounts-contract.ts';
import { newDispatchId, newUlid, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

carrierAccountsContract(async () => createCarrierAccounts(table));

test('who took a call is forgotten with its messages, and not before', async () => {
  const mid = newUlid();
  await createCarrierAccounts(table).take('aligo', mid, newDispatchId(), 0, noonMs);
  const Key = { pk: `CARRIER#aligo#${mid}`, sk: 'TAKEN' };
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
  expect(Item).toMatchObject({ expiresAt: noonMs / 1_000 });
});
