import type { TenantId } from '../../../shared/contracts/ids.ts';
import { type Identity, waits } from '../../../shared/domain/identity/identity.ts';
import type { Identified, IdentityStore } from '../../../shared/domain/identity/ports.ts';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import type { Tenant } from '../../../shared/domain/tenants/tenant.ts';

/** Identities and their tenants in memory, and the outcomes that were written with them. */
export function createFakeIdentities() {
  const tenants = new Map<TenantId, Tenant>();
  const identities = new Map<TenantId, Identity>();
  const remembered = new Set<string>();
  const outcomes: Outcome[] = [];
  const read = (id: TenantId): Identified | null => {
    const tenant = tenants.get(id);
    if (!tenant) return null;
    const none = { submission: null, reason: null, decidedAtMs: null, version: 0 };
    return { tenant, identity: identities.get(id) ?? { tenantId: id, status: tenant.identityStatus, ...none } };
  };
  const placeOf = ({ tenant, identity }: Identified) =>
    `${new Date(identity.submission?.submittedAtMs ?? 0).toISOString()}#${tenant.id}`;

  const store: IdentityStore = {
    read: async (id) => read(id),
    async change(before, after, also) {
      const { id, version } = before.tenant;
      const now = read(id)!;
      const name = 'record' in also ? `${also.record.scope}|${also.record.key}` : null;
      if (name !== null && remembered.has(name)) return { kind: 'replayed' };
      if (now.tenant.version !== version || now.identity.version !== before.identity.version) return { kind: 'moved' };
      if (name !== null) remembered.add(name);
      if ('decision' in also) outcomes.push(also.decision.outcome);
      const identity = { ...after, version: before.identity.version + 1 };
      identities.set(id, identity);
      tenants.set(id, { ...now.tenant, identityStatus: after.status, version: version + 1 });
      return { kind: 'written', identity };
    },
    async list(status, limit, after) {
      const all = [...identities.keys()]
        .map((id) => read(id)!)
        .filter(({ identity }) => identity.status === status && identity.submission !== null)
        .sort((a, b) => (placeOf(a) < placeOf(b) === waits(status) ? -1 : 1));
      const rest = all.filter((one) => after === null || (waits(status) ? placeOf(one) > after : placeOf(one) < after));

      const items = rest.slice(0, limit);
      return { items, next: rest.length > limit ? placeOf(items.at(-1)!) : null };
    },
  };
  return { store, tenants, outcomes };
}
