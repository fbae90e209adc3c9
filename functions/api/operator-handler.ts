/**
 * Trigger: the HTTP API, `/operator/v1` and below.
 * Effect: what the route says; see `operator-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { operatorPorts } from '../deps/operator.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { operatorRoutes } from './operator-routes.ts';

export const handler = httpHandler(
  () => openDoor(operatorRoutes, operatorPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
