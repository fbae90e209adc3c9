import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContactStore } from '../../../shared/adapters/dynamo/contact-store.ts';
import { dueChecks } from '../../../shared/adapters/dynamo/due-checks.ts';
import { openErasureStore } from '../../../shared/adapters/dynamo/erasure-store.ts';
import { openPermissionEraser } from '../../../shared/adapters/dynamo/permission-eraser.ts';
import { createPermissionStore } from '../../../shared/adapters/dynamo/permission-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { gatherMs } from '../../../shared/domain/erasures/erasure.ts';
import { contactOf } from '../../support/contracts/contact-store-contract.ts';
import { erasuresContract } from '../../support/contracts/erasures-contract.ts';
import { permissionEraserContract } from '../../support/contracts/permission-eraser-contract.ts';
import { newOwner, newUlid, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const ids = { ulid: newUlid };
const remove = async (owner: ReturnType<typeof newOwner>, digits: string, atMs: number) => {
  const contacts = createContactStore(table);
  const contact = contactOf({ owner, digits });
  expect(await contacts.create(contact, null, null)).toEqual({ kind: 'created' });
  expect(await contacts.remove(contact, null, atMs)).toBe('removed');
};

erasuresContract(async () => ({ erasures: openErasureStore(table), put: remove }));
permissionEraserContract(async () => ({ ...createPermissionStore(table, ids), ...openPermissionEraser(table, ids) }));

test('the job is there from the first deletion on, changes under its version, and ends only if no other came', async () => {
  const [store, owner] = [openErasureStore(table), newOwner()];
  expect(await store.job(owner)).toBeNull();
  await remove(owner, '821010000001', noonMs);
  const first = (await store.job(owner))!;
  expect(first).toMatchObject({ asked: 1, pass: 0, at: null, dueAtMs: noonMs + gatherMs });
  expect(await dueChecks(table, noonMs + gatherMs, 10)).toContain(owner);
  const after = { ...first, pass: 1, at: { stage: 2, after: 'x' }, nextCheckAtMs: noonMs + 9 * gatherMs };
  const changed = (await store.change(first, after))!;
  expect(changed).toEqual({ ...after, version: first.version + 1 });
  expect(await store.change(first, after)).toBeNull();
  expect(await dueChecks(table, noonMs + gatherMs, 10)).not.toContain(owner);
  await remove(owner, '821010000002', noonMs + 5);
  expect(await store.end(changed)).toBe(false);
  const now = (await store.job(owner))!;
  expect(now).toEqual({ ...changed, asked: 2 });
  expect(await store.end(now)).toBe(true);
  expect(await store.job(owner)).toBeNull();
});

test('an erasure ends with the mark at its number, unless that is of another deletion, or somebody’s', async () => {
  const [store, owner] = [openErasureStore(table), newOwner()];
  const contacts = createContactStore(table);
  const digits = '821010000001';
  const erasure = { digits, atMs: noonMs, foundIn: 0 };
  await remove(owner, digits, noonMs);
  await remove(owner, digits, noonMs + 5);
  await store.noteFound(owner, erasure, 7);
  await store.finish(owner, erasure);
  expect([...(await store.among(owner, [digits])).values()]).toEqual([noonMs + 5]);
  expect((await contacts.atNumbers(owner, [digits])).get(digits)).toEqual({ deletedAtMs: noonMs + 5 });
  const anew = contactOf({ owner, digits });
  await contacts.create(anew, null, null);
  await store.finish(owner, { ...erasure, atMs: noonMs + 5 });
  expect((await store.among(owner, [digits])).size).toBe(0);
  expect((await contacts.atNumbers(owner, [digits])).get(digits)).toEqual({ contact: anew });
});
