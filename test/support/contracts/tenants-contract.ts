import { expect, test } from 'vitest';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { Tenants } from '../../../shared/domain/dispatches/ports.ts';
import type { IdentityStatus, TenantState } from '../../../shared/domain/tenants/tenant.ts';
import { newTenant } from './samples.ts';

export interface TenantsWorld {
  readonly tenants: Pick<
    Tenants,
    'isSuspended' | 'isClosed' | 'isApprovedSender' | 'openOptOutNumbers' | 'isOpenOptOutNumber'
  >;
  /** Approved, unless told otherwise. */
  put(tenant: TenantId, state: TenantState, identityStatus?: IdentityStatus): Promise<void>;
  approve(tenant: TenantId, number: string): Promise<void>;
  disapprove(tenant: TenantId, number: string): Promise<void>;
  /** An 080 number opens, after those that are open. */
  openNumber(tenant: TenantId, number: string, businessName: string): Promise<void>;
  closeNumber(tenant: TenantId, number: string): Promise<void>;
}

/** What everybody who is asked directly before a send must answer. */
export function tenantsContract(open: () => Promise<TenantsWorld>): void {
  test('a tenant is suspended from the write on, until it is resumed; one that is not there always is', async () => {
    const [{ tenants, put }, tenant] = [await open(), newTenant()];
    expect(await tenants.isSuspended(tenant)).toBe(true);
    for (const state of ['active', 'suspended', 'active'] as const) {
      await put(tenant, state);
      expect(await tenants.isSuspended(tenant)).toBe(state === 'suspended');
      expect(await tenants.isClosed(tenant)).toBe(false);
    }
    await put(tenant, 'closed');
    expect([await tenants.isSuspended(tenant), await tenants.isClosed(tenant)]).toEqual([true, true]);
    expect(await tenants.isClosed(newTenant())).toBe(false);
    expect(await tenants.isSuspended(newTenant())).toBe(true);
  });

  test('a live owner whose identity is not approved is suspended, its test owner is not', async () => {
    const [{ tenants, put }, tenant] = [await open(), newTenant()];
    const both = async () => [await tenants.isSuspended(tenant), await tenants.isSuspended(`${tenant}.test`)];
    for (const status of ['unverified', 'reviewing', 'approved', 'rejected', 'approved'] as const) {
      await put(tenant, 'active', status);
      expect(await both()).toEqual([status !== 'approved', false]);
    }
    await put(tenant, 'suspended');
    expect(await both()).toEqual([true, true]);
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

  test('an 080 number is open for its tenant only, digit by digit, and only as long as it is', async () => {
    const { tenants, put, openNumber, closeNumber } = await open();
    const [tenant, other] = [newTenant(), newTenant()];
    for (const one of [tenant, other]) await put(one, 'active');
    expect(await tenants.openOptOutNumbers(tenant)).toEqual([]);
    expect(await tenants.isOpenOptOutNumber(tenant, '0801234567')).toBe(false);
    await openNumber(tenant, '0801234567', 'Shop');
    await openNumber(tenant, '08012345678', 'Second shop');
    await openNumber(other, '0807654321', 'Elsewhere');
    expect(await tenants.openOptOutNumbers(tenant)).toEqual([
      { number: '0801234567', businessName: 'Shop' },
      { number: '08012345678', businessName: 'Second shop' },
    ]);
    for (const number of ['0801234567', '08012345678']) {
      expect(await tenants.isOpenOptOutNumber(tenant, number)).toBe(true);
      expect(await tenants.isOpenOptOutNumber(other, number)).toBe(false);
    }
    expect(await tenants.isOpenOptOutNumber(tenant, '080123456')).toBe(false);
    await closeNumber(tenant, '0801234567');
    expect(await tenants.isOpenOptOutNumber(tenant, '0801234567')).toBe(false);
    expect(await tenants.openOptOutNumbers(tenant)).toEqual([{ number: '08012345678', businessName: 'Second shop' }]);
  });
}
