/**
 * Trigger: the HTTP API, `/v1/sender-numbers` and below.
 * Effect: what the route says; see `sender-numbers.ts`.
 * Replay: a request for a number carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { senderNumberPorts } from '../deps/identity.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { senderNumberRoutes } from './sender-numbers.ts';

export const handler = httpHandler(
  () => openDoor(senderNumberRoutes, senderNumberPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
