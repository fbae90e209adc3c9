/**
 * Trigger: the HTTP API, `/v1/campaigns` and below.
 * Effect: what the route says; see `campaign-routes.ts`.
 * Replay: a POST that makes something carries an Idempotency-Key and answers as before; the rest may be repeated.
 * Failures: a problem document to the caller; what is broken is logged with the request's id.
 */
import { campaignApiPorts } from '../deps/sends.ts';
import { httpHandler } from '../middleware/http.ts';
import { allCampaignRoutes } from './campaign-routes.ts';
import { openDoor } from './door.ts';

export const handler = httpHandler(
  () => openDoor(allCampaignRoutes, campaignApiPorts()),
  "default-src 'none'; frame-ancestors 'none'",
  (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
);
