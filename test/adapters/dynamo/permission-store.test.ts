import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { permissionKey } from '../../../shared/adapters/dynamo/keys.ts';
import { createPermissionStore } from '../../../shared/adapters/dynamo/permission-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { permissionStoreContract } from '../../support/contracts/permission-store-contract.ts';
import { newOwner, newUlid } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const open = () => createPermissionStore(table, { ulid: newUlid });

permissionStoreContract(async () => open());

describe('a permission in the table', () => {
  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const owner = newOwner();
    const Item = { ...permissionKey(owner, '821012345678'), digits: '821012345678', optedOutAtMs: 'yesterday' };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await expect(open().readMany(owner, ['821012345678'])).rejects.toMatchObject({ name: 'ZodError' });
  });
});
