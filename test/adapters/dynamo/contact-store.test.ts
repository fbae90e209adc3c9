import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContactStore } from '../../../shared/adapters/dynamo/contact-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { type ContactPage, deletionKnownMs } from '../../../shared/domain/contacts/ports.ts';
import { contactOf, contactStoreContract } from '../../support/contracts/contact-store-contract.ts';
import { noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

contactStoreContract(async () => createContactStore(table));

/** Every item under a partition. */
async function itemsOf(pk: string) {
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
  return (await table.client.send(new QueryCommand({ TableName: table.name, ...query }))).Items ?? [];
}

test('nothing is left in the table of one that goes but the marks of its numbers, which expire', async () => {
  const store = createContactStore(table);
  const before = contactOf();
  await store.create(before, null, null);
  const moved = { ...before, name: 'Kim Ji', tags: ['x'], digits: '821077776666' };
  await store.replace(before, moved);
  await store.remove({ ...moved, version: 2 }, null, noonMs);
  const partitions = ['CONTACTS', 'CONTACTNAMES', 'CONTACTTAGS', 'CONTACTNUMBERS'];
  const left = await Promise.all(partitions.map((name) => itemsOf(`T#${before.owner}#${name}`)));
  const mark = (sk: string) => ({
    pk: `T#${before.owner}#CONTACTNUMBERS`,
    sk,
    entity: 'contactNumber',
    deletedAtMs: noonMs,
    expiresAt: (noonMs + deletionKnownMs) / 1_000,
  });
  expect(left.flat()).toEqual([mark(before.digits), mark('821077776666')]);
});

test('a page ends before it has more bytes than an answer may', async () => {
  const store = createContactStore(table);
  const { owner } = contactOf();
  const attributes = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`a${n}`, '가'.repeat(1_000)]));
  const all = Array.from({ length: 160 }, (_, n) => contactOf({ owner, digits: `8210${30_000_000 + n}`, attributes }));
  await Promise.all(all.map((contact) => store.create(contact, null, null)));
  for (const search of [{ tag: null }, { tag: 'vip' }]) {
    const ids: string[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages++) {
      const page: ContactPage = await store.list(owner, { digits: null, namePart: null, ...search, limit: 500, after });
      expect(Buffer.byteLength(JSON.stringify(page.items))).toBeLessThan(2.2 * 1024 * 1024);
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    expect(pages).toBeGreaterThan(0);
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  }
});
