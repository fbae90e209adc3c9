import type { TenantId } from '../../../shared/contracts/ids.ts';
import { replayed } from '../../../shared/domain/idempotency/idempotency.ts';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import type { SenderStore } from '../../../shared/domain/senders/ports.ts';
import { type Sender, waits } from '../../../shared/domain/senders/sender.ts';

/** Sender numbers in memory, under the same conditions as the table. */
export function createFakeSenders() {
  const all = new Map<string, Sender>();
  const tenants = new Set<TenantId>();
  const remembered = new Set<string>();
  const outcomes: Outcome[] = [];
  const keyOf = (tenant: TenantId, number: string) => `${tenant} ${number}`;
  const of = (tenant: TenantId, number: string) => all.get(keyOf(tenant, number)) ?? null;
  const isTakenFrom = (tenant: TenantId, number: string) =>
    [...all.values()].some((one) => one.number === number && one.state === 'approved' && one.tenant !== tenant);

  const store: SenderStore = {
    find: async (tenant, number) => structuredClone(of(tenant, number)),
    async list(tenant, { state, limit, after }) {
      const found = [...all.values()]
        .filter((one) => one.tenant === tenant && (state === null || one.state === state))
        .filter(({ number }) => after === null || number > after)
        .sort((a, b) => (a.number < b.number ? -1 : 1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? items.at(-1)!.number : null };
    },
    async listByState(state, limit, after) {
      const placeOf = ({ changedAtMs, tenant, number }: Sender) =>
        `${new Date(changedAtMs).toISOString()}#${tenant}#${number}`;
      const found = [...all.values()]
        .filter(
          (one) =>
            one.state === state && (after === null || (waits(state) ? placeOf(one) > after : placeOf(one) < after)),
        )
        .sort((a, b) => (placeOf(a) < placeOf(b) === waits(state) ? -1 : 1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? placeOf(items.at(-1)!) : null };
    },
    isApprovedElsewhere: async (tenant, number) => isTakenFrom(tenant, number),
    async write(before, after, { alone, decision, record }) {
      const { tenant, number } = after;
      if (record !== null && remembered.has(`${record.scope} ${record.key}`)) return replayed;
      if (!tenants.has(tenant)) return { kind: 'no_tenant' };
      const now = of(tenant, number);
      if ((now?.version ?? null) !== (before?.version ?? null)) return { kind: 'moved', sender: structuredClone(now) };
      const isNew = after.state === 'approved' && before?.state !== 'approved';
      if (isNew && alone && isTakenFrom(tenant, number)) return { kind: 'taken' };
      all.set(keyOf(tenant, number), structuredClone(after));
      if (record !== null) remembered.add(`${record.scope} ${record.key}`);
      if (decision !== null) outcomes.push(decision.outcome);
      return { kind: 'written', sender: structuredClone(after) };
    },
  };
  return { store, outcomes, putTenant: (tenant: TenantId) => void tenants.add(tenant) };
}
