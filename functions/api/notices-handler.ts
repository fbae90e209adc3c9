/**
 * Trigger: the HTTP API, `/v1/consents/due` and below.
 * Effect: lists whom the law wants to be told what about their consents, and tells them; see `notices.ts`.
 * Replay: sending carries an Idempotency-Key and answers as before; nobody is told twice under another one either.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { noticePorts } from '../deps/doors.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { noticeRoutes } from './notices.ts';

export const handler = httpHandler(
  () => openDoor(noticeRoutes, noticePorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
