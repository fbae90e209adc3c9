import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { DueQuery, NoticeStore, Round, ToldNotice } from '../../../shared/domain/notices/ports.ts';
import { dueOf, permissionTold } from '../../../shared/domain/permissions/due.ts';
import type { createFakePermissions } from './permissions.ts';

export interface FakeNotices extends NoticeStore {
  readonly toldOf: (owner: OwnerId) => readonly ToldNotice[];
}

/** Notices in memory, over the permissions that they follow from. `rounds` are shared with what makes dispatches. */
export function createFakeNotices(
  permissions: ReturnType<typeof createFakePermissions>,
  rounds = new Map<OwnerId, Round>(),
): FakeNotices {
  const told = new Map<string, ToldNotice & { readonly owner: OwnerId }>();
  const isAsSeen = (owner: OwnerId, seen: Pick<Round, 'dispatchId' | 'made'> | null): boolean => {
    const round = rounds.get(owner);
    return round?.dispatchId === seen?.dispatchId && round?.made === seen?.made;
  };
  const toldOf = (owner: OwnerId) => [...told.values()].filter((one) => one.owner === owner);

  return {
    toldOf,
    async due(owner, kind, query) {
      const all = permissions.all(owner).flatMap((permission) => {
        const due = dueOf(kind, permission);
        return due ? [{ key: `${iso(due.dueAtMs)}#${due.digits}`, value: permission }] : [];
      });
      return pageOf(all, query);
    },
    async told(owner, kind, query) {
      const all = toldOf(owner)
        .filter((one) => one.kind === kind)
        .map(({ owner: _, ...value }) => ({ key: `${iso(value.dueAtMs)}#${value.digits}#${value.dispatchId}`, value }));
      return pageOf(all, query);
    },
    async tell(owner, notice) {
      const { kind, digits, fact, saidAtMs, dueAtMs, text, dispatchId, atMs } = notice;
      const proof = { owner, kind, digits, fact, saidAtMs, dueAtMs, text, dispatchId, atMs };
      told.set([owner, kind, dueAtMs, digits, dispatchId].join(), proof);
      const before = permissions.all(owner).find((one) => one.digits === digits);
      if (before) permissions.put(owner, permissionTold(before, notice, notice));
    },
    round: async (owner) => rounds.get(owner) ?? null,
    async begin(owner, seen, round) {
      if (!isAsSeen(owner, seen)) return false;
      rounds.set(owner, round);
      return true;
    },
    async end(owner, seen) {
      if (isAsSeen(owner, seen)) rounds.delete(owner);
    },
  };
}

const iso = (atMs: number) => new Date(atMs).toISOString();

function pageOf<T>(
  all: readonly { readonly key: string; readonly value: T }[],
  { fromMs, untilMs, after, limit }: DueQuery,
) {
  const found = all
    .filter(({ key }) => key >= iso(fromMs) && key < iso(untilMs) && (after === null || key > after))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const items = found.slice(0, limit);
  return { items: items.map(({ value }) => value), next: found.length > limit ? items.at(-1)!.key : null };
}
