/**
 * Trigger: the HTTP API, `/v1/consents/due` and below, and the test sends of campaigns.
 * Effect: tells people what came of their consents, and sends a campaign's message to its owner; see `side-send-routes.ts`.
 * Replay: sending carries an Idempotency-Key and answers as before; nobody is told twice under another one either.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { sideSendPorts } from '../deps/sends.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { sideSendRoutes } from './side-send-routes.ts';

export const handler = httpHandler(
  () => openDoor(sideSendRoutes, sideSendPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
