import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { dueChecks } from '../../../shared/adapters/dynamo/due-checks.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { newUlid, noonMs, preparing } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

const stored = async (checks: readonly (number | null)[]) => {
  const table: Table = await dynamo.newTable();
  const store = createDispatchStore(table, { ulid: newUlid });
  const dispatches = checks.map((nextCheckAtMs) => preparing({ state: 'sending', nextCheckAtMs }));
  for (const dispatch of dispatches) await store.create(dispatch, null);
  return { table, store, dispatches };
};
const ids = (dispatches: readonly Dispatch[]) => dispatches.map(({ id }) => id);

test('what is due by now, most overdue first, and nothing that is due later or never', async () => {
  const { table, dispatches } = await stored([noonMs, null, noonMs + 1, noonMs - 9_000, noonMs - 1]);
  const [now, , , longAgo, justBefore] = dispatches;
  expect(await dueChecks(table, noonMs, 10)).toEqual(ids([longAgo!, justBefore!, now!]));
  expect(await dueChecks(table, noonMs - 9_001, 10)).toEqual([]);
});

test('what has been looked at is due again when it says so, or never', async () => {
  const { table, store, dispatches } = await stored([noonMs, noonMs]);
  const [later, never] = dispatches as [Dispatch, Dispatch];
  await store.move(later, 'check', { ...later, nextCheckAtMs: noonMs + 60_000 });
  await store.move(never, 'check', { ...never, nextCheckAtMs: null });
  expect(await dueChecks(table, noonMs, 10)).toEqual([]);
  expect(await dueChecks(table, noonMs + 60_000, 10)).toEqual([later.id]);
});

test('of every shard at most so many, the most overdue ones', async () => {
  const { table, dispatches } = await stored(Array.from({ length: 100 }, (_, i) => noonMs - i * 1_000));
  const found = await dueChecks(table, noonMs, 1);
  expect(found.length).toBeGreaterThan(1);
  expect(found.length).toBeLessThanOrEqual(16);
  expect(found[0]).toBe(dispatches.at(-1)!.id);
  expect(await dueChecks(table, noonMs, 100)).toEqual(ids(dispatches).reverse());
});
