import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import { type BatchStore, isRefused } from '../../../shared/domain/dispatches/ports.ts';
import { emptyPage, mergeChanges, resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { batchOf, newDispatchId, newUlid, noonMs } from './samples.ts';

/** What every store of batches must do. `open` may answer the same store again. */
export function batchStoreContract(open: () => Promise<BatchStore>): void {
  const stored = async (batches: readonly Batch[]) => {
    const [store, id, attempt] = [await open(), newDispatchId(), newUlid()];
    await store.write(id, attempt, batches, noonMs);
    return { store, id, attempt };
  };
  const numbers = (batches: readonly Batch[]) => batches.map(({ n }) => n);

  describe('batches', () => {
    test('come back as they were written', async () => {
      const batch = batchOf(7, { type: 'lms', priceCredits: 3, offset: 10, length: 20, wave: 2 });
      const { store, id, attempt } = await stored([batch]);
      expect(await store.read(id, attempt, 7)).toEqual(batch);
      expect(await store.all(id, attempt)).toEqual([batch]);
    });

    test('that nobody wrote are not there', async () => {
      const { store, id, attempt } = await stored([batchOf(0)]);
      expect(await store.read(id, attempt, 1)).toBeNull();
      expect(await store.read(newDispatchId(), attempt, 0)).toBeNull();
      expect(await store.all(newDispatchId(), attempt)).toEqual([]);
    });

    test('of another attempt are not seen, even if its name begins the same', async () => {
      const { store, id, attempt } = await stored([batchOf(0), batchOf(1)]);
      await store.write(id, newUlid(), [batchOf(0), batchOf(5)], noonMs);
      await store.write(id, `${attempt}0`, [batchOf(2)], noonMs);
      expect(numbers(await store.all(id, attempt))).toEqual([0, 1]);
      expect(numbers(await store.from(id, attempt, 0, 10))).toEqual([0, 1]);
      expect(await store.read(id, attempt, 5)).toBeNull();
    });

    test('are all there in order of number, however many there are', async () => {
      const many = Array.from({ length: 1_203 }, (_, i) => batchOf((i * 7) % 1_203));
      const { store, id, attempt } = await stored(many);
      expect(numbers(await store.all(id, attempt))).toEqual(Array.from({ length: 1_203 }, (_, n) => n));
    });

    test('of a wave are all there in order, and no others', async () => {
      const many = Array.from({ length: 1_203 }, (_, n) => batchOf(n, { wave: n < 2 ? 1 : 2 + (n % 2) }));
      const { store, id, attempt } = await stored(many);
      await store.write(id, newUlid(), [batchOf(0), batchOf(5)], noonMs);
      expect(numbers(await store.ofWave(id, attempt, 1))).toEqual([0, 1]);
      expect(await store.ofWave(id, attempt, 3)).toEqual(
        (await store.all(id, attempt)).filter(({ wave }) => wave === 3),
      );
      expect(await store.ofWave(id, attempt, 4)).toEqual([]);
    });

    test('are all there when their pages fill several megabytes', async () => {
      const full = (n: number) => batchOf(n, { rows: 500, page: new Uint8Array(3_500).fill(0) });
      const { store, id, attempt } = await stored(Array.from({ length: 700 }, (_, n) => full(n)));
      expect(numbers(await store.all(id, attempt))).toEqual(Array.from({ length: 700 }, (_, n) => n));
    });

    test('from a number on come in order, up to the limit', async () => {
      const { store, id, attempt } = await stored([0, 1, 9, 10, 100_000].map((n) => batchOf(n)));
      expect(numbers(await store.from(id, attempt, 1, 3))).toEqual([1, 9, 10]);
      expect(numbers(await store.from(id, attempt, 2, 1))).toEqual([9]);
      expect(numbers(await store.from(id, attempt, 11, 9))).toEqual([100_000]);
      expect(await store.from(id, attempt, 100_001, 9)).toEqual([]);
    });
  });

  describe('a change of a batch', () => {
    test('is written under the next version, its page byte for byte', async () => {
      const before = batchOf(0);
      const { store, id, attempt } = await stored([before]);
      const { page } = mergeChanges(emptyPage(3), [
        { row: 0, status: 'delivered', code: null, atMs: noonMs },
        { row: 2, status: 'failed', code: 'power_off', atMs: noonMs },
      ]);
      const after: Batch = {
        ...before,
        state: 'recorded',
        claim: 2,
        leaseUntilMs: 5,
        submittingAtMs: 6,
        carrier: 'aligo',
        carrierId: '123',
        acceptedAtMs: 7,
        page,
        night: !before.night,
      };
      expect(await store.change(id, attempt, before, after)).toEqual({ ...after, version: 2 });
      const read = await store.read(id, attempt, 0);
      expect(read).toEqual({ ...after, version: 2 });
      expect(resultAt(read!.page!, 2)).toEqual({ status: 'failed', code: 'power_off', atMs: noonMs });
    });

    test('leaves what prepare wrote as it was, whatever it says', async () => {
      const before = batchOf(0);
      const { store, id, attempt } = await stored([before]);
      await store.change(id, attempt, before, { ...before, state: 'claimed', priceCredits: 99, rows: 1, wave: 9 });
      expect(await store.read(id, attempt, 0)).toMatchObject({ state: 'claimed', priceCredits: 1, rows: 3, wave: 1 });
    });

    test('under an old version is refused and tells what is there now', async () => {
      const before = batchOf(0);
      const { store, id, attempt } = await stored([before]);
      const claimed = await store.change(id, attempt, before, { ...before, state: 'claimed', claim: 1 });
      const late = await store.change(id, attempt, before, { ...before, state: 'canceled', page: emptyPage(3) });
      expect(late).toEqual({ refused: claimed });
      expect(await store.read(id, attempt, 0)).toEqual(claimed);
    });

    test('of a batch that is not there is refused with nothing, and makes none', async () => {
      const { store, id, attempt } = await stored([]);
      expect(await store.change(id, attempt, batchOf(0), batchOf(0))).toEqual({ refused: null });
      expect(await store.read(id, attempt, 0)).toBeNull();
    });

    test('of 20 claims from one version, one wins, and every loser sees the winner', async () => {
      const before = batchOf(0);
      const { store, id, attempt } = await stored([before]);
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => store.change(id, attempt, before, { ...before, state: 'claimed', claim: 1 })),
      );
      const won = claims.filter((claim) => !isRefused<Batch>(claim));
      expect(won).toHaveLength(1);
      for (const claim of claims) if (isRefused<Batch>(claim)) expect(claim.refused).toEqual(won[0]);
    });
  });
}
