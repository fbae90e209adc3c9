/**
 * Trigger: the HTTP API, `/v1/templates`, `/v1/template-categories` and below, and `/v1/previews`.
 * Effect: what the route says; see `content-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { contentPorts } from '../deps/accounts.ts';
import { httpHandler } from '../middleware/http.ts';
import { contentRoutes } from './content-routes.ts';
import { openDoor } from './door.ts';

export const handler = httpHandler(
  () => openDoor(contentRoutes, contentPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
