import * as z from 'zod';
import { dispatchIdShape } from '../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../shared/domain/dispatches/cancel-dispatch.ts';
import { type CancelManyPorts, cancelDispatches } from '../../shared/domain/dispatches/cancel-dispatches.ts';
import { type Dispatch, type DispatchState, dispatchStates } from '../../shared/domain/dispatches/dispatch.ts';
import { type ReschedulePorts, rescheduleDispatch } from '../../shared/domain/dispatches/reschedule-dispatch.ts';
import { type StartPorts, startDispatch } from '../../shared/domain/dispatches/start-dispatch.ts';
import { advertisementProblem } from './advertisement-shapes.ts';
import { dispatchShape, shownDispatch } from './dispatch-shapes.ts';
import { type ShowDeps, showDispatch } from './dispatches.ts';
import { ownDispatch } from './own-dispatch.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenScheduleShape, keptUntilMs, planProblem, scheduleOf } from './schedule-shape.ts';

/** What a customer does with a dispatch: confirm it, move it to another time, stop it. */
export interface DispatchMoveDeps extends ShowDeps {
  readonly starting: StartPorts;
  readonly rescheduling: ReschedulePorts;
  readonly canceling: CancelManyPorts;
}

const idParams = z.strictObject({ id: dispatchIdShape });

const sendDispatch = route({
  method: 'POST',
  path: '/v1/dispatches/{id}/send',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Confirm a ready dispatch: hold its cost and send, or wait for its time',
  params: idParams,
  body: z.strictObject({ maxCredits: z.int().min(0).nullable().default(null) }),
  responses: { 202: dispatchShape },
  idempotent: true,
  problems: ['not_found', 'insufficient_credits', 'quote_changed', 'night_window', 'wrong_state'],
  run: async ({ caller, params, body, nowMs, remember }, deps: DispatchMoveDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const balance = await deps.balances.read(caller.owner);
    const shown = (after: Dispatch) => {
      const available = Math.max(0, balance.available - after.totals.credits.held);
      return answer(202, shownDispatch(after, { releases: [], available, nowMs }));
    };
    const result = await startDispatch(deps.starting, dispatch, {
      maxCredits: body.maxCredits,
      remember: remember(shown, keptUntilMs),
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
      case 'night_window':
        return advertisementProblem(result);
      case 'wrong_state':
        return problem('wrong_state', `The dispatch is ${result.dispatch.state}; only a ready one can be sent.`);
    }
  },
});

/** Why a dispatch in such a state goes at no other time. */
const whyNoOtherTime: Readonly<Partial<Record<DispatchState, string>>> = {
  preparing: 'It is still being prepared; wait until it is ready.',
  sending: 'It is being sent; what has not gone can only be canceled.',
  completed: 'It was sent.',
  canceling: 'It is being canceled.',
  canceled: 'It was canceled.',
  failed: 'It has failed.',
};

const rescheduleOne = route({
  method: 'PATCH',
  path: '/v1/dispatches/{id}',
  auth: 'tenant',
  tag: 'Dispatches',
  summary: 'Move a dispatch that is ready or scheduled to another time',
  description:
    'Without a time (`null`), one that is scheduled goes out now, and one that is ready goes out when it is confirmed.',
  params: idParams,
  body: z.strictObject({ schedule: givenScheduleShape }),
  responses: { 200: dispatchShape },
  problems: ['not_found', 'invalid_schedule', 'night_window', 'wrong_state'],
  run: async ({ caller, params, body, nowMs }, deps: DispatchMoveDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const time = scheduleOf(body.schedule);
    if ('problem' in time) return time;
    const result = await rescheduleDispatch(deps.rescheduling, dispatch, time.schedule);
    switch (result.kind) {
      case 'rescheduled':
        return answer(200, await showDispatch(deps, result.dispatch, nowMs));
      case 'schedule':
        return planProblem(result.problem, '/schedule/at');
      case 'night_window':
        return advertisementProblem(result);
      case 'wrong_state':
        return problem('wrong_state', whyNoOtherTime[result.dispatch.state] ?? `It is ${result.dispatch.state}.`);
    }
  },
});

const canceledCount = z.int().min(0).meta({ description: 'Recipients who will not get a message' });
const goneCount = z.int().min(0).meta({
  description: 'Recipients whose message had been handed over, or is being handed over',
});

const cancelOne = route({
  method: 'POST',
  path: '/v1/dispatches/{id}/cancel',
  auth: 'tenant',
  tag: 'Dispatches',
  whileSuspended: 'allowed',
  summary: 'Cancel what has not gone out; its credits come back at once',
  params: idParams,
  responses: { 200: z.object({ dispatch: dispatchShape, canceled: canceledCount, gone: goneCount }) },
  problems: ['not_found', 'wrong_state'],
  run: async ({ caller, params, nowMs }, deps: DispatchMoveDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const result = await cancelDispatch(deps.canceling, dispatch, 'requested');
    if (result.kind === 'wrong_state') {
      return problem('wrong_state', `The dispatch is ${result.dispatch.state}; there is nothing left to cancel.`);
    }
    const { canceled, gone } = result;
    return answer(200, { dispatch: await showDispatch(deps, result.dispatch, nowMs), canceled, gone });
  },
});

const canceledOneShape = z
  .object({
    id: dispatchIdShape,
    result: z.enum(['canceled', 'wrong_state', 'not_found']).meta({
      description: '`wrong_state`: it has ended or is being canceled already; the counts say how',
    }),
    status: z.enum(dispatchStates).nullable(),
    canceled: canceledCount,
    gone: goneCount,
  })
  .meta({ id: 'CanceledDispatch' });

const cancelMany = route({
  method: 'POST',
  path: '/v1/dispatches/cancel',
  auth: 'tenant',
  tag: 'Dispatches',
  whileSuspended: 'allowed',
  summary: 'Cancel up to 100 dispatches, each for itself',
  description: 'Answers in the order of the ids, for one that is given twice once.',
  body: z.strictObject({ ids: z.array(dispatchIdShape).min(1).max(100) }),
  responses: { 200: z.object({ data: z.array(canceledOneShape) }) },
  run: async ({ caller, body }, deps: DispatchMoveDeps) => {
    const canceled = await cancelDispatches(deps.canceling, caller.owner, body.ids);
    return answer(200, { data: canceled.map((one) => ({ status: null, canceled: 0, gone: 0, ...one })) });
  },
});

export const dispatchMoveRoutes = [sendDispatch, rescheduleOne, cancelOne, cancelMany];
