import { type AccountDeps, accountRoutes } from './account-routes.ts';
import { allCampaignRoutes, type CampaignRouteDeps } from './campaign-routes.ts';
import { type ContentRouteDeps, contentRoutes } from './content-routes.ts';
import { type CustomerDeps, customerRoutes } from './customer-routes.ts';
import { type MessageDeps, messageRoutes } from './messages.ts';
import { type OperatorDeps, operatorRoutes } from './operator-routes.ts';
import { type PermissionDeps, permissionRoutes } from './permission-routes.ts';
import type { Route } from './route.ts';

/** The ports that all routes together need. */
export type RouteDeps = CustomerDeps &
  MessageDeps &
  AccountDeps &
  CampaignRouteDeps &
  ContentRouteDeps &
  PermissionDeps &
  OperatorDeps;

/** The whole API, whichever function serves it: this table is all that routing, validation and the document know. */
export const routes: readonly Route<RouteDeps>[] = [
  ...customerRoutes,
  ...messageRoutes,
  ...accountRoutes,
  ...allCampaignRoutes,
  ...contentRoutes,
  ...permissionRoutes,
  ...operatorRoutes,
];
