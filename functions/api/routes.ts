import { type CreditDeps, creditRoutes } from './credits.ts';
import type { Route } from './route.ts';

/** The ports that all routes together need. */
export type RouteDeps = CreditDeps;

/** The API. A noun's routes are in its own file; this table is all that routing, validation and the document know. */
export const routes: readonly Route<RouteDeps>[] = [...creditRoutes];
