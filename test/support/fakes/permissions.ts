import type { OwnerId } from '../../../shared/contracts/ids.ts';
import {
  isLeftOf,
  type Permission,
  type PermissionEntry,
  permissionAfter,
  permissionErased,
} from '../../../shared/domain/permissions/permission.ts';
import type { OptOut, PermissionEraser, PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { isNightConsented } from '../../../shared/domain/permissions/why-not.ts';

interface Known {
  readonly now: Map<string, Permission>;
  readonly history: Map<string, PermissionEntry[]>;
  readonly told: Map<string, number>;
}

interface FakePermissions extends PermissionStore, PermissionEraser {
  reads: number;
  all(owner: OwnerId): readonly Permission[];
  put(owner: OwnerId, permission: Permission): void;
}

/** Permissions in memory; `reads` counts the calls that ask what is known. */
export function createFakePermissions() {
  const owners = new Map<OwnerId, Known>();
  const known = (owner: OwnerId): Known => {
    const found = owners.get(owner) ?? { now: new Map(), history: new Map(), told: new Map() };
    owners.set(owner, found);
    return found;
  };
  const inOrder = (owner: OwnerId) => [...known(owner).now.values()].sort((a, b) => (a.digits < b.digits ? -1 : 1));
  const sortKey = ({ optedOutAtMs, digits }: OptOut) => `${new Date(optedOutAtMs).toISOString()}#${digits}`;
  let entries = 0;

  const store = {
    reads: 0,
    all: inOrder,
    put: (owner: OwnerId, permission: Permission) => void known(owner).now.set(permission.digits, permission),

    async readMany(owner, digits) {
      store.reads++;
      if (digits.length > 1_000) throw new Error('More numbers than one read takes');
      return new Map(
        digits.flatMap((one) => {
          const permission = known(owner).now.get(one);
          return permission ? [[one, permission]] : [];
        }),
      );
    },

    async *suppressed(owner) {
      store.reads++;
      for (const { digits, optedOutAtMs, marketing } of inOrder(owner)) {
        if (optedOutAtMs !== null) yield { digits, reason: 'opted_out' };
        else if (marketing === false) yield { digits, reason: 'consent_denied' };
      }
    },

    async *consented(owner) {
      store.reads++;
      for (const { digits, optedOutAtMs, marketing } of inOrder(owner)) {
        if (optedOutAtMs === null && marketing === true) yield digits;
      }
    },

    async *nightConsented(owner) {
      store.reads++;
      for (const permission of inOrder(owner)) if (isNightConsented(permission)) yield permission.digits;
    },

    async change(owner, digits, change, atMs) {
      const { now, history } = known(owner);
      const before = now.get(digits) ?? null;
      const after = permissionAfter(before, digits, change, atMs);
      if (after.version === (before?.version ?? 0)) return after;
      now.set(digits, after);
      const id = String(entries++).padStart(26, '0');
      history.set(digits, [...(history.get(digits) ?? []), { id, atMs, source: change.source, after }]);
      return after;
    },

    async changeOnce(owner, digits, change, atMs, { id, knownUntilMs }) {
      const { told } = known(owner);
      const name = `${digits}|${id}`;
      if ((told.get(name) ?? 0) > atMs) return 'repeated';
      told.set(name, knownUntilMs);
      await store.change(owner, digits, change, atMs);
      return 'changed';
    },

    async erase(owner, said, atMs) {
      const { now, history } = known(owner);
      if (now.get(said.digits)?.version !== said.version) return false;
      const after = permissionErased(said);
      if (!after) return now.delete(said.digits);
      now.set(said.digits, after);
      const entry = { id: String(entries++).padStart(26, '0'), atMs, source: after.optOutSource ?? 'api', after };
      history.set(said.digits, [...(history.get(said.digits) ?? []), entry]);
      return true;
    },

    async forget(owner, digits, untilMs, nowMs) {
      const { now, history, told } = known(owner);
      const left = now.get(digits) ?? null;
      const before = history.get(digits) ?? [];
      const kept = before.filter(({ atMs, after }) => atMs > untilMs || (left !== null && isLeftOf(left, after)));
      history.set(digits, kept);
      const names = [...told.keys()].filter((name) => name.startsWith(`${digits}|`));
      for (const name of names) if (told.get(name)! <= nowMs) told.delete(name);
      return kept.length < before.length || names.length > 0;
    },

    history: async (owner, digits) => known(owner).history.get(digits) ?? [],

    async changesUntil(owner, digits, untilMs, limit) {
      const found = (known(owner).history.get(digits) ?? []).filter(({ atMs }) => atMs <= untilMs).toReversed();
      return { entries: found.slice(0, limit), complete: found.length <= limit };
    },

    async listOptOuts(owner, { fromMs, untilMs, after, limit }) {
      const found = inOrder(owner)
        .flatMap(({ digits, optedOutAtMs, optOutSource }) =>
          optedOutAtMs === null || optOutSource === null ? [] : [{ digits, optedOutAtMs, source: optOutSource }],
        )
        .filter(({ optedOutAtMs }) => optedOutAtMs >= fromMs && optedOutAtMs < untilMs)
        .filter((one) => after === null || sortKey(one) < after)
        .sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? sortKey(items.at(-1)!) : null };
    },
  } satisfies FakePermissions as FakePermissions;
  return store;
}
