import type { PhoneCheckId, TenantId } from '../../../shared/contracts/ids.ts';
import type { PhoneCheck } from '../../../shared/domain/phone-checks/phone-check.ts';
import type { PhoneCheckStarts, PhoneCheckStore } from '../../../shared/domain/phone-checks/ports.ts';

/** Phone checks in memory. */
export function createFakePhoneChecks(): PhoneCheckStore {
  const checks = new Map<PhoneCheckId, PhoneCheck>();
  const started = new Map<TenantId, PhoneCheckStarts>();
  const remembered = new Set<string>();
  const startsOf = (tenant: TenantId) => started.get(tenant) ?? { version: 0, atMs: [] };
  return {
    starts: async (tenant) => startsOf(tenant),
    async noteStarts(tenant, before, atMs) {
      if (startsOf(tenant).version !== before.version) return 'moved';
      started.set(tenant, { version: before.version + 1, atMs });
      return 'written';
    },
    async create(check, record) {
      const name = `${record.scope}|${record.key}`;
      if (remembered.has(name)) return { kind: 'replayed' };
      remembered.add(name);
      checks.set(check.id, check);
      return { kind: 'created' };
    },
    async find(tenant, id) {
      const check = checks.get(id);
      return check?.tenant === tenant ? check : null;
    },
    async change(before, after) {
      const now = checks.get(before.id);
      if (now?.version !== before.version || now.state !== 'open') return 'moved';
      const next = { ...after, version: before.version + 1 };
      checks.set(before.id, next);
      return next;
    },
  };
}
