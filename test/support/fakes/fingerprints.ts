import type { FingerprintClaim, FingerprintStore } from '../../../shared/domain/dispatches/fingerprint.ts';

/** Claims of messages in memory; `claims` counts the calls. */
export interface FakeFingerprints extends FingerprintStore {
  claims: number;
}

export function createFakeFingerprints(): FakeFingerprints {
  const standing = new Map<string, FingerprintClaim>();
  const fake: FakeFingerprints = {
    claims: 0,
    async claim(owner, fingerprint, claim, { untilMs, seen }) {
      fake.claims++;
      const key = `${owner} ${fingerprint}`;
      const before = standing.get(key);
      const isOf = (one: FingerprintClaim | null) =>
        before?.dispatchId === one?.dispatchId && before?.batch === one?.batch;
      const free =
        before === undefined ||
        before.atMs <= untilMs ||
        (isOf(claim) && before.claim <= claim.claim) ||
        (isOf(seen) && before.claim === seen?.claim);
      if (!free) return { refused: before };
      standing.set(key, claim);
      return 'claimed';
    },
    find: async (owner, fingerprint) => standing.get(`${owner} ${fingerprint}`) ?? null,
  };
  return fake;
}
