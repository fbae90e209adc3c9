/**
 * Trigger: the HTTP API, `/v1/messages` and below, and what is below dispatches and campaigns about their messages.
 * Effect: what the route says; see `result-routes.ts`.
 * Replay: it only reads.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { resultPorts } from '../deps/results.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { resultRoutes } from './result-routes.ts';

export const handler = httpHandler(
  () => openDoor(resultRoutes, resultPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
