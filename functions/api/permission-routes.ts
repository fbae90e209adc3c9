import { type ConsentDeps, consentRoutes } from './consents.ts';
import { consentImportRoutes, type ImportDeps, optOutImportRoutes } from './imports.ts';
import { type OptOutNumberDeps, optOutNumberRoutes } from './opt-out-numbers.ts';
import { type OptOutDeps, optOutRoutes } from './opt-outs.ts';
import type { Route } from './route.ts';

/** The ports that the routes of permissions need. */
export type PermissionDeps = OptOutDeps & ConsentDeps & OptOutNumberDeps & ImportDeps;

/** What people allowed and refused; a function of its own serves it. */
export const permissionRoutes: readonly Route<PermissionDeps>[] = [
  ...optOutRoutes,
  ...optOutImportRoutes,
  ...consentRoutes,
  ...consentImportRoutes,
  ...optOutNumberRoutes,
];
