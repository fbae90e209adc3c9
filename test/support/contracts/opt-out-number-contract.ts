import { expect, test } from 'vitest';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { OptOutNumber } from '../../../shared/domain/opt-out-numbers/opt-out-number.ts';
import type { OptOutLines, OptOutNumberStore } from '../../../shared/domain/opt-out-numbers/ports.ts';
import { newTenant, newUlid, noonMs, recordOf } from './samples.ts';

export interface OptOutNumberWorld {
  readonly store: OptOutNumberStore;
  readonly lines: OptOutLines;
  /** A tenant that is there, and active. */
  putTenant(tenant: TenantId): Promise<void>;
  closeTenant(tenant: TenantId): Promise<void>;
}

const minuteMs = 60_000;

export const requested = (over: Partial<OptOutNumber> = {}): OptOutNumber => ({
  id: `opt_${newUlid()}`,
  businessName: 'Shop',
  state: 'requested',
  number: null,
  numberedAtMs: null,
  requestedAtMs: noonMs,
  expectedOpeningOn: null,
  openedAtMs: null,
  canceledAtMs: null,
  ...over,
});

let numbersMade = 0;
/** Tests of a suite share a table: each dials numbers of its own. */
const newNumber = () => `080${String(++numbersMade).padStart(8, '0')}`;

const scheduledAs = (number: OptOutNumber, dialled: string, atMs = noonMs): OptOutNumber => ({
  ...number,
  state: 'scheduled',
  number: dialled,
  numberedAtMs: atMs,
  expectedOpeningOn: '2099-11-27',
});
const canceledAt = (number: OptOutNumber, atMs: number): OptOutNumber => ({
  ...number,
  state: 'canceled',
  canceledAtMs: atMs,
});

/** What keeps subscriptions, and says whose a number is and was. */
export function optOutNumberContract(open: () => Promise<OptOutNumberWorld>): void {
  async function tenantOf(world: OptOutNumberWorld): Promise<TenantId> {
    const tenant = newTenant();
    await world.putTenant(tenant);
    return tenant;
  }

  async function added(world: OptOutNumberWorld, tenant: TenantId): Promise<OptOutNumber> {
    const number = requested();
    const outcome = await world.store.add(tenant, await world.store.shelf(tenant), number, recordOf('operator'));
    expect(outcome).toEqual({ kind: 'written' });
    return number;
  }

  const change = async (
    { store }: OptOutNumberWorld,
    tenant: TenantId,
    before: OptOutNumber,
    after: OptOutNumber,
    atMs = noonMs,
  ) => store.change(tenant, await store.shelf(tenant), before, after, atMs);

  test('what is asked for is found, by its tenant only, and stands on the shelf until it is canceled', async () => {
    const world = await open();
    const { store } = world;
    const [tenant, other] = [await tenantOf(world), await tenantOf(world)];
    expect(await store.shelf(tenant)).toEqual({ version: 0, numbers: [] });
    const [first, second] = [await added(world, tenant), await added(world, tenant)];
    expect((await store.shelf(tenant)).numbers).toEqual([first, second]);
    expect(await store.find(tenant, first.id)).toEqual(first);
    expect(await store.find(other, first.id)).toBeNull();
    expect((await store.list(other, 10, null)).items).toEqual([]);

    const canceled = canceledAt(first, noonMs);
    expect(await change(world, tenant, first, canceled)).toEqual({ kind: 'written' });
    expect((await store.shelf(tenant)).numbers).toEqual([second]);
    expect(await store.find(tenant, first.id)).toEqual(canceled);
    expect((await store.list(tenant, 10, null)).items).toEqual([canceled, second]);
  });

  test('lists go on where a page ended', async () => {
    const world = await open();
    const tenant = await tenantOf(world);
    const all = [await added(world, tenant), await added(world, tenant), await added(world, tenant)];
    const first = await world.store.list(tenant, 2, null);
    expect(first).toEqual({ items: all.slice(0, 2), next: all[1]!.id });
    expect(await world.store.list(tenant, 2, first.next)).toEqual({ items: all.slice(2), next: null });
    expect(await world.store.list(tenant, 3, null)).toEqual({ items: all, next: null });
  });

  test('a request is made once under its key, and only to the shelf that was read', async () => {
    const world = await open();
    const { store } = world;
    const tenant = await tenantOf(world);
    const [shelf, record] = [await store.shelf(tenant), recordOf(tenant)];
    expect(await store.add(tenant, shelf, requested(), record)).toEqual({ kind: 'written' });
    // The twin of the request looks at the key first: the shelf moved because of the request itself
    expect(await store.add(tenant, shelf, requested(), record)).toEqual({ kind: 'replayed' });
    expect(await store.add(tenant, shelf, requested(), recordOf(tenant))).toEqual({ kind: 'moved' });
    expect((await store.shelf(tenant)).numbers).toHaveLength(1);
  });

  test('of two changes of one shelf, only the first is made', async () => {
    const world = await open();
    const { store } = world;
    const tenant = await tenantOf(world);
    const number = await added(world, tenant);
    const shelf = await store.shelf(tenant);
    const [one, two] = [newNumber(), newNumber()];
    const outcomes = await Promise.all(
      [one, two].map((dialled) => store.change(tenant, shelf, number, scheduledAs(number, dialled), noonMs)),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['moved', 'written']);
    const holders = await Promise.all([one, two].map((dialled) => world.lines.holderAt(dialled, noonMs)));
    expect(holders.filter((holder) => holder === tenant)).toHaveLength(1);
    expect(holders.filter((holder) => holder === null)).toHaveLength(1);
  });

  test('a number is one subscription’s at a time, of whichever tenant, and free again once it is given back', async () => {
    const world = await open();
    const [tenant, other] = [await tenantOf(world), await tenantOf(world)];
    const [mine, mineToo, theirs] = [await added(world, tenant), await added(world, tenant), await added(world, other)];
    const dialled = newNumber();
    const held = scheduledAs(mine, dialled);
    expect(await change(world, tenant, mine, held)).toEqual({ kind: 'written' });
    expect(await change(world, tenant, mineToo, scheduledAs(mineToo, dialled))).toEqual({ kind: 'number_taken' });
    expect(await change(world, other, theirs, scheduledAs(theirs, dialled))).toEqual({ kind: 'number_taken' });
    expect(await world.store.find(other, theirs.id)).toEqual(theirs);
    // Another day, the same number: it is its own already
    const later = { ...held, expectedOpeningOn: '2099-12-01' };
    expect(await change(world, tenant, held, later)).toEqual({ kind: 'written' });
    expect(await change(world, tenant, later, canceledAt(later, noonMs + minuteMs), noonMs + minuteMs)).toEqual({
      kind: 'written',
    });
    const taken = scheduledAs(theirs, dialled, noonMs + 2 * minuteMs);
    expect(await change(world, other, theirs, taken, noonMs + 2 * minuteMs)).toEqual({ kind: 'written' });
  });

  test('two tenants that take the same number at the same time do not both get it', async () => {
    const world = await open();
    const tenants = [await tenantOf(world), await tenantOf(world), await tenantOf(world)];
    const asked = await Promise.all(tenants.map((tenant) => added(world, tenant)));
    const dialled = newNumber();
    const outcomes = await Promise.all(
      tenants.map((tenant, i) => change(world, tenant, asked[i]!, scheduledAs(asked[i]!, dialled))),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['number_taken', 'number_taken', 'written']);
    const winner = tenants[outcomes.findIndex(({ kind }) => kind === 'written')]!;
    expect(await world.lines.holderAt(dialled, noonMs)).toBe(winner);
  });

  test('whose a number was is told by the time, whoever has it now', async () => {
    const world = await open();
    const { lines } = world;
    const [first, second] = [await tenantOf(world), await tenantOf(world)];
    const [one, two] = [await added(world, first), await added(world, second)];
    const dialled = newNumber();
    expect(await lines.holderAt(dialled, noonMs)).toBeNull();

    const at = (minutes: number) => noonMs + minutes * minuteMs;
    const held = scheduledAs(one, dialled, at(10));
    await change(world, first, one, held, at(10));
    expect(await lines.holderAt(dialled, at(10) - 1)).toBeNull();
    expect(await lines.holderAt(dialled, at(10))).toBe(first);
    // Registered under another number: the first is free
    const moved = { ...held, number: newNumber(), numberedAtMs: at(20) };
    await change(world, first, held, moved, at(20));
    expect(await lines.holderAt(dialled, at(20) - 1)).toBe(first);
    expect(await lines.holderAt(dialled, at(20))).toBeNull();
    expect(await lines.holderAt(moved.number, at(20))).toBe(first);

    await change(world, second, two, scheduledAs(two, dialled, at(30)), at(30));
    const told = await Promise.all([9, 10, 19, 20, 29, 30, 99].map((minutes) => lines.holderAt(dialled, at(minutes))));
    expect(told).toEqual([null, first, first, null, null, second, second]);
  });

  test('a closed tenant loses numbers and gets none', async () => {
    const world = await open();
    const tenant = await tenantOf(world);
    const [one, two] = [await added(world, tenant), await added(world, tenant)];
    const [dialled, other] = [newNumber(), newNumber()];
    const held = scheduledAs(one, dialled);
    await change(world, tenant, one, held);
    await world.closeTenant(tenant);
    const refused = await change(world, tenant, two, scheduledAs(two, other));
    expect(refused).toEqual({ kind: 'tenant_closed' });
    expect(await world.lines.holderAt(other, noonMs)).toBeNull();
    expect(await change(world, tenant, held, canceledAt(held, noonMs + 1), noonMs + 1)).toEqual({ kind: 'written' });
  });
}
