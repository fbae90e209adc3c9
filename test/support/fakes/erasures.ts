import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Erasure } from '../../../shared/domain/erasures/erasure.ts';
import type { Erasures } from '../../../shared/domain/erasures/ports.ts';

/** Who was deleted, in memory. */
export function createFakeErasures() {
  const all = new Map<string, Erasure & { readonly owner: OwnerId }>();
  return {
    put(owner: OwnerId, digits: string, atMs: number): void {
      all.set(`${owner}|${digits}`, { owner, digits, atMs, foundIn: 0 });
    },
    remove: (owner: OwnerId, digits: string): boolean => all.delete(`${owner}|${digits}`),

    async among(owner: OwnerId, digits: readonly string[]) {
      const found = digits.flatMap((one) => all.get(`${owner}|${one}`) ?? []);
      return new Map(found.map(({ digits: one, atMs }) => [one, atMs] as const));
    },
    async *everybody(owner: OwnerId) {
      for (const erasure of [...all.values()]) if (erasure.owner === owner) yield erasure;
    },
  } satisfies Erasures & Record<string, unknown>;
}
