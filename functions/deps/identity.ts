import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { openIdentityStore } from '../../shared/adapters/dynamo/identity-store.ts';
import { openPhoneCheckStore } from '../../shared/adapters/dynamo/phone-check-store.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { createHttpProvider } from '../../shared/adapters/identity/http-provider.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import { openPhoneChecks } from '../../shared/domain/phone-checks/check-phone.ts';
import type { DoorDeps } from '../api/door.ts';
import type { IdentityRouteDeps } from '../api/identity-routes.ts';
import { settings } from '../settings.ts';
import { customersDoor } from './doors.ts';
import { awsClient, ids, table } from './world.ts';

/** What the operator writes into the provider's secret. */
const providerAccount = z.object({ baseUrl: z.string(), key: z.string() });

/** The ports of who proves who a tenant is. */
export function identityPorts(): IdentityRouteDeps & DoorDeps {
  const own = settings('table', 'identityProviderSecret');
  const at = table(own.table);
  const secret = openSecret(own.identityProviderSecret, new SecretsManagerClient(awsClient));
  const phoneChecks = openPhoneCheckStore(at);
  const identities = openIdentityStore(at, openTenantStore(at));
  return {
    ...customersDoor(at),
    ids,
    phoneChecks,
    identityProvider: createHttpProvider({ account: async () => providerAccount.parse(JSON.parse(await secret())) }),
    identities,
    identifying: {
      identities,
      checked: openPhoneChecks(phoneChecks),
      identityDocuments: { take: async () => ({ kind: 'refused', index: 0, why: 'not_found' }) },
    },
  };
}
