/**
 * Trigger: the HTTP API, reading `/v1/messages` and below, and the messages and recipients of a dispatch.
 * Effect: none; it answers what `messages.ts` says.
 * Replay: everything may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { messagePorts } from '../deps/doors.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { messageRoutes } from './messages.ts';

export const handler = httpHandler(
  () => openDoor(messageRoutes, messagePorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
