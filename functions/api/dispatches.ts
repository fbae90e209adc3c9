import * as z from 'zod';
import { type DispatchId, dispatchIdShape, type OwnerId } from '../../shared/contracts/ids.ts';
import type { Balance } from '../../shared/domain/credits/ledger.ts';
import { type CreatePorts, createDispatch } from '../../shared/domain/dispatches/create-dispatch.ts';
import { type Dispatch, dispatchStates } from '../../shared/domain/dispatches/dispatch.ts';
import type { DispatchList, DispatchStore, ReleaseStore } from '../../shared/domain/dispatches/ports.ts';
import { advertisementProblems } from './advertisement-shapes.ts';
import { dispatchShape, shownDispatch } from './dispatch-shapes.ts';
import { givenMessageShape, type MessageSources, messageOf } from './given-message.ts';
import { type RecipientSources, recipientsOf } from './given-recipients.ts';
import { refusalProblem } from './message-content.ts';
import { ownDispatch } from './own-dispatch.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { givenScheduleShape, givenSplitShape, keptUntilMs, scheduleOf } from './schedule-shape.ts';
import { externalIdShape, recipientsShape, tagsShape } from './send-shapes.ts';
import { createdRange, dispatchPosition, listShape, pageQuery, shownPage } from './shapes.ts';

/** What showing a dispatch takes. */
export interface ShowDeps {
  readonly dispatches: DispatchStore & DispatchList;
  readonly releases: Pick<ReleaseStore, 'all'>;
  readonly balances: { read(owner: OwnerId): Promise<Balance> };
}

export interface DispatchDeps extends ShowDeps, MessageSources, RecipientSources {
  readonly creating: CreatePorts;
}

/** A dispatch as it stands now. */
export const showDispatch = async (deps: ShowDeps, dispatch: Dispatch, nowMs: number) =>
  showBeside(deps, dispatch, await deps.balances.read(dispatch.owner), nowMs);

async function showBeside(deps: ShowDeps, dispatch: Dispatch, { available }: Balance, nowMs: number) {
  const mayHaveGone = dispatch.firstWaveAtMs !== null && dispatch.state !== 'scheduled';
  const releases = mayHaveGone ? await deps.releases.all(dispatch.id) : [];
  return shownDispatch(dispatch, { releases, available, nowMs });
}

const createShape = z.strictObject({
  name: z.string().min(1).max(200).nullable().default(null),
  message: givenMessageShape,
  recipients: recipientsShape,
  confirm: z.enum(['manual', 'auto']).default('manual'),
  onShortfall: z.enum(['reject', 'partial']).default('reject'),
  schedule: givenScheduleShape.default(null),
  split: givenSplitShape,
  externalId: externalIdShape,
  tags: tagsShape,
});

const postDispatch = route({
  method: 'POST',
  path: '/v1/dispatches',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Send a text to the recipients of an upload, a list or contacts, now or later, at once or in parts',
  description:
    'Prepares at once: the dispatch is `ready` when its exact cost is known. Nothing is held or sent before it is confirmed. With a schedule it then waits for its time, with its credits held; confirmed after its time, it goes out at once.',
  body: createShape,
  responses: { 202: dispatchShape },
  idempotent: true,
  problems: [
    'sender_not_approved',
    ...advertisementProblems,
    'invalid_template',
    'invalid_schedule',
    'upload_rejected',
    'upload_expired',
    'external_id_taken',
    'unprocessable',
  ],
  run: async ({ caller, body, nowMs, remember }, deps: DispatchDeps) => {
    const { recipients: asked, schedule: given, ...rest } = body;
    const time = scheduleOf(given);
    if ('problem' in time) return time;
    const message = await messageOf(deps, caller.owner, body.message, nowMs);
    if ('problem' in message) return message;
    // Before contacts are read: its time is that of the list
    const id: DispatchId = `dsp_${deps.creating.ids.ulid()}`;
    const recipients = await recipientsOf(deps, caller.owner, asked);
    if ('problem' in recipients) return recipients;
    const { available } = await deps.balances.read(caller.owner);
    const shown = (dispatch: Dispatch) => answer(202, shownDispatch(dispatch, { releases: [], available, nowMs }));
    const request = { ...rest, ...time, message, purpose: 'send' as const, campaignId: null };
    const remembered = remember(shown, keptUntilMs);
    const result = await createDispatch(deps.creating, caller.owner, request, recipients, remembered, id);
    switch (result.kind) {
      case 'created':
        return shown(result.dispatch);
      case 'replayed':
        return result;
      case 'exists':
        throw new Error('A new id was taken');
      default:
        return refusalProblem(result);
    }
  },
});

const getDispatch = route({
  method: 'GET',
  path: '/v1/dispatches/{id}',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'A dispatch: its quote, its waves, how far it is, what it cost',
  params: z.strictObject({ id: dispatchIdShape }),
  responses: { 200: dispatchShape },
  problems: ['not_found'],
  run: async ({ caller, params, nowMs }, deps: DispatchDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    return dispatch ? answer(200, await showDispatch(deps, dispatch, nowMs)) : notFound;
  },
});

const listDispatches = route({
  method: 'GET',
  path: '/v1/dispatches',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Your dispatches, newest first; those that wait for their time with `status=scheduled`',
  query: z.strictObject({
    ...pageQuery(z.string().regex(new RegExp(`^${dispatchPosition}$`))),
    ...createdRange,
    status: z.enum(dispatchStates).optional(),
  }),
  responses: { 200: listShape(dispatchShape) },
  run: async ({ caller, query, nowMs }, deps: DispatchDeps) => {
    const page = await deps.dispatches.list(caller.owner, {
      fromMs: query.createdFrom ?? 0,
      untilMs: query.createdUntil ?? nowMs + 1,
      status: query.status ?? null,
      after: query.cursor ?? null,
      limit: query.limit,
    });
    const balance = await deps.balances.read(caller.owner);
    const items = await Promise.all(page.items.map((dispatch) => showBeside(deps, dispatch, balance, nowMs)));
    return answer(
      200,
      shownPage({ ...page, items }, (item) => item),
    );
  },
});

export const dispatchRoutes = [postDispatch, listDispatches, getDispatch];
