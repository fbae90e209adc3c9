import { expect, test } from 'vitest';
import type { FingerprintClaim, FingerprintStore, Over } from '../../../shared/domain/dispatches/fingerprint.ts';
import { newDispatchId, newOwner, newUlid, noonMs } from './samples.ts';

export const claimOf = (over: Partial<FingerprintClaim> = {}): FingerprintClaim => ({
  dispatchId: newDispatchId(),
  attempt: newUlid(),
  batch: 0,
  claim: 1,
  row: 4,
  atMs: noonMs,
  ...over,
});
export const nothing: Over = { untilMs: 0, seen: null };

/** What every store of claims must do. `open` may answer the same store again. */
export function fingerprintStoreContract(open: () => Promise<FingerprintStore>): void {
  const begin = async () => {
    const [store, owner, fingerprint] = [await open(), newOwner(), newUlid()];
    return (claim: FingerprintClaim, over: Over = nothing) => store.claim(owner, fingerprint, claim, over);
  };

  test('the first claim is written, and told to whoever comes with another', async () => {
    const [claim, mine] = [await begin(), claimOf()];
    expect(await claim(mine)).toBe('claimed');
    for (let i = 0; i < 2; i++) expect(await claim(claimOf())).toEqual({ refused: mine });
  });

  test('the last claim is found, by its owner alone', async () => {
    const [store, owner, fingerprint] = [await open(), newOwner(), newUlid()];
    expect(await store.find(owner, fingerprint)).toBeNull();
    const [first, second] = [claimOf(), claimOf({ atMs: noonMs + 1 })];
    await store.claim(owner, fingerprint, first, nothing);
    expect(await store.find(owner, fingerprint)).toEqual(first);
    await store.claim(owner, fingerprint, second, nothing);
    expect(await store.find(owner, fingerprint)).toEqual(first);
    await store.claim(owner, fingerprint, second, { untilMs: 0, seen: first });
    expect(await store.find(owner, fingerprint)).toEqual(second);
    expect(await store.find(newOwner(), fingerprint)).toBeNull();
    expect(await store.find(`${owner}.test` as typeof owner, fingerprint)).toBeNull();
  });

  test('other messages and other owners’ are claimed apart', async () => {
    const [store, owner, fingerprint] = [await open(), newOwner(), newUlid()];
    expect(await store.claim(owner, fingerprint, claimOf(), nothing)).toBe('claimed');
    expect(await store.claim(owner, newUlid(), claimOf(), nothing)).toBe('claimed');
    expect(await store.claim(newOwner(), fingerprint, claimOf(), nothing)).toBe('claimed');
    expect(await store.claim(`${owner}.test` as typeof owner, fingerprint, claimOf(), nothing)).toBe('claimed');
  });

  test('a claim is over that was made at the time that is told or before, and no later one', async () => {
    const [claim, mine, next] = [await begin(), claimOf(), claimOf({ atMs: noonMs + 1 })];
    await claim(mine);
    expect(await claim(next, { untilMs: noonMs - 1, seen: null })).toEqual({ refused: mine });
    expect(await claim(next, { untilMs: noonMs, seen: null })).toBe('claimed');
    expect(await claim(mine, { untilMs: noonMs, seen: null })).toEqual({ refused: next });
  });

  test('a batch that is claimed again claims its messages anew, and its earlier claims come too late', async () => {
    const [claim, first] = [await begin(), claimOf()];
    const second = { ...first, claim: 2, row: 7, atMs: noonMs + 5 };
    for (const one of [first, first, second, second]) expect(await claim(one)).toBe('claimed');
    expect(await claim(first)).toEqual({ refused: second });
    expect(await claim({ ...first, batch: 1, claim: 3 })).toEqual({ refused: second });
    expect(await claim(claimOf({ claim: 3 }))).toEqual({ refused: second });
  });

  test('the claim that was looked into is written over, and no other', async () => {
    const [claim, first, mine] = [await begin(), claimOf(), claimOf()];
    await claim(first);
    const again = { ...first, claim: 2 };
    for (const seen of [claimOf(), again, { ...first, batch: 1 }]) {
      expect(await claim(mine, { untilMs: 0, seen })).toEqual({ refused: first });
    }
    await claim(again);
    expect(await claim(mine, { untilMs: 0, seen: first })).toEqual({ refused: again });
    expect(await claim(mine, { untilMs: 0, seen: again })).toBe('claimed');
    expect(await claim(again)).toEqual({ refused: mine });
  });

  test('of many at once one is written, whether nothing stands there or what is over', async () => {
    const claim = await begin();
    for (const atMs of [noonMs, noonMs + 1]) {
      const untilMs = atMs - 1;
      const claims = Array.from({ length: 20 }, () => claimOf({ atMs }));
      const outcomes = await Promise.all(claims.map((one) => claim(one, { untilMs, seen: null })));
      const [winner, ...others] = claims.filter((_, i) => outcomes[i] === 'claimed');
      expect(others).toEqual([]);
      expect(outcomes.filter((outcome) => outcome !== 'claimed')).toEqual(Array(19).fill({ refused: winner }));
    }
  });
}
