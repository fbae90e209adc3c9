import { describe } from 'vitest';
import { identityContract } from '../contracts/identity-contract.ts';
import { createFakeIdentities } from './identities.ts';

describe('identities in memory', () =>
  identityContract(async () => {
    const { store, tenants } = createFakeIdentities();
    return {
      store,
      putTenant: async (tenant) => void tenants.set(tenant.id, tenant),
      tenant: async (id) => tenants.get(id) ?? null,
    };
  }));
