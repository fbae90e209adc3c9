/**
 * Trigger: the HTTP API, `/v1/contacts` and below.
 * Effect: what the route says; see `contact-routes.ts`.
 * Replay: a contact and an import are made once a key; everything else may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { contactApiPorts } from '../deps/accounts.ts';
import { httpHandler } from '../middleware/http.ts';
import { allContactRoutes } from './contact-routes.ts';
import { openDoor } from './door.ts';

export const handler = httpHandler(
  () => openDoor(allContactRoutes, contactApiPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
