import { modeOf, type TenantId, tenantOf } from '../../../shared/contracts/ids.ts';
import type { Tenants, Time } from '../../../shared/domain/dispatches/ports.ts';
import type { OpenOptOutNumber } from '../../../shared/domain/opt-out-numbers/opt-out-number.ts';
import type { IdentityStatus, TenantState } from '../../../shared/domain/tenants/tenant.ts';

/** Tenants in memory, and since when what a send needs is missing. */
export interface FakeTenants
  extends Pick<Tenants, 'isSuspended' | 'isClosed' | 'isApprovedSender' | 'openOptOutNumbers' | 'isOpenOptOutNumber'> {
  /** Approved, unless told otherwise. */
  put(tenant: TenantId, state: TenantState, identityStatus?: IdentityStatus): void;
  approve(tenant: TenantId, number: string): void;
  disapprove(tenant: TenantId, number: string): void;
  /** An 080 number opens, the last of those that are open; or it is the tenant's no longer. */
  openNumber(tenant: TenantId, number: string, businessName: string): void;
  closeNumber(tenant: TenantId, number: string): void;
  /** Since when the tenant is suspended; null: it is not. */
  suspendedSinceMs(tenant: TenantId): number | null;
  /** Since when the number is no longer approved; null: it is, or never was. */
  disapprovedSinceMs(tenant: TenantId, number: string): number | null;
}

export function createFakeTenants(time: Time): FakeTenants {
  const suspended = new Map<TenantId, number | null>();
  const closed = new Set<TenantId>();
  const unverified = new Set<TenantId>();
  const approved = new Map<string, number | null>();
  const opened = new Map<TenantId, readonly OpenOptOutNumber[]>();
  const openOf = (tenant: TenantId) => opened.get(tenant) ?? [];
  const key = (tenant: TenantId, number: string) => `${tenant}|${number}`;
  return {
    put(tenant, state, identityStatus = 'approved') {
      if (identityStatus === 'approved') unverified.delete(tenant);
      else unverified.add(tenant);
      const sinceMs = suspended.get(tenant) ?? time.now();
      suspended.set(tenant, state === 'active' ? null : sinceMs);
      if (state === 'closed') closed.add(tenant);
    },
    approve: (tenant, number) => void approved.set(key(tenant, number), null),
    disapprove(tenant, number) {
      approved.set(key(tenant, number), approved.get(key(tenant, number)) ?? time.now());
    },
    openNumber: (tenant, number, businessName) =>
      void opened.set(tenant, [...openOf(tenant), { number, businessName }]),
    closeNumber(tenant, number) {
      opened.set(
        tenant,
        openOf(tenant).filter((open) => open.number !== number),
      );
    },
    suspendedSinceMs: (tenant) => suspended.get(tenant) ?? null,
    disapprovedSinceMs: (tenant, number) => approved.get(key(tenant, number)) ?? null,
    isSuspended: async (owner) =>
      suspended.get(tenantOf(owner)) !== null || (modeOf(owner) === 'live' && unverified.has(tenantOf(owner))),
    isClosed: async (tenant) => closed.has(tenant),
    isApprovedSender: async (tenant, number) => approved.get(key(tenant, number)) === null,
    openOptOutNumbers: async (tenant) => openOf(tenant),
    isOpenOptOutNumber: async (tenant, number) => openOf(tenant).some((open) => open.number === number),
  };
}
