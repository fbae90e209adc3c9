import { expect, test } from 'vitest';
import type { PhoneCheck } from '../../../shared/domain/phone-checks/phone-check.ts';
import type { PhoneCheckStore } from '../../../shared/domain/phone-checks/ports.ts';
import { newTenant, newUlid, noonMs, recordOf } from './samples.ts';

export const openCheck = (over: Partial<PhoneCheck> = {}): PhoneCheck => ({
  id: `chk_${newUlid()}`,
  tenant: newTenant(),
  name: '김하늘',
  number: '01023456789',
  state: 'open',
  challengeId: 'challenge/1',
  tries: 0,
  createdAtMs: noonMs,
  expiresAtMs: noonMs + 180_000,
  confirmedAtMs: null,
  version: 1,
  ...over,
});

/** What keeps checks of mobile numbers. */
export function phoneCheckContract(open: () => Promise<PhoneCheckStore>): void {
  test('a check is found by its tenant only, as it was made', async () => {
    const [store, check] = [await open(), openCheck()];
    expect(await store.create(check, recordOf(check.tenant))).toEqual({ kind: 'created' });
    expect(await store.find(check.tenant, check.id)).toEqual(check);
    expect(await store.find(newTenant(), check.id)).toBeNull();
    expect(await store.find(check.tenant, `chk_${newUlid()}`)).toBeNull();
  });

  test('one record makes one check', async () => {
    const [store, first] = [await open(), openCheck()];
    const second = openCheck({ tenant: first.tenant });
    const record = recordOf(first.tenant);
    await store.create(first, record);
    expect(await store.create(second, record)).toEqual({ kind: 'replayed' });
    expect(await store.find(second.tenant, second.id)).toBeNull();
  });

  test('of those who change what they read one wins, and what is not open stays as it is', async () => {
    const [store, check] = [await open(), openCheck()];
    await store.create(check, recordOf(check.tenant));
    const told = await Promise.all([1, 2, 3, 4].map(() => store.change(check, { ...check, tries: 1 })));
    expect(told.filter((outcome) => outcome === 'moved')).toHaveLength(3);
    const tried = (await store.find(check.tenant, check.id))!;
    expect(tried).toEqual({ ...check, tries: 1, version: 2 });
    const confirmed = await store.change(tried, { ...tried, state: 'confirmed', confirmedAtMs: noonMs + 1 });
    if (confirmed === 'moved') throw new Error('Nobody else was there');
    expect(confirmed).toMatchObject({ state: 'confirmed', version: 3 });
    expect(await store.change(confirmed, { ...confirmed, tries: 5 })).toBe('moved');
    expect(await store.find(check.tenant, check.id)).toEqual(confirmed);
  });

  test('starts are noted under what was read, each tenant’s for itself', async () => {
    const [store, tenant] = [await open(), newTenant()];
    const none = await store.starts(tenant);
    expect(none).toEqual({ version: 0, atMs: [] });
    const told = await Promise.all([1, 2, 3].map((n) => store.noteStarts(tenant, none, [n])));
    expect(told.filter((outcome) => outcome === 'written')).toHaveLength(1);
    const one = await store.starts(tenant);
    expect(one.atMs).toHaveLength(1);
    expect(await store.noteStarts(tenant, one, [7, 8])).toBe('written');
    expect(await store.noteStarts(tenant, one, [9])).toBe('moved');
    expect((await store.starts(tenant)).atMs).toEqual([7, 8]);
    expect((await store.starts(newTenant())).atMs).toEqual([]);
  });
}
