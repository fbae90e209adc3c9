import type { OptOutNumberId, TenantId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { OptOutNumber, OptOutShelf } from '../../../shared/domain/opt-out-numbers/opt-out-number.ts';
import type { OptOutLines, OptOutNumberStore } from '../../../shared/domain/opt-out-numbers/ports.ts';

interface Line {
  readonly tenant: TenantId;
  readonly id: OptOutNumberId;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Subscriptions in memory; `closed` are the tenants that get no more numbers. */
export function createFakeOptOutNumbers() {
  const numbers = new Map<TenantId, Map<OptOutNumberId, OptOutNumber>>();
  const versions = new Map<TenantId, number>();
  const remembered = new Map<string, IdempotencyRecord>();
  const lines = new Map<string, Line[]>();
  const closed = new Set<TenantId>();
  const of = (tenant: TenantId) => {
    const found = numbers.get(tenant) ?? new Map<OptOutNumberId, OptOutNumber>();
    numbers.set(tenant, found);
    return found;
  };
  const inOrder = (tenant: TenantId) => [...of(tenant).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const isSame = (tenant: TenantId, { version }: OptOutShelf) => (versions.get(tenant) ?? 0) === version;
  const put = (tenant: TenantId, number: OptOutNumber) => {
    of(tenant).set(number.id, number);
    versions.set(tenant, (versions.get(tenant) ?? 0) + 1);
  };
  const linesOf = (number: string) => lines.get(number) ?? [];
  const holderOf = (number: string) => linesOf(number).find(({ untilMs }) => untilMs === Number.POSITIVE_INFINITY);

  const store: OptOutNumberStore = {
    shelf: async (tenant) => ({
      version: versions.get(tenant) ?? 0,
      numbers: inOrder(tenant).filter(({ state }) => state !== 'canceled'),
    }),
    find: async (tenant, id) => of(tenant).get(id) ?? null,
    async list(tenant, limit, after) {
      const rest = inOrder(tenant).filter(({ id }) => after === null || id > after);
      const items = rest.slice(0, limit);
      return { items, next: rest.length > limit ? items.at(-1)!.id : null };
    },
    async add(tenant, shelf, requested, record) {
      const name = `${record.scope}|${record.key}`;
      if (remembered.has(name)) return { kind: 'replayed' };
      if (!isSame(tenant, shelf)) return { kind: 'moved' };
      remembered.set(name, record);
      put(tenant, requested);
      return { kind: 'written' };
    },
    async change(tenant, shelf, before, after, atMs) {
      const has = after.state === 'canceled' ? null : after.number;
      if (!isSame(tenant, shelf)) return { kind: 'moved' };
      if (after.state !== 'canceled' && closed.has(tenant)) return { kind: 'tenant_closed' };
      const holder = has === null || has === before.number ? undefined : holderOf(has);
      if (holder && holder.id !== after.id) return { kind: 'number_taken' };
      if (before.number !== null && before.number !== has) {
        const past = linesOf(before.number).map((line) =>
          line.id === after.id && line.untilMs === Number.POSITIVE_INFINITY ? { ...line, untilMs: atMs } : line,
        );
        lines.set(before.number, past);
      }
      if (has !== null && has !== before.number) {
        const line = { tenant, id: after.id, fromMs: after.numberedAtMs ?? atMs, untilMs: Number.POSITIVE_INFINITY };
        lines.set(has, [...linesOf(has), line]);
      }
      put(tenant, after);
      return { kind: 'written' };
    },
  };
  const optOutLines: OptOutLines = {
    holderAt: async (number, atMs) =>
      linesOf(number).find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)?.tenant ?? null,
  };
  return { store, lines: optOutLines, closed, remembered };
}
