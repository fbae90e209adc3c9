import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import { duplicateCampaign } from '../../shared/domain/campaigns/create-campaign.ts';
import { cancelCampaign, type EndCampaignPorts, endCampaign } from '../../shared/domain/campaigns/end-campaign.ts';
import {
  type PublishPorts,
  publishCampaign,
  type UnpublishPorts,
  unpublishCampaign,
} from '../../shared/domain/campaigns/publish-campaign.ts';
import { firstWaveMs } from '../../shared/domain/campaigns/timetable.ts';
import { planRefusalProblem, wrongState } from './campaign-problems.ts';
import { campaignShape, shownCampaign } from './campaign-shapes.ts';
import { type CampaignDeps, planProblems, shownPlan } from './campaigns.ts';
import { campaignParams, ownCampaign } from './own-campaign.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';

export interface CampaignMoveDeps extends CampaignDeps {
  readonly publishing: PublishPorts & UnpublishPorts;
  readonly ending: EndCampaignPorts;
}

const publish = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/publish',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Have a draft start by itself when its period does; at once if it has begun',
  params: campaignParams,
  responses: { 200: campaignShape },
  idempotent: true,
  problems: ['not_found', 'wrong_state', ...planProblems],
  run: async ({ caller, params, nowMs, remember }, deps: CampaignMoveDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const shown = (campaign: Campaign) => answer(200, shownPlan(campaign));
    const keptUntilMs = (campaign: Campaign) => firstWaveMs(campaign, nowMs) + 86_400_000;
    const result = await publishCampaign(deps.publishing, view.campaign, remember(shown, keptUntilMs));
    switch (result.kind) {
      case 'published':
        return shown(result.campaign);
      case 'replayed':
        return result;
      case 'refused':
        return planRefusalProblem(result.refusal);
      case 'gone':
        return notFound;
      case 'moved': {
        const now = await ownCampaign(deps, caller.owner, params.id);
        return now ? wrongState(now.status, 'only a draft can be published') : notFound;
      }
    }
  },
});

const unpublish = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/unpublish',
  auth: 'tenant',
  tag: 'Campaigns',
  whileSuspended: 'allowed',
  summary: 'Make a campaign that has not started a draft again',
  params: campaignParams,
  responses: { 200: campaignShape },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params }, deps: CampaignMoveDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const result = await unpublishCampaign(deps.publishing, view.campaign);
    if (result.kind === 'moved') return answer(200, shownPlan(result.campaign));
    const now = result.kind === 'gone' ? null : await ownCampaign(deps, caller.owner, params.id);
    return now ? wrongState(now.status, 'only one in standby can become a draft again') : notFound;
  },
});

const cancel = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/cancel',
  auth: 'tenant',
  tag: 'Campaigns',
  whileSuspended: 'allowed',
  summary: 'Call off a campaign that has started: what has not gone out is not sent, its credits come back at once',
  description: 'What is being handed to the carrier at this moment is finished first: until then it is in operation.',
  params: campaignParams,
  responses: { 200: campaignShape },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params }, deps: CampaignMoveDeps) => {
    if (!(await ownCampaign(deps, caller.owner, params.id))) return notFound;
    const result = await cancelCampaign(deps.ending, params.id);
    if (result.kind === 'gone') return notFound;
    if (result.kind === 'moved') return answer(200, shownCampaign(result.view));
    return wrongState(result.view.status, 'only one that prepares or is in operation can be canceled');
  },
});

const end = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/end',
  auth: 'tenant',
  tag: 'Campaigns',
  whileSuspended: 'allowed',
  summary: 'End a campaign in operation before its time: what is unsent is dropped',
  description: 'What is being handed to the carrier at this moment is finished first: until then it is in operation.',
  params: campaignParams,
  responses: { 200: campaignShape },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params }, deps: CampaignMoveDeps) => {
    if (!(await ownCampaign(deps, caller.owner, params.id))) return notFound;
    const result = await endCampaign(deps.ending, params.id, 'requested');
    if (result.kind === 'gone') return notFound;
    if (result.kind === 'moved') return answer(200, shownCampaign(result.view));
    return wrongState(result.view.status, 'only one in operation can be ended');
  },
});

const duplicate = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/duplicate',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'A new draft with the same plan',
  description: 'Whatever became of the first. Its times may have passed: publishing says so.',
  params: campaignParams,
  responses: { 201: campaignShape },
  idempotent: true,
  problems: ['not_found'],
  run: async ({ caller, params, remember }, deps: CampaignMoveDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const shown = (campaign: Campaign) => answer(201, shownPlan(campaign));
    const result = await duplicateCampaign(deps.planning, view.campaign, remember(shown));
    return result.kind === 'replayed' ? result : shown(result.campaign);
  },
});

export const campaignMoveRoutes = [publish, unpublish, cancel, end, duplicate];
