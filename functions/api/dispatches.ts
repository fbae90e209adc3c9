import * as z from 'zod';
import { dispatchIdShape, type OwnerId, uploadIdShape } from '../../shared/contracts/ids.ts';
import { listRowsMax } from '../../shared/contracts/limits.ts';
import type { Balance } from '../../shared/domain/credits/ledger.ts';
import { type CancelPorts, cancelDispatch } from '../../shared/domain/dispatches/cancel-dispatch.ts';
import { type CreatePorts, createDispatch } from '../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import type { DispatchList, DispatchStore, WaveStore } from '../../shared/domain/dispatches/ports.ts';
import { type StartPorts, startDispatch } from '../../shared/domain/dispatches/start-dispatch.ts';
import { dispatchShape, dispatchStates, shownDispatch } from './dispatch-shapes.ts';
import { givenMessageShape, messageOf, refusalProblem } from './message-content.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { createdRange, dispatchPosition, listShape, notYetShape, pageQuery, shownPage } from './shapes.ts';

export interface DispatchDeps {
  readonly dispatches: DispatchStore & DispatchList;
  readonly waves: WaveStore;
  readonly balances: { read(owner: OwnerId): Promise<Balance> };
  readonly creating: CreatePorts;
  readonly starting: StartPorts;
  readonly canceling: CancelPorts;
}

/** A dispatch of this owner; another's is answered exactly like none. */
export async function ownDispatch(
  deps: { readonly dispatches: Pick<DispatchStore, 'read'> },
  owner: OwnerId,
  id: Dispatch['id'],
): Promise<Dispatch | null> {
  const dispatch = await deps.dispatches.read(id);
  return dispatch?.owner === owner ? dispatch : null;
}

/** Members that every way of sending has. */
export const externalIdShape = z.string().min(1).max(100).nullable().default(null);
export const tagsShape = z.array(z.string().min(1).max(50)).max(20).default([]);
export const noScheduleShape = notYetShape('A send cannot be scheduled yet: leave it out, or give null.');
/** More digits than JSON numbers carry would be sent rounded, and an exponent as nobody meant it. */
const numberShape = z
  .number()
  .transform(String)
  .refine((text) => /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15, {
    message: 'A number of more than 15 digits is not exact in JSON: give it as a text.',
  });
const variablesShape = z.record(z.string().min(1).max(100), z.union([z.string().max(4_000), numberShape])).default({});
export const recipientsListShape = z
  .array(z.strictObject({ to: z.string().max(64), variables: variablesShape }))
  .min(1)
  .max(listRowsMax);

/** One of two; a single shape, so that what is wrong is said about what was meant. */
const recipientsShape = z
  .strictObject({
    uploadId: uploadIdShape.optional(),
    list: recipientsListShape.optional(),
    contactIds: notYetShape('Contacts cannot be sent to yet: leave them out, and give uploadId or list.'),
  })
  .meta({ oneOf: [{ required: ['uploadId'] }, { required: ['list'] }] })
  .transform(({ uploadId, list }, context) => {
    if (uploadId !== undefined && list === undefined) return { uploadId };
    if (list !== undefined && uploadId === undefined) return { list };
    context.addIssue({ code: 'custom', message: 'Give either uploadId or list.' });
    return z.NEVER;
  });

const createShape = z.strictObject({
  name: z.string().min(1).max(200).nullable().default(null),
  message: givenMessageShape,
  recipients: recipientsShape,
  confirm: z.enum(['manual', 'auto']).default('manual'),
  onShortfall: z.enum(['reject', 'partial']).default('reject'),
  schedule: noScheduleShape,
  split: notYetShape('A send cannot be split yet: leave it out, or give null.'),
  externalId: externalIdShape,
  tags: tagsShape,
});

const idParams = z.strictObject({ id: dispatchIdShape });

const show = async (deps: DispatchDeps, dispatch: Dispatch) =>
  shownDispatch(
    dispatch,
    dispatch.prepared ? await deps.waves.all(dispatch.id) : [],
    await deps.balances.read(dispatch.owner),
  );

const postDispatch = route({
  method: 'POST',
  path: '/v1/dispatches',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Send a text to the recipients of an upload or a list',
  description:
    'Prepares at once: the dispatch is `ready` when its exact cost is known. Nothing is held or sent before it is confirmed.',
  body: createShape,
  responses: { 202: dispatchShape },
  idempotent: true,
  problems: [
    'sender_not_approved',
    'invalid_template',
    'upload_rejected',
    'upload_expired',
    'external_id_taken',
    'unprocessable',
  ],
  run: async ({ caller, body, remember }, deps: DispatchDeps) => {
    const { message, recipients, schedule: _, split: __, ...rest } = body;
    const balance = await deps.balances.read(caller.owner);
    const shown = (dispatch: Dispatch) => answer(202, shownDispatch(dispatch, [], balance));
    const request = { ...rest, message: messageOf(message) };
    const result = await createDispatch(deps.creating, caller.owner, request, recipients, remember(shown));
    if (result.kind === 'created') return shown(result.dispatch);
    return result.kind === 'replayed' ? result : refusalProblem(result);
  },
});

const getDispatch = route({
  method: 'GET',
  path: '/v1/dispatches/{id}',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'A dispatch: its quote, how far it is, what it cost',
  params: idParams,
  responses: { 200: dispatchShape },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: DispatchDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    return dispatch ? answer(200, await show(deps, dispatch)) : notFound;
  },
});

const listDispatches = route({
  method: 'GET',
  path: '/v1/dispatches',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Your dispatches, newest first',
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
    const items = await Promise.all(page.items.map((dispatch) => show(deps, dispatch)));
    return answer(
      200,
      shownPage({ ...page, items }, (item) => item),
    );
  },
});

const sendDispatch = route({
  method: 'POST',
  path: '/v1/dispatches/{id}/send',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Confirm a ready dispatch: hold its cost and send',
  params: idParams,
  body: z.strictObject({ maxCredits: z.int().min(0).nullable().default(null) }),
  responses: { 202: dispatchShape },
  idempotent: true,
  problems: ['not_found', 'insufficient_credits', 'quote_changed', 'wrong_state'],
  run: async ({ caller, params, body, remember }, deps: DispatchDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const [waves, balance] = [await deps.waves.all(dispatch.id), await deps.balances.read(caller.owner)];
    const shown = (after: Dispatch) =>
      answer(
        202,
        shownDispatch(after, waves, { available: Math.max(0, balance.available - after.totals.credits.held) }),
      );
    const result = await startDispatch(deps.starting, dispatch, {
      maxCredits: body.maxCredits,
      remember: remember(shown),
    });
    switch (result.kind) {
      case 'started':
        return shown(result.dispatch);
      case 'replayed':
        return { kind: 'replayed' as const };
      case 'short': {
        const { required, available } = result;
        const detail = `Sending costs ${required} credits, ${available} are available. Nothing was held or sent.`;
        return problem('insufficient_credits', detail, { members: { required, available } });
      }
      case 'quote_changed':
        return problem('quote_changed', `Sending costs ${result.credits} credits now; nothing was held or sent.`, {
          members: { credits: result.credits },
        });
      case 'wrong_state':
        return problem('wrong_state', `The dispatch is ${result.dispatch.state}; only a ready one can be sent.`);
    }
  },
});

const canceledShape = z.object({
  dispatch: dispatchShape,
  canceled: z.int().min(0).meta({ description: 'Recipients who will not get a message' }),
  gone: z.int().min(0).meta({ description: 'Recipients whose message had been handed over, or is being handed over' }),
});

const cancelOne = route({
  method: 'POST',
  path: '/v1/dispatches/{id}/cancel',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Cancel what has not gone out; its credits come back at once',
  params: idParams,
  responses: { 200: canceledShape },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params }, deps: DispatchDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const result = await cancelDispatch(deps.canceling, dispatch, 'requested');
    if (result.kind === 'wrong_state') {
      return problem('wrong_state', `The dispatch is ${result.dispatch.state}; there is nothing left to cancel.`);
    }
    const { canceled, gone } = result;
    return answer(200, { dispatch: await show(deps, result.dispatch), canceled, gone });
  },
});

export const dispatchRoutes = [postDispatch, listDispatches, getDispatch, sendDispatch, cancelOne];
