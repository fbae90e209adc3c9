import type { DispatchId } from '../../../shared/contracts/ids.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { BatchStore, Release, ReleaseStore } from '../../../shared/domain/dispatches/ports.ts';

/** Batches in memory, changed only under their version. */
export interface FakeBatchStore extends BatchStore {
  /** Every state each batch ever was in, in order: for checks of whole histories. */
  readonly history: readonly { readonly id: DispatchId; readonly batch: Batch }[];
}

export function createFakeBatchStore(): FakeBatchStore {
  const batches = new Map<string, Map<number, Batch>>();
  const history: { id: DispatchId; batch: Batch }[] = [];
  const of = (id: DispatchId, attempt: string): Map<number, Batch> => {
    const key = `${id}|${attempt}`;
    const found = batches.get(key) ?? new Map<number, Batch>();
    batches.set(key, found);
    return found;
  };
  const inOrder = (id: DispatchId, attempt: string) => [...of(id, attempt).values()].sort((a, b) => a.n - b.n);
  const put = (id: DispatchId, attempt: string, batch: Batch) => {
    of(id, attempt).set(batch.n, batch);
    history.push({ id, batch });
  };

  return {
    history,
    read: async (id, attempt, n) => of(id, attempt).get(n) ?? null,
    all: async (id, attempt) => inOrder(id, attempt),
    ofWave: async (id, attempt, wave) => inOrder(id, attempt).filter((batch) => batch.wave === wave),
    from: async (id, attempt, from, limit) =>
      inOrder(id, attempt)
        .filter(({ n }) => n >= from)
        .slice(0, limit),
    async write(id, attempt, written) {
      for (const batch of written) put(id, attempt, batch);
    },
    async change(id, attempt, before, after) {
      const stored = of(id, attempt).get(before.n) ?? null;
      if (stored?.version !== before.version) return { refused: stored };
      // What prepare wrote stays, whatever `after` says of it
      const { state, claim, leaseUntilMs, submittingAtMs, carrier, carrierId, acceptedAtMs, page, night } = after;
      const changed = { state, claim, leaseUntilMs, submittingAtMs, carrier, carrierId, acceptedAtMs, page, night };
      const next = { ...stored, ...changed, version: before.version + 1 };
      put(id, attempt, next);
      return next;
    },
  };
}

/** Release marks in memory. */
export function createFakeReleaseStore(): ReleaseStore {
  const marks = new Map<DispatchId, Map<number, Release>>();
  return {
    all: async (id) => [...(marks.get(id)?.values() ?? [])].sort((a, b) => a.wave - b.wave),
    async mark(id, release) {
      const ofDispatch = marks.get(id) ?? new Map<number, Release>();
      marks.set(id, ofDispatch);
      if (!ofDispatch.has(release.wave)) ofDispatch.set(release.wave, release);
    },
  };
}
