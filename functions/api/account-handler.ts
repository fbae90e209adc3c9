/**
 * Trigger: the HTTP API, `/v1/api-keys`, `/v1/settings`, `/v1/credits` and `/v1/uploads` and below.
 * Effect: what the route says; see `account-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { accountPorts } from '../deps/accounts.ts';
import { httpHandler } from '../middleware/http.ts';
import { accountRoutes } from './account-routes.ts';
import { openDoor } from './door.ts';

export const handler = httpHandler(
  () => openDoor(accountRoutes, accountPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
