import { type CampaignRecipientDeps, campaignRecipientRoutes } from './campaign-recipients.ts';
import { type MessageResultDeps, messageResultRoutes } from './message-results.ts';
import type { Route } from './route.ts';

/** The ports that the routes of results need. */
export type ResultDeps = MessageResultDeps & CampaignRecipientDeps;

/** What became of messages, by dispatch, campaign, number or id; a function of its own serves it, which can send nothing. */
export const resultRoutes: readonly Route<ResultDeps>[] = [...messageResultRoutes, ...campaignRecipientRoutes];
