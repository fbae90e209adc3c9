import { expect, test } from 'vitest';
import type { Wave, WaveStore } from '../../../shared/domain/dispatches/ports.ts';
import { newDispatchId, noonMs } from './samples.ts';

const wave = (number: number): Wave => ({ number, revision: 1, atMs: noonMs, recipients: 250, releasedAtMs: null });

/** What every store of waves must do. `open` may answer the same store again. */
export function waveStoreContract(open: () => Promise<WaveStore>): void {
  test('waves come back in order of number, those of one dispatch only', async () => {
    const [store, id, other] = [await open(), newDispatchId(), newDispatchId()];
    await store.write(id, [wave(10), wave(2), wave(1)], noonMs);
    await store.write(other, [wave(3)], noonMs);
    expect(await store.all(id)).toEqual([wave(1), wave(2), wave(10)]);
    expect(await store.read(id, 2)).toEqual(wave(2));
    expect(await store.read(id, 3)).toBeNull();
    expect(await store.all(newDispatchId())).toEqual([]);
  });

  test('a released wave says when, and only it', async () => {
    const [store, id] = [await open(), newDispatchId()];
    await store.write(id, [wave(1), wave(2)], noonMs);
    await store.released(id, wave(1), noonMs + 5);
    expect(await store.all(id)).toEqual([{ ...wave(1), releasedAtMs: noonMs + 5 }, wave(2)]);
  });

  test('a wave that is not there cannot be released, and does not come to exist', async () => {
    const [store, id] = [await open(), newDispatchId()];
    await expect(store.released(id, wave(1), noonMs)).rejects.toThrow();
    expect(await store.read(id, 1)).toBeNull();
  });
}
