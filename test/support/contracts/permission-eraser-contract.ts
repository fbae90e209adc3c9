import { describe, expect, test } from 'vitest';
import type { PermissionEraser, PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { newOwner, noonMs } from './samples.ts';

const digits = '821023456789';
const hour = 3_600_000;

/** What everybody who erases permissions must do. */
export function permissionEraserContract(begin: () => Promise<PermissionStore & PermissionEraser>): void {
  const said = async () => {
    const [store, owner] = [await begin(), newOwner()];
    await store.change(owner, digits, { source: 'api', marketing: true, night: true, evidence: 'form' }, noonMs);
    return { store, owner };
  };
  const now = async (store: PermissionStore, owner: ReturnType<typeof newOwner>) =>
    (await store.readMany(owner, [digits])).get(digits) ?? null;

  describe('a permission that is erased', () => {
    test('is gone, from every list too, and what is said then is the first that was', async () => {
      const { store, owner } = await said();
      expect(await store.erase(owner, (await now(store, owner))!, noonMs + 1)).toBe(true);
      expect(await store.forget(owner, digits, noonMs + 1, noonMs + 1)).toBe(true);
      expect([await now(store, owner), await store.history(owner, digits)]).toEqual([null, []]);
      for (const list of [store.suppressed(owner), store.consented(owner), store.nightConsented(owner)]) {
        for await (const one of list) expect(one).toBe('nobody');
      }
      expect(await store.forget(owner, digits, noonMs + 1, noonMs + 1)).toBe(false);
      await store.change(owner, digits, { source: 'api', marketing: false }, noonMs + 2);
      expect(await store.history(owner, digits)).toHaveLength(1);
    });

    test('keeps an opt-out, and nothing of how else things stood', async () => {
      const { store, owner } = await said();
      await store.change(owner, digits, { source: 'call', optedOut: true }, noonMs + 5);
      await store.erase(owner, (await now(store, owner))!, noonMs + 9);
      await store.forget(owner, digits, noonMs + 9, noonMs + 9);
      const left = await now(store, owner);
      expect(left).toMatchObject({ optedOutAtMs: noonMs + 5, optOutSource: 'call', marketing: null, said: null });
      expect((await store.history(owner, digits)).map(({ after }) => after)).toEqual([left]);
      const suppressed = [];
      for await (const one of store.suppressed(owner)) suppressed.push(one);
      expect(suppressed).toEqual([{ digits, reason: 'opted_out' }]);
    });

    test('stays if somebody said something since it was read, and what is said later is not forgotten', async () => {
      const { store, owner } = await said();
      const before = (await now(store, owner))!;
      await store.change(owner, digits, { source: 'api', night: false }, noonMs + 5);
      expect(await store.erase(owner, before, noonMs + 6)).toBe(false);
      expect((await now(store, owner))?.marketing).toBe(true);
      await store.forget(owner, digits, noonMs + 4, noonMs + 6);
      expect((await store.history(owner, digits)).map(({ atMs }) => atMs)).toEqual([noonMs + 5]);
    });

    test('is waited for as long as who told it may tell it again', async () => {
      const [store, owner] = [await begin(), newOwner()];
      const once = { id: 'call', knownUntilMs: noonMs + 72 * hour };
      await store.changeOnce(owner, digits, { source: 'call', optedOut: true }, noonMs, once);
      const forget = (nowMs: number) => store.forget(owner, digits, noonMs, nowMs);
      expect([await forget(noonMs + hour), await forget(noonMs + 72 * hour)]).toEqual([true, true]);
      expect(await forget(noonMs + 73 * hour)).toBe(false);
    });
  });
}
