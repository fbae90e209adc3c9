import * as z from 'zod';
import { optOutNumberIdShape } from '../../shared/contracts/ids.ts';
import type { Ids } from '../../shared/domain/dispatches/ports.ts';
import {
  cancelNumber,
  type OptOutNumberPorts,
  requestNumber,
} from '../../shared/domain/opt-out-numbers/change-numbers.ts';
import { type OptOutNumber, optOutNumbersMax } from '../../shared/domain/opt-out-numbers/opt-out-number.ts';
import type { TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { businessNameShape, movedAnswer, optOutNumberShape, shownOptOutNumber } from './opt-out-number-shapes.ts';
import { busy, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';

export interface OptOutNumberDeps extends OptOutNumberPorts {
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly ids: Ids;
}

const tag = 'Opt-out numbers';
const params = z.strictObject({ id: optOutNumberIdShape });
const liveOnly = problem('live_key_required', 'A number costs money and is called by real people: use a live key.');

const request = route({
  method: 'POST',
  path: '/v1/opt-out-numbers',
  auth: 'tenant',
  tag,
  summary: 'Asks for an 080 number at which people refuse your advertising',
  description:
    'Whoever calls an open number is opted out of your live messages at once, as by `POST /v1/sms/unsubscribe`. We order it from the carrier: it opens three or four business days later. A number is the account’s, whichever key asks for it; test keys may only look.',
  body: z.strictObject({
    businessName: businessNameShape.optional().meta({ description: 'Default: the name of the account' }),
  }),
  responses: { 201: optOutNumberShape },
  problems: ['live_key_required', 'too_many_opt_out_numbers'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, deps: OptOutNumberDeps) => {
    if (caller.mode !== 'live') return liveOnly;
    const name = body.businessName ?? (await deps.tenants.find(caller.tenantId))?.name;
    if (name === undefined) throw new Error(`${caller.tenantId} has a key and is not there`);
    const shown = (number: OptOutNumber) => answer(201, shownOptOutNumber(number));
    const outcome = await requestNumber(deps, caller.tenantId, name, nowMs, remember(shown));
    switch (outcome.kind) {
      case 'requested':
        return shown(outcome.number);
      case 'too_many':
        return problem('too_many_opt_out_numbers', `An account has at most ${optOutNumbersMax} that are not canceled.`);
      case 'busy':
        return busy;
      default:
        return outcome;
    }
  },
});

const list = route({
  method: 'GET',
  path: '/v1/opt-out-numbers',
  auth: 'tenant',
  tag,
  summary: 'The account’s 080 numbers, canceled ones included, oldest first',
  query: z.strictObject(pageQuery(optOutNumberIdShape)),
  responses: { 200: listShape(optOutNumberShape) },
  run: async ({ caller, query }, { optOutNumbers }: OptOutNumberDeps) => {
    const page = await optOutNumbers.list(caller.tenantId, query.limit, query.cursor ?? null);
    return answer(200, shownPage(page, shownOptOutNumber));
  },
});

const read = route({
  method: 'GET',
  path: '/v1/opt-out-numbers/{id}',
  auth: 'tenant',
  tag,
  summary: 'An 080 number and how far it has come',
  params,
  responses: { 200: optOutNumberShape },
  run: async ({ caller, params }, { optOutNumbers }: OptOutNumberDeps) => {
    const number = await optOutNumbers.find(caller.tenantId, params.id);
    return number ? answer(200, shownOptOutNumber(number)) : notFound;
  },
});

const cancel = route({
  method: 'POST',
  path: '/v1/opt-out-numbers/{id}/cancel',
  auth: 'tenant',
  tag,
  summary: 'Gives an 080 number back, or takes a request back',
  description:
    'From now on advertising can no longer name it, and who calls it is opted out of nothing: cancel it when nobody is likely to answer what was sent with it. Not while the account is suspended.',
  params,
  responses: { 200: optOutNumberShape },
  problems: ['live_key_required', 'wrong_state', 'conflict'],
  run: async ({ caller, params, nowMs }, deps: OptOutNumberDeps) => {
    if (!(await deps.optOutNumbers.find(caller.tenantId, params.id))) return notFound;
    if (caller.mode !== 'live') return liveOnly;
    return movedAnswer('cancel', await cancelNumber(deps, caller.tenantId, params.id, nowMs));
  },
});

export const optOutNumberRoutes = [request, list, read, cancel];
