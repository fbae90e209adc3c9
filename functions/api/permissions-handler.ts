/**
 * Trigger: the HTTP API, `/v1/sms`, `/v1/opt-outs`, `/v1/consents` and `/v1/opt-out-numbers` and below.
 * Effect: what the route says; see `permission-routes.ts`.
 * Replay: everything may be repeated: what is so already is not changed, and an import is made once a key.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { permissionApiPorts } from '../deps/accounts.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { permissionRoutes } from './permission-routes.ts';

export const handler = httpHandler(
  () => openDoor(permissionRoutes, permissionApiPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
