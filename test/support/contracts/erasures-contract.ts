import { expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Erasures } from '../../../shared/domain/erasures/ports.ts';
import { newOwner, noonMs } from './samples.ts';

export interface ErasuresUnderTest {
  readonly erasures: Erasures;
  /** Deletes whoever has the number. */
  put(owner: OwnerId, digits: string, atMs: number): Promise<void>;
}

/** What everybody must do who knows who was deleted. */
export function erasuresContract(begin: () => Promise<ErasuresUnderTest>): void {
  test('those who were deleted are told from others, by owner, with the last time', async () => {
    const { erasures, put } = await begin();
    const [owner, other] = [newOwner(), newOwner()];
    const [one, two, three] = ['821010000001', '821010000002', '821010000003'];
    expect((await erasures.among(owner, [one, two])).size).toBe(0);
    await put(owner, two, noonMs);
    await put(owner, one, noonMs + 1);
    await put(owner, two, noonMs + 2);
    await put(other, three, noonMs);
    expect(await erasures.among(owner, [one, two, three, one])).toEqual(
      new Map([
        [one, noonMs + 1],
        [two, noonMs + 2],
      ]),
    );
    expect(await erasures.among(owner, [two])).toEqual(new Map([[two, noonMs + 2]]));
    expect([(await erasures.among(owner, [three])).size, (await erasures.among(owner, [])).size]).toEqual([0, 0]);
    const all = [];
    for await (const { digits, atMs, foundIn } of erasures.everybody(owner)) all.push([digits, atMs, foundIn]);
    expect(all.sort()).toEqual([
      [one, noonMs + 1, 0],
      [two, noonMs + 2, 0],
    ]);
  });
}
