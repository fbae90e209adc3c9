import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { putAll, type Table } from '../../../shared/adapters/dynamo/table.ts';
import { createNumberBook } from '../../../shared/adapters/rows/number-book.ts';
import { createRowStore, preparedFiles } from '../../../shared/adapters/rows/prepared-rows.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { PlacedNumber } from '../../../shared/domain/dispatches/ports.ts';
import { NumberIndexBuilder, packPlace } from '../../../shared/domain/dispatches/prepare/number-index.ts';
import { type NumberBookWorld, numberBookContract } from '../../support/contracts/number-book-contract.ts';
import { newOwner, newUlid, noonMs, preparedOf, preparing } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { MemoryObjects } from '../../support/memory-objects.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const objects = new MemoryObjects();

/** Rows items with each number at its place; other places are taken by a number nobody asks for. */
function rowsItems({ id, prepared }: Dispatch, numbers: readonly PlacedNumber[]) {
  const blocks = new Map<string, unknown[][]>();
  for (const { digits, place } of numbers) {
    const block = `${place.kind}${place.block}`;
    const rows = blocks.get(block) ?? [];
    blocks.set(block, rows);
    while (rows.length <= place.row) rows.push([rows.length + 1, '821000009999', 'opted_out']);
    rows[place.row] = [place.row + 1, digits, 'opted_out'];
  }
  return [...blocks].map(([block, rows]) => ({
    pk: `DISPATCH#${id}`,
    sk: `ROWS#${prepared?.attempt}#${block}`,
    rows,
  }));
}

function worldOf(): NumberBookWorld {
  const dispatches = createDispatchStore(table, { ulid: newUlid });
  return {
    book: createNumberBook(table, objects, dispatches, createRowStore(table, objects)),
    async store(dispatch, numbers) {
      await dispatches.create(dispatch, null);
      if (dispatch.prepared?.rowsIn === 'items') return putAll(table, rowsItems(dispatch, numbers));
      const index = new NumberIndexBuilder(16);
      for (const { digits, place } of numbers) index.add(Number(digits), packPlace(place));
      const { byNumber } = preparedFiles(dispatch.id, dispatch.prepared?.attempt ?? '');
      objects.objects.set(byNumber, Buffer.concat([...index.pieces()]));
    },
  };
}

numberBookContract(async () => worldOf());

test('a small dispatch has an item for each of its numbers, a large one a single item; both expire', async () => {
  const [{ book }, owner] = [worldOf(), newOwner()];
  const small = preparing({ owner, prepared: preparedOf(1) });
  const numbers = [{ digits: '821012345678', place: { kind: 'b', block: 0, row: 4 } }] as const;
  await book.remember(small, numbers, noonMs);
  await book.remember(small, numbers, noonMs); // a second attempt to prepare writes the same
  await book.remember(small, 'in_object', noonMs);
  const itemsUnder = async (pk: string) => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    return (await table.client.send(new QueryCommand({ TableName: table.name, ...query }))).Items;
  };
  expect(await itemsUnder(`T#${owner}#TO#+821012345678`)).toEqual([
    {
      pk: `T#${owner}#TO#+821012345678`,
      sk: `2099-11-21T12:00:00.000Z#${small.id}#b0r4`,
      entity: 'number',
      expiresAt: noonMs / 1_000,
    },
  ]);
  expect(await itemsUnder(`T#${owner}#LARGE`)).toEqual([
    {
      pk: `T#${owner}#LARGE`,
      sk: `2099-11-21T12:00:00.000Z#${small.id}`,
      entity: 'largeDispatch',
      expiresAt: noonMs / 1_000,
    },
  ]);
});
