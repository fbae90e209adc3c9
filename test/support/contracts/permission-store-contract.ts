import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { OptOutQuery, PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { newOwner, newUlid, newUploadId, noonMs } from './samples.ts';

const [first, second, third] = ['821020000001', '821020000002', '821020000003'] as const;
const minute = 60_000;

/** What every store of permissions must do. `open` may answer the same store again. */
export function permissionStoreContract(open: () => Promise<PermissionStore>): void {
  const begin = async () => ({ store: await open(), owner: newOwner() });
  const suppressedOf = async (store: PermissionStore, owner: OwnerId) => {
    const found: Record<string, string> = {};
    for await (const { digits, reason } of store.suppressed(owner)) found[digits] = reason;
    return found;
  };
  const consentedOf = async (store: PermissionStore, owner: OwnerId) => {
    const found: string[] = [];
    for await (const digits of store.consented(owner)) found.push(digits);
    return found;
  };
  const all: OptOutQuery = { fromMs: noonMs - 60 * minute, untilMs: noonMs + 60 * minute, after: null, limit: 10 };

  describe('what is known of a number', () => {
    test('is nothing before anybody said anything', async () => {
      const { store, owner } = await begin();
      expect(await store.readMany(owner, [first])).toEqual(new Map());
      expect(await store.readMany(owner, [])).toEqual(new Map());
      expect(await suppressedOf(store, owner)).toEqual({});
      expect(await store.history(owner, first)).toEqual([]);
      expect(await store.listOptOuts(owner, all)).toEqual({ items: [], next: null });
    });

    test('is what was said, for this owner only', async () => {
      const { store, owner } = await begin();
      const changed = await store.change(owner, first, { source: 'call', optedOut: true }, noonMs);
      expect(changed).toEqual({
        digits: first,
        optedOutAtMs: noonMs,
        optOutSource: 'call',
        cameBackAtMs: null,
        marketing: null,
        marketingAtMs: null,
        night: null,
        nightAtMs: null,
        consentsAtMs: null,
        evidence: null,
        evidenceUploadId: null,
        importId: null,
        said: { fact: 'opted_out', saidAtMs: noonMs, told: null },
        reconfirmed: null,
        version: 1,
      });
      expect(await store.readMany(owner, [first, second])).toEqual(new Map([[first, changed]]));
      expect(await store.readMany(newOwner(), [first])).toEqual(new Map());
      expect(await suppressedOf(store, newOwner())).toEqual({});
    });

    test('keeps consent beside an opt-out, with its time and evidence', async () => {
      const { store, owner } = await begin();
      const consent = {
        source: 'api',
        marketing: true,
        night: false,
        consentAtMs: noonMs - 5,
        evidence: 'form 7',
      } as const;
      await store.change(owner, first, consent, noonMs);
      expect(await consentedOf(store, owner)).toEqual([first]);
      const out = await store.change(owner, first, { source: 'api', optedOut: true }, noonMs + 1);
      expect(out).toMatchObject({
        marketing: true,
        marketingAtMs: noonMs - 5,
        night: false,
        evidence: 'form 7',
        version: 2,
      });
      expect(await consentedOf(store, owner)).toEqual([]);
      const back = await store.change(owner, first, { source: 'api', optedOut: false }, noonMs + 2);
      expect(back).toMatchObject({ optedOutAtMs: null, optOutSource: null, marketing: true, version: 3 });
      expect(await consentedOf(store, owner)).toEqual([first]);
      expect(await suppressedOf(store, owner)).toEqual({});
    });

    test('is not changed by saying it again', async () => {
      const { store, owner } = await begin();
      const once = await store.change(owner, first, { source: 'api', optedOut: true, marketing: false }, noonMs);
      const again = await store.change(
        owner,
        first,
        { source: 'call', optedOut: true, marketing: false },
        noonMs + minute,
      );
      expect(again).toEqual(once);
      expect(await store.history(owner, first)).toHaveLength(1);
      expect(
        await store.change(owner, second, { source: 'api', optedOut: false, marketing: null }, noonMs),
      ).toMatchObject({ version: 0 });
      expect(await store.readMany(owner, [second])).toEqual(new Map());
    });

    test('takes a consent that was confirmed at a later time as news', async () => {
      const { store, owner } = await begin();
      await store.change(owner, first, { source: 'api', marketing: true }, noonMs);
      const confirmed = await store.change(
        owner,
        first,
        { source: 'api', marketing: true, consentAtMs: noonMs + 9 },
        noonMs + 10,
      );
      expect(confirmed).toMatchObject({ marketing: true, marketingAtMs: noonMs + 9, version: 2 });
    });

    test('keeps what proves a consent, and which import said it', async () => {
      const { store, owner } = await begin();
      const [evidenceUploadId, importId] = [newUploadId(), `imp_${newUlid()}` as const];
      const consent = { source: 'import', marketing: true, evidenceUploadId, importId, asOfMs: noonMs - 9 } as const;
      const first_ = await store.change(owner, first, consent, noonMs);
      const said = { marketingAtMs: noonMs - 9, consentsAtMs: noonMs - 9 };
      expect(first_).toMatchObject({ ...said, evidenceUploadId, importId, version: 1 });
      expect(await store.change(owner, first, { ...consent, importId: `imp_${newUlid()}` }, noonMs)).toEqual(first_);
      const next = await store.change(owner, first, { source: 'api', night: false }, noonMs);
      expect(next).toMatchObject({ evidenceUploadId, importId: null, consentsAtMs: noonMs, version: 2 });
      expect((await store.history(owner, first)).map(({ after }) => after)).toEqual([first_, next]);
    });

    test('is not what was said before', async () => {
      const { store, owner } = await begin();
      const late = { source: 'import', marketing: true, night: true, evidence: 'list', optedOut: true } as const;
      const change = (given: object, atMs: number) => store.change(owner, first, { source: 'api', ...given }, atMs);
      const known = await change({ marketing: false }, noonMs);
      expect(await change({ ...late, optedOut: undefined, asOfMs: noonMs - 1 }, noonMs + 5)).toEqual(known);
      const forgotten = await change({ marketing: null }, noonMs + 10);
      expect(await change({ ...late, optedOut: undefined, asOfMs: noonMs + 9 }, noonMs + 11)).toEqual(forgotten);
      await change({ optedOut: true }, noonMs + 12);
      const back = await change({ optedOut: false }, noonMs + 20);
      expect(back).toMatchObject({ cameBackAtMs: noonMs + 20 });
      expect(await change({ optedOut: true, asOfMs: noonMs + 19 }, noonMs + 30)).toEqual(back);
      const out = await change({ ...late, asOfMs: noonMs + 20, optOutAtMs: noonMs + 20 }, noonMs + 30);
      expect(out).toMatchObject({ optedOutAtMs: noonMs + 20, cameBackAtMs: null, marketing: true, evidence: 'list' });
      expect((await store.listOptOuts(owner, all)).items).toEqual([
        { digits: first, optedOutAtMs: noonMs + 20, source: 'import' },
      ]);
    });

    test('is read of up to 1,000 numbers at once', async () => {
      const { store, owner } = await begin();
      const numbers = Array.from({ length: 1_000 }, (_, i) => `8210${30_000_000 + i}`);
      const said = numbers.filter((_, i) => i % 90 === 0);
      for (const digits of said) await store.change(owner, digits, { source: 'import', marketing: false }, noonMs);
      expect([...(await store.readMany(owner, numbers)).keys()].sort()).toEqual(said);
      await expect(store.readMany(owner, [...numbers, first])).rejects.toThrow();
    });
  });

  describe('who is suppressed', () => {
    test('is whoever opted out or denied consent, the opt-out first', async () => {
      const { store, owner } = await begin();
      await store.change(owner, first, { source: 'api', optedOut: true }, noonMs);
      await store.change(owner, second, { source: 'api', marketing: false }, noonMs);
      await store.change(owner, third, { source: 'api', marketing: false, optedOut: true }, noonMs);
      expect(await suppressedOf(store, owner)).toEqual({
        [first]: 'opted_out',
        [second]: 'consent_denied',
        [third]: 'opted_out',
      });
      await store.change(owner, third, { source: 'api', optedOut: false }, noonMs + 1);
      await store.change(owner, second, { source: 'api', marketing: null }, noonMs + 1);
      expect(await suppressedOf(store, owner)).toEqual({ [first]: 'opted_out', [third]: 'consent_denied' });
    });
  });

  describe('the history of a number', () => {
    test('has every change with how things stood after it', async () => {
      const { store, owner } = await begin();
      await store.change(owner, first, { source: 'import', marketing: true }, noonMs);
      await store.change(owner, first, { source: 'call', optedOut: true }, noonMs);
      await store.change(owner, first, { source: 'api', optedOut: false }, noonMs + minute);
      const history = await store.history(owner, first);
      expect(history.map(({ atMs, source, after }) => [atMs, source, after.version, after.optedOutAtMs])).toEqual([
        [noonMs, 'import', 1, null],
        [noonMs, 'call', 2, noonMs],
        [noonMs + minute, 'api', 3, null],
      ]);
      expect(new Set(history.map(({ id }) => id)).size).toBe(3);
    });

    test('can be read up to a time, the latest first, and says whether that was all', async () => {
      const { store, owner } = await begin();
      expect(await store.changesUntil(owner, first, noonMs, 5)).toEqual({ entries: [], complete: true });
      for (let n = 0; n < 4; n++) {
        await store.change(owner, first, { source: 'api', optedOut: n % 2 === 0 }, noonMs + n * minute);
      }
      await store.change(owner, second, { source: 'api', optedOut: true }, noonMs);
      const until = async (ms: number, limit: number, of = owner) => {
        const { entries, complete } = await store.changesUntil(of, first, ms, limit);
        return [entries.map(({ after }) => after.version), complete];
      };
      expect(await until(noonMs - 1, 5)).toEqual([[], true]);
      expect(await until(noonMs, 5)).toEqual([[1], true]);
      expect(await until(noonMs + 2 * minute, 5)).toEqual([[3, 2, 1], true]);
      expect(await until(noonMs + 2 * minute, 3)).toEqual([[3, 2, 1], true]);
      expect(await until(noonMs + 2 * minute + 1, 2)).toEqual([[3, 2], false]);
      expect(await until(noonMs + 60 * minute, 5)).toEqual([[4, 3, 2, 1], true]);
      expect(await until(noonMs + 60 * minute, 5, newOwner())).toEqual([[], true]);
      const { entries } = await store.changesUntil(owner, first, noonMs + 60 * minute, 5);
      expect(entries.toReversed()).toEqual(await store.history(owner, first));
    });

    test('misses none of several changes at once', async () => {
      const { store, owner } = await begin();
      const changes = [
        { source: 'api', optedOut: true },
        { source: 'api', marketing: false },
        { source: 'api', night: true },
        { source: 'call', optedOut: true },
      ] as const;
      await Promise.all(changes.map((change) => store.change(owner, first, change, noonMs)));
      const now = (await store.readMany(owner, [first])).get(first);
      expect(now).toMatchObject({ optedOutAtMs: noonMs, marketing: false, night: true, version: 3 });
      expect((await store.history(owner, first)).map(({ after }) => after.version)).toEqual([1, 2, 3]);
      expect((await store.history(owner, first)).at(-1)?.after).toEqual(now);
    });
  });

  describe('the list of opt-outs', () => {
    test('is by time, newest first, without those who came back', async () => {
      const { store, owner } = await begin();
      await store.change(owner, first, { source: 'api', optedOut: true }, noonMs);
      await store.change(owner, second, { source: 'call', optedOut: true }, noonMs + minute);
      await store.change(owner, third, { source: 'import', optedOut: true }, noonMs + 2 * minute);
      await store.change(owner, '821020000004', { source: 'api', marketing: false }, noonMs);
      const page = await store.listOptOuts(owner, { ...all, limit: 2 });
      expect(page.items).toEqual([
        { digits: third, optedOutAtMs: noonMs + 2 * minute, source: 'import' },
        { digits: second, optedOutAtMs: noonMs + minute, source: 'call' },
      ]);
      expect(page.next).not.toBeNull();
      const rest = await store.listOptOuts(owner, { ...all, limit: 2, after: page.next });
      expect(rest).toEqual({ items: [{ digits: first, optedOutAtMs: noonMs, source: 'api' }], next: null });

      const from = await store.listOptOuts(owner, { ...all, fromMs: noonMs + minute, untilMs: noonMs + 2 * minute });
      expect(from.items.map(({ digits }) => digits)).toEqual([second]);
      await store.change(owner, second, { source: 'api', optedOut: false }, noonMs + 3 * minute);
      expect((await store.listOptOuts(owner, all)).items.map(({ digits }) => digits)).toEqual([third, first]);
    });
  });

  describe('what is told again', () => {
    const out = { source: 'call', optedOut: true } as const;
    const back = { source: 'api', optedOut: false } as const;
    const call = { id: 'call-1', knownUntilMs: noonMs + 10 * minute };
    const isOut = async (store: PermissionStore, owner: OwnerId, digits: string = first) =>
      (await store.readMany(owner, [digits])).get(digits)?.optedOutAtMs ?? null;

    test('changes nothing as long as it is known, whatever was said since', async () => {
      const { store, owner } = await begin();
      expect(await store.changeOnce(owner, first, out, noonMs, call)).toBe('changed');
      expect(await isOut(store, owner)).toBe(noonMs);
      expect(await suppressedOf(store, owner)).toEqual({ [first]: 'opted_out' });
      expect(await store.changeOnce(owner, first, out, noonMs + minute, call)).toBe('repeated');
      await store.change(owner, first, back, noonMs + 2 * minute);
      expect(await store.changeOnce(owner, first, out, noonMs + 10 * minute - 1, call)).toBe('repeated');
      expect(await isOut(store, owner)).toBeNull();
      expect((await store.history(owner, first)).map(({ source }) => source)).toEqual(['call', 'api']);

      expect(await store.changeOnce(owner, first, out, noonMs + 10 * minute, call)).toBe('changed');
      expect(await isOut(store, owner)).toBe(noonMs + 10 * minute);
    });

    test('is known by its name, for the very number and owner that it was told of', async () => {
      const { store, owner } = await begin();
      const other = newOwner();
      for (const [whose, digits, id] of [
        [owner, first, 'call-1'],
        [owner, first, 'call-2'],
        [owner, second, 'call-1'],
        [other, first, 'call-1'],
      ] as const) {
        expect(await store.changeOnce(whose, digits, out, noonMs, { ...call, id })).toBe('changed');
        expect(await store.changeOnce(whose, digits, out, noonMs, { ...call, id })).toBe('repeated');
      }
      for (const [whose, digits] of [
        [owner, first],
        [owner, second],
        [other, first],
      ] as const)
        expect(await isOut(store, whose, digits)).toBe(noonMs);
    });

    test('is known even if it was no news', async () => {
      const { store, owner } = await begin();
      await store.change(owner, first, { source: 'api', optedOut: true }, noonMs - minute);
      expect(await store.changeOnce(owner, first, out, noonMs, call)).toBe('changed');
      expect(await isOut(store, owner)).toBe(noonMs - minute);
      await store.change(owner, first, back, noonMs);
      expect(await store.changeOnce(owner, first, out, noonMs + minute, call)).toBe('repeated');
      expect(await isOut(store, owner)).toBeNull();
    });

    test('many times at once is done once, also while others change the same number', async () => {
      const { store, owner } = await begin();
      const [told] = await Promise.all([
        Promise.all(Array.from({ length: 5 }, () => store.changeOnce(owner, first, out, noonMs, call))),
        store.change(owner, first, { source: 'api', marketing: true }, noonMs),
        store.change(owner, first, { source: 'api', night: false }, noonMs),
      ]);
      expect(told.filter((outcome) => outcome === 'changed')).toHaveLength(1);
      expect((await store.readMany(owner, [first])).get(first)).toMatchObject({
        optedOutAtMs: noonMs,
        marketing: true,
        night: false,
        version: 3,
      });
    });
  });
}
