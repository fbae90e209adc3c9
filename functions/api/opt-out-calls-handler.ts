/**
 * Trigger: the HTTP API, `/callbacks/v1/opt-outs`, called by the carrier's 080 service.
 * Effect: opts the caller out; see `opt-out-calls.ts`.
 * Replay: the same webhook-id changes nothing again.
 * Failures: a problem document to the carrier, which tells the call again; what no repetition helps raises an alarm.
 */
import { optOutCallPorts } from '../deps/callbacks.ts';
import { httpHandler } from '../middleware/http.ts';
import { openDoor } from './door.ts';
import { optOutCallRoutes } from './opt-out-calls.ts';

export const handler = httpHandler(
  () => openDoor(optOutCallRoutes, optOutCallPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
