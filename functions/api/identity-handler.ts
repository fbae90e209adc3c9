/**
 * Trigger: the HTTP API, `/v1/identity` and `/v1/phone-checks` and below.
 * Effect: has a code sent and judged, takes what proves an identity; see `identity-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; a code given again is another try.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { identityPorts } from '../deps/identity.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { identityRoutes } from './identity-routes.ts';

export const handler = httpHandler(
  () => openDoor(identityRoutes, identityPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
