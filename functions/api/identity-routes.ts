import { type IdentityDeps, identityRoutes as ofIdentities } from './identity.ts';
import { type PhoneCheckDeps, phoneCheckRoutes } from './phone-checks.ts';
import type { Route } from './route.ts';

/** The ports that proving who one is needs. */
export type IdentityRouteDeps = IdentityDeps & PhoneCheckDeps;

/** Who a tenant is. A function of its own serves it: nobody else can read the secret of who checks numbers for us. */
export const identityRoutes: readonly Route<IdentityRouteDeps>[] = [...ofIdentities, ...phoneCheckRoutes];
