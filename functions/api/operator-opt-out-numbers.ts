import * as z from 'zod';
import { optOutNumberIdShape, tenantIdShape } from '../../shared/contracts/ids.ts';
import type { Audit } from '../../shared/domain/audit/audit.ts';
import { writtenTollFreeNumberOf } from '../../shared/domain/numbers/toll-free-number.ts';
import {
  cancelNumber,
  type MoveOutcome,
  type OptOutNumberPorts,
  openNumber,
  scheduleNumber,
} from '../../shared/domain/opt-out-numbers/change-numbers.ts';
import {
  type OptOutNumber,
  type OptOutNumberMove,
  openingBusinessDays,
} from '../../shared/domain/opt-out-numbers/opt-out-number.ts';
import type { TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { businessDaysAfter, koreanDateOf } from '../../shared/domain/times/business-days.ts';
import { dateShape, movedAnswer, optOutNumberShape, shownOptOutNumber } from './opt-out-number-shapes.ts';
import { fieldProblem, notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';
import { tenantPath } from './tenant-shapes.ts';

export interface OperatorOptOutNumberDeps extends OptOutNumberPorts {
  readonly tenants: Pick<TenantStore, 'find'>;
}

const tag = 'Operator';
const base = '/operator/v1/tenants/{id}/opt-out-numbers';
const params = z.strictObject({ id: tenantIdShape, optOutNumberId: optOutNumberIdShape });
const numberShape = z.string().max(40).meta({ example: '080-123-4567' });
const moveProblems = ['wrong_state', 'invalid_opt_out_number', 'opt_out_number_taken', 'conflict'] as const;

/** Weeks ahead is late; a year ahead is a slip of the pen. */
const aheadBusinessDaysMax = 60;

const notTollFree = fieldProblem(
  'invalid_opt_out_number',
  '/number',
  'invalid_value',
  'An opt-out number is 080 and seven or eight digits, as it is dialled in Korea.',
);

/** Notes what the move changed, once it has. */
function moved(move: OptOutNumberMove, audit: Audit, outcome: MoveOutcome) {
  if (outcome.kind === 'changed') audit({ before: factsOf(outcome.before), after: factsOf(outcome.number) });
  return movedAnswer(move, outcome);
}
const factsOf = ({ state: status, number: optOutNumber, expectedOpeningOn }: OptOutNumber) => ({
  ...{ status, optOutNumber, expectedOpeningOn },
});

const list = route({
  method: 'GET',
  path: base,
  auth: 'operator',
  scope: 'tenants:read',
  tag,
  summary: 'A tenant’s 080 numbers, canceled ones included, oldest first',
  params: tenantPath,
  query: z.strictObject(pageQuery(optOutNumberIdShape)),
  responses: { 200: listShape(optOutNumberShape) },
  run: async ({ params, query }, { tenants, optOutNumbers }: OperatorOptOutNumberDeps) => {
    if (!(await tenants.find(params.id))) return notFound;
    const page = await optOutNumbers.list(params.id, query.limit, query.cursor ?? null);
    return answer(200, shownPage(page, shownOptOutNumber));
  },
});

const schedule = route({
  method: 'POST',
  path: `${base}/{optOutNumberId}/schedule`,
  auth: 'operator',
  scope: 'numbers:write',
  tag,
  summary: 'The carrier has given a number, and says when it opens',
  description: 'Again with another number or day as long as it is not open.',
  params,
  body: z.strictObject({
    number: numberShape,
    expectedOpeningOn: dateShape.optional().meta({
      description: `Default: ${openingBusinessDays} business days ahead in Korea, public holidays not looked at`,
    }),
  }),
  responses: { 200: optOutNumberShape },
  problems: [...moveProblems, 'unprocessable'],
  run: async ({ params, body, nowMs, audit }, deps: OperatorOptOutNumberDeps) => {
    const number = writtenTollFreeNumberOf(body.number);
    if (number === null) return notTollFree;
    const { expectedOpeningOn = null } = body;
    const today = koreanDateOf(nowMs);
    if (expectedOpeningOn !== null && expectedOpeningOn < today) {
      return fieldProblem('unprocessable', '/expectedOpeningOn', 'in_the_past', `In Korea it is ${today} already.`);
    }
    if (expectedOpeningOn !== null && expectedOpeningOn > businessDaysAfter(today, aheadBusinessDaysMax)) {
      const detail = `At most ${aheadBusinessDaysMax} business days ahead.`;
      return fieldProblem('unprocessable', '/expectedOpeningOn', 'too_big', detail);
    }
    const given = { number, expectedOpeningOn };
    return moved('schedule', audit, await scheduleNumber(deps, params.id, params.optOutNumberId, given, nowMs));
  },
});

const open = route({
  method: 'POST',
  path: `${base}/{optOutNumberId}/open`,
  auth: 'operator',
  scope: 'numbers:write',
  tag,
  summary: 'The number answers calls: advertising may name it from now on',
  params,
  body: z.strictObject({
    number: numberShape
      .optional()
      .meta({ description: 'Needed if none was scheduled; another one than was scheduled takes its place' }),
  }),
  responses: { 200: optOutNumberShape },
  problems: moveProblems,
  run: async ({ params, body, nowMs, audit }, deps: OperatorOptOutNumberDeps) => {
    const number = body.number === undefined ? null : writtenTollFreeNumberOf(body.number);
    if (body.number !== undefined && number === null) return notTollFree;
    return moved('open', audit, await openNumber(deps, params.id, params.optOutNumberId, number, nowMs));
  },
});

const cancel = route({
  method: 'POST',
  path: `${base}/{optOutNumberId}/cancel`,
  auth: 'operator',
  scope: 'numbers:write',
  tag,
  summary: 'The number is the tenant’s no longer, and free for another',
  description: 'Calls that were made before still count for this tenant, however late the carrier tells them.',
  params,
  responses: { 200: optOutNumberShape },
  problems: ['wrong_state', 'conflict'],
  run: async ({ params, nowMs, audit }, deps: OperatorOptOutNumberDeps) =>
    moved('cancel', audit, await cancelNumber(deps, params.id, params.optOutNumberId, nowMs)),
});

export const operatorOptOutNumberRoutes = [list, schedule, open, cancel];
