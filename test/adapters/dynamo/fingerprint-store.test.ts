import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFingerprintStore } from '../../../shared/adapters/dynamo/fingerprint-store.ts';
import { fingerprintKey } from '../../../shared/adapters/dynamo/keys.ts';
import { openTable, type Table } from '../../../shared/adapters/dynamo/table.ts';
import { claimOf, fingerprintStoreContract, nothing } from '../../support/contracts/fingerprint-store-contract.ts';
import { newOwner, newUlid, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { lossyTable } from '../../support/lossy.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

fingerprintStoreContract(async () => createFingerprintStore(table));

describe('a claim in the table', () => {
  test('is kept for as long as results are, which it explains, and not for longer', async () => {
    const [owner, fingerprint] = [newOwner(), newUlid()];
    await createFingerprintStore(table).claim(owner, fingerprint, claimOf(), nothing);
    const Key = fingerprintKey(owner, fingerprint);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
    const keptSeconds = Number(Item?.expiresAt) - noonMs / 1_000;
    expect(keptSeconds).toBe(180 * 86_400);
  });

  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const [owner, fingerprint] = [newOwner(), newUlid()];
    const Item = { ...fingerprintKey(owner, fingerprint), atMs: noonMs };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    const claim = createFingerprintStore(table).claim(owner, fingerprint, claimOf(), nothing);
    await expect(claim).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('is ours although the answer to it was lost, and whoever comes again with it finds it so', async () => {
    const { table: lossy, lose } = lossyTable(dynamo, table.name, 3);
    const [store, owner, fingerprint] = [createFingerprintStore(lossy), newOwner(), newUlid()];
    const [mine, other] = [claimOf(), claimOf()];
    lose(1);
    expect(await store.claim(owner, fingerprint, mine, nothing)).toBe('claimed');
    lose(1);
    expect(await store.claim(owner, fingerprint, other, { untilMs: 0, seen: mine })).toBe('claimed');
    expect(await store.claim(owner, fingerprint, mine, nothing)).toEqual({ refused: other });
  });

  test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'])(
    'that meets %s is busy, neither refused nor broken; anything else is broken',
    async (name) => {
      const mocked = openTable('mocked', new DynamoDBClient({ region: 'ap-northeast-2' }));
      const mock = mockClient(mocked.client as DynamoDBDocumentClient);
      mock
        .on(PutCommand)
        .rejectsOnce(Object.assign(new Error(name), { name }))
        .rejectsOnce(new Error('broken'));
      const store = createFingerprintStore(mocked);
      expect(await store.claim(newOwner(), newUlid(), claimOf(), nothing)).toBe('busy');
      await expect(store.claim(newOwner(), newUlid(), claimOf(), nothing)).rejects.toThrow('broken');
    },
  );
});
