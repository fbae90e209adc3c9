import { expect, test } from 'vitest';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { Tenants } from '../../../shared/domain/dispatches/ports.ts';
import { newTenant } from './samples.ts';

export interface TenantsWorld {
  readonly tenants: Pick<Tenants, 'isSuspended' | 'isApprovedSender'>;
  put(tenant: TenantId, state: 'active' | 'suspended'): Promise<void>;
  approve(tenant: TenantId, number: string): Promise<void>;
  disapprove(tenant: TenantId, number: string): Promise<void>;
}

/** What everybody who is asked directly before a send must answer. */
export function tenantsContract(open: () => Promise<TenantsWorld>): void {
  test('a tenant is suspended from the write on, until it is resumed; one that is not there always is', async () => {
    const [{ tenants, put }, tenant] = [await open(), newTenant()];
    expect(await tenants.isSuspended(tenant)).toBe(true);
    for (const state of ['active', 'suspended', 'active'] as const) {
      await put(tenant, state);
      expect(await tenants.isSuspended(tenant)).toBe(state === 'suspended');
    }
    expect(await tenants.isSuspended(newTenant())).toBe(true);
  });

  test('a number is approved for its tenant only, digit by digit, and only as long as it is', async () => {
    const { tenants, put, approve, disapprove } = await open();
    const [tenant, other] = [newTenant(), newTenant()];
    for (const one of [tenant, other]) await put(one, 'active');
    expect(await tenants.isApprovedSender(tenant, '0212345678')).toBe(false);
    await approve(tenant, '0212345678');
    expect(await tenants.isApprovedSender(tenant, '0212345678')).toBe(true);
    expect(await tenants.isApprovedSender(tenant, '021234567')).toBe(false);
    expect(await tenants.isApprovedSender(other, '0212345678')).toBe(false);
    await disapprove(tenant, '0212345678');
    expect(await tenants.isApprovedSender(tenant, '0212345678')).toBe(false);
  });
}
