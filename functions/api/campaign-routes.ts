import { type CampaignMoveDeps, campaignMoveRoutes } from './campaign-moves.ts';
import { type CampaignDeps, campaignRoutes } from './campaigns.ts';
import type { Route } from './route.ts';

/** The ports that the routes of campaigns need. */
export type CampaignRouteDeps = CampaignDeps & CampaignMoveDeps;

/** What customers plan; a function of its own serves it, so that those who send load none of it. */
export const allCampaignRoutes: readonly Route<CampaignRouteDeps>[] = [...campaignRoutes, ...campaignMoveRoutes];
