import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImportStore } from '../../../shared/adapters/dynamo/import-store.ts';
import { uploadKey } from '../../../shared/adapters/dynamo/keys.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openUploadStore } from '../../../shared/adapters/dynamo/upload-store.ts';
import { rowsKeptDays } from '../../../shared/contracts/limits.ts';
import { importOf, importStoreContract } from '../../support/contracts/import-store-contract.ts';
import { noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const get = async (Key: object) => (await table.client.send(new GetCommand({ TableName: table.name, Key }))).Item;

importStoreContract(async () => ({
  imports: createImportStore(table),
  async putUpload(owner, id, status) {
    const Item = { ...uploadKey(owner, id), status, usedBy: null };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  },
  keepersOf: async (owner, id) => [...((await get(uploadKey(owner, id)))?.keptBy ?? [])],
}));

describe('an import in the table', () => {
  const made = async () => {
    const one = importOf();
    const Item = { ...uploadKey(one.owner, one.uploadId), status: 'ready', usedBy: null };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await createImportStore(table).create(one, null);
    return one;
  };

  test('keeps its upload from being deleted until it lets go', async () => {
    const one = await made();
    const uploads = openUploadStore(table);
    expect(await uploads.retire(one.owner, one.uploadId)).toBe('in_use');
    await createImportStore(table).letUploadGo(one);
    expect(await uploads.retire(one.owner, one.uploadId)).toBe('retired');
  });

  test('is in the sweeper’s index as long as there is something to look after', async () => {
    const one = await made();
    const key = { pk: `IMPORT#${one.id}`, sk: 'META' };
    expect(await get(key)).toMatchObject({ checkSk: `2099-11-21T12:01:00.000Z#${one.id}` });
    await createImportStore(table).move(one, 'check', { ...one, nextCheckAtMs: null });
    expect(await get(key)).not.toHaveProperty('checkPk');
  });

  test('is gone after 180 days, though the table deletes it only days later', async () => {
    const one = await made();
    const endMs = noonMs + rowsKeptDays * 86_400_000;
    const at = (nowMs: number) => createImportStore({ ...table, now: () => nowMs });
    expect(await at(endMs - 1_000).read(one.id)).toEqual(one);
    expect(await at(endMs).read(one.id)).toBeNull();
    expect((await at(endMs).list(one.owner, 'consents', 5, null)).items).toEqual([]);
  });

  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const one = await made();
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `IMPORT#${one.id}`, sk: 'META' },
        UpdateExpression: 'SET changed = :many',
        ExpressionAttributeValues: { ':many': 'many' },
      }),
    );
    await expect(createImportStore(table).read(one.id)).rejects.toMatchObject({ name: 'ZodError' });
  });
});
