import { type AccountDeps, accountRoutes } from './account-routes.ts';
import { allCampaignRoutes, type CampaignRouteDeps } from './campaign-routes.ts';
import { allContactRoutes, type ContactRouteDeps } from './contact-routes.ts';
import { type ContentRouteDeps, contentRoutes } from './content-routes.ts';
import { type CustomerDeps, customerRoutes } from './customer-routes.ts';
import { type IdentityRouteDeps, identityRoutes } from './identity-routes.ts';
import { type OperatorDeps, operatorRoutes } from './operator-routes.ts';
import { type OptOutCallDeps, optOutCallRoutes } from './opt-out-calls.ts';
import { type PermissionDeps, permissionRoutes } from './permission-routes.ts';
import { type ResultDeps, resultRoutes } from './result-routes.ts';
import type { Route } from './route.ts';
import { type SenderRequestDeps, senderNumberRoutes } from './sender-numbers.ts';
import { type SideSendDeps, sideSendRoutes } from './side-send-routes.ts';

/** The ports that all routes together need. */
export type RouteDeps = CustomerDeps &
  AccountDeps &
  CampaignRouteDeps &
  ContentRouteDeps &
  ContactRouteDeps &
  PermissionDeps &
  SideSendDeps &
  ResultDeps &
  SenderRequestDeps &
  IdentityRouteDeps &
  OperatorDeps &
  OptOutCallDeps;

/** The whole API, whichever function serves it: this table is all that routing, validation and the document know. */
export const routes: readonly Route<RouteDeps>[] = [
  ...customerRoutes,
  ...accountRoutes,
  ...allCampaignRoutes,
  ...contentRoutes,
  ...allContactRoutes,
  ...permissionRoutes,
  ...sideSendRoutes,
  ...resultRoutes,
  ...senderNumberRoutes,
  ...identityRoutes,
  ...operatorRoutes,
  ...optOutCallRoutes,
];
