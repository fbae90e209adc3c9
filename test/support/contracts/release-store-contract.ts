import { expect, test } from 'vitest';
import type { ReleaseStore } from '../../../shared/domain/dispatches/ports.ts';
import { newDispatchId, noonMs } from './samples.ts';

/** What every store of release marks must do. `open` may answer the same store again. */
export function releaseStoreContract(open: () => Promise<ReleaseStore>): void {
  test('marks come back in order of the waves, those of one dispatch only', async () => {
    const [store, id, other] = [await open(), newDispatchId(), newDispatchId()];
    for (const wave of [10, 100, 2, 1]) await store.mark(id, { wave, atMs: noonMs + wave }, noonMs);
    await store.mark(other, { wave: 3, atMs: noonMs }, noonMs);
    expect(await store.all(id)).toEqual([1, 2, 10, 100].map((wave) => ({ wave, atMs: noonMs + wave })));
    expect(await store.all(newDispatchId())).toEqual([]);
  });

  test('the first mark of a wave stays', async () => {
    const [store, id] = [await open(), newDispatchId()];
    await store.mark(id, { wave: 1, atMs: noonMs }, noonMs);
    await store.mark(id, { wave: 1, atMs: noonMs + 5 }, noonMs);
    expect(await store.all(id)).toEqual([{ wave: 1, atMs: noonMs }]);
  });
}
