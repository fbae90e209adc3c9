/**
 * Trigger: the HTTP API, `/v1/dispatches`, `/v1/messages`, the document, and what no other function serves.
 * Effect: what the route says; see `customer-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { apiPorts } from '../deps/sends.ts';
import { httpHandler } from '../middleware/http.ts';
import { customerRoutes } from './customer-routes.ts';
import { openDoor } from './door.ts';

export const handler = httpHandler(
  () => openDoor(customerRoutes, apiPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
