import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDispatchList } from '../../../shared/adapters/dynamo/dispatch-list.ts';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { dispatchListContract, walk } from '../../support/contracts/dispatch-list-contract.ts';
import { newOwner, newUlid, noonMs, preparing } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

dispatchListContract(async () => {
  const dispatches = createDispatchStore(table, { ulid: newUlid });
  return { dispatches, list: createDispatchList(table, dispatches) };
});

const allOf = { fromMs: 0, untilMs: noonMs + 10, status: null, after: null };

test('dispatches that the index names and the table has no more hide none that it has', async () => {
  const store = createDispatchStore(table, { ulid: newUlid });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 14 }), fc.integer({ min: 1, max: 3 }), async (gone, limit) => {
      const owner = newOwner();
      const vanished = new Set<DispatchId>();
      const kept: DispatchId[] = [];
      for (const isGone of gone) {
        const dispatch = preparing({ owner });
        await store.create(dispatch, null);
        if (isGone) vanished.add(dispatch.id);
        else kept.unshift(dispatch.id);
      }
      const list = createDispatchList(table, { read: async (id) => (vanished.has(id) ? null : store.read(id)) });
      const found = await walk(list, owner, { ...allOf, limit });
      expect(found.map(({ id }) => id)).toEqual(kept);
    }),
    { numRuns: 60 },
  );
});

test('a filter that few of very many pass answers in turns, and finds them all', async () => {
  const store = createDispatchStore(table, { ulid: newUlid });
  const owner = newOwner();
  const all = Array.from({ length: 600 }, (_, i) =>
    preparing({ owner, state: i === 0 || i === 550 ? 'completed' : 'failed' }),
  );
  for (let i = 0; i < all.length; i += 50)
    await Promise.all(all.slice(i, i + 50).map((dispatch) => store.create(dispatch, null)));
  let reads = 0;
  const list = createDispatchList(table, {
    async read(id) {
      reads++;
      return store.read(id);
    },
  });
  const first = await list.list(owner, { ...allOf, status: 'completed', limit: 50 });
  expect(reads).toBeLessThan(700);
  expect(first.items.map(({ id }) => id)).toEqual([all[550]!.id]);
  expect(first.next).not.toBeNull();
  const found = await walk(list, owner, { ...allOf, status: 'completed', limit: 50 });
  expect(found.map(({ id }) => id)).toEqual([all[550]!.id, all[0]!.id]);
});
