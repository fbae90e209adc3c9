import * as z from 'zod';
import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import { type CreateCampaignPorts, createCampaign } from '../../shared/domain/campaigns/create-campaign.ts';
import { deleteCampaign } from '../../shared/domain/campaigns/delete-campaign.ts';
import { editCampaign } from '../../shared/domain/campaigns/edit-campaign.ts';
import { listCampaigns } from '../../shared/domain/campaigns/list-campaigns.ts';
import type { CampaignList, CampaignStore } from '../../shared/domain/campaigns/ports.ts';
import { campaignStatuses, viewOf } from '../../shared/domain/campaigns/status.ts';
import type { DispatchStore } from '../../shared/domain/dispatches/ports.ts';
import { advertisementProblems } from './advertisement-shapes.ts';
import { planRefusalProblem, wrongState } from './campaign-problems.ts';
import { campaignShape, editedCampaignShape, newCampaignShape, requestOf, shownCampaign } from './campaign-shapes.ts';
import type { MessageSources } from './given-message.ts';
import type { RecipientSources } from './given-recipients.ts';
import { campaignParams, ownCampaign } from './own-campaign.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';

export interface CampaignDeps extends MessageSources, RecipientSources {
  readonly campaigns: CampaignStore & CampaignList;
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly planning: CreateCampaignPorts & { readonly campaigns: CampaignStore };
}

/** One that has not started has no dispatch to look at. */
export const shownPlan = (campaign: Campaign) => shownCampaign(viewOf(campaign, null));

export const planProblems = [
  'sender_not_approved',
  ...advertisementProblems,
  'invalid_template',
  'event_variable_not_allowed',
  'invalid_schedule',
  'upload_rejected',
  'upload_expired',
  'unprocessable',
] as const;

/** Until when a repeated request is known as one: a day after the period began in which it sends. */
const knownUntilMs = ({ period, schedule }: Campaign): number => (schedule?.atMs ?? period.startAtMs) + 86_400_000;

const postCampaign = route({
  method: 'POST',
  path: '/v1/campaigns',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Plan a campaign',
  description: 'It is a draft: nothing is prepared, held or sent before it is published and its period begins.',
  body: newCampaignShape,
  responses: { 201: campaignShape },
  idempotent: true,
  problems: planProblems,
  run: async ({ caller, body, nowMs, remember }, deps: CampaignDeps) => {
    const request = await requestOf(deps, caller.owner, body, nowMs);
    if ('problem' in request) return request;
    const shown = (campaign: Campaign) => answer(201, shownPlan(campaign));
    const result = await createCampaign(deps.planning, caller.owner, request, remember(shown, knownUntilMs));
    switch (result.kind) {
      case 'created':
        return shown(result.campaign);
      case 'replayed':
        return result;
      case 'refused':
        return planRefusalProblem(result.refusal);
    }
  },
});

const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#cmp_[0-9A-Z]{26}$/);

const listAll = route({
  method: 'GET',
  path: '/v1/campaigns',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Your campaigns, newest first',
  description: 'A page may be shorter than its limit and still have a next one.',
  query: z.strictObject({ ...pageQuery(position), status: z.enum(campaignStatuses).optional() }),
  responses: { 200: listShape(campaignShape) },
  run: async ({ caller, query }, deps: CampaignDeps) => {
    const asked = { status: query.status ?? null, limit: query.limit, after: query.cursor ?? null };
    return answer(200, shownPage(await listCampaigns(deps, caller.owner, asked), shownCampaign));
  },
});

const getCampaign = route({
  method: 'GET',
  path: '/v1/campaigns/{id}',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'A campaign: its plan, how it stands and what came of it',
  params: campaignParams,
  responses: { 200: campaignShape },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: CampaignDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    return view ? answer(200, shownCampaign(view)) : notFound;
  },
});

const patchCampaign = route({
  method: 'PATCH',
  path: '/v1/campaigns/{id}',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Change what is given of a draft',
  params: campaignParams,
  body: editedCampaignShape,
  responses: { 200: campaignShape },
  problems: ['not_found', 'wrong_state', ...planProblems],
  run: async ({ caller, params, body, nowMs }, deps: CampaignDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const keptImages = view.campaign.message.images;
    const changes = await requestOf({ ...deps, keptImages }, caller.owner, body, nowMs);
    if ('problem' in changes) return changes;
    const result = await editCampaign(deps.planning, view.campaign, changes);
    switch (result.kind) {
      case 'edited':
        return answer(200, shownPlan(result.campaign));
      case 'refused':
        return planRefusalProblem(result.refusal);
      case 'gone':
        return notFound;
      case 'moved': {
        const now = await ownCampaign(deps, caller.owner, params.id);
        return now ? wrongState(now.status, 'only a draft can be changed') : notFound;
      }
    }
  },
});

const removeCampaign = route({
  method: 'DELETE',
  path: '/v1/campaigns/{id}',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Remove a draft, or a campaign that is over; what it sent stays to be seen',
  params: campaignParams,
  responses: { 204: null },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params }, deps: CampaignDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const outcome = await deleteCampaign(deps, params.id);
    if (outcome === 'removed') return answer(204, null);
    return wrongState(outcome.view.status, 'only a draft, or one that is over, can be removed');
  },
});

export const campaignRoutes = [postCampaign, listAll, getCampaign, patchCampaign, removeCampaign];
