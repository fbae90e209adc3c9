import * as z from 'zod';
import { phoneCheckIdShape } from '../../shared/contracts/ids.ts';
import type { Ids } from '../../shared/domain/dispatches/ports.ts';
import {
  confirmPhoneCheck,
  type PhoneCheckPorts,
  startPhoneCheck,
} from '../../shared/domain/phone-checks/check-phone.ts';
import {
  closedBecause,
  codeTriesMax,
  type PhoneCheck,
  startsADay,
  triesLeft,
} from '../../shared/domain/phone-checks/phone-check.ts';
import { mobileOf, personName, personNumber } from './identity-shapes.ts';
import { busy, fieldProblem, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { shownTime, timeShape } from './shapes.ts';

export interface PhoneCheckDeps extends PhoneCheckPorts {
  readonly ids: Ids;
}

const tag = 'Identity';
const liveOnly = problem('live_key_required', 'A code goes to a real phone: use a live key.');

export const notMobile = fieldProblem(
  'invalid_number',
  '/number',
  'invalid_value',
  'This takes a Korean mobile number, which begins with 010.',
);

const unavailable = problem('temporarily_unavailable', 'Who checks numbers for us does not answer.', {
  retryAfterSeconds: 10,
});

const start = route({
  method: 'POST',
  path: '/v1/phone-checks',
  auth: 'tenant',
  tag,
  summary: 'Sends a code to somebody’s mobile number, to check that it is theirs',
  description: `The code holds for three minutes and ${codeTriesMax} tries. An account has ${startsADay} checks in 24 hours. What one has confirmed may be relied on for 24 hours. For live keys only: a code goes to a real phone.`,
  beforeIdentity: 'allowed',
  body: z.strictObject({ number: personNumber, name: personName }),
  responses: { 201: z.object({ checkId: phoneCheckIdShape, expiresAt: timeShape }).meta({ id: 'PhoneCheck' }) },
  problems: ['live_key_required', 'invalid_number', 'rate_limited', 'temporarily_unavailable', 'conflict'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, deps: PhoneCheckDeps) => {
    if (caller.mode !== 'live') return liveOnly;
    const number = mobileOf(body.number);
    if (number === null) return notMobile;
    const shown = ({ id, expiresAtMs }: PhoneCheck) => answer(201, { checkId: id, expiresAt: shownTime(expiresAtMs) });
    const person = { name: body.name, number };
    const outcome = await startPhoneCheck(deps, caller.tenantId, person, nowMs, remember(shown));
    switch (outcome.kind) {
      case 'started':
        return shown(outcome.check);
      case 'refused': {
        const detail = 'No code can be sent to this number in this name.';
        return fieldProblem('invalid_number', '/number', 'invalid_value', detail);
      }
      case 'too_many': {
        const { retryAfterSeconds } = outcome;
        return problem('rate_limited', `An account has ${startsADay} checks in 24 hours.`, { retryAfterSeconds });
      }
      case 'unavailable':
        return unavailable;
      case 'busy':
        return busy;
      default:
        return outcome;
    }
  },
});

const closed = {
  confirmed: 'The number is confirmed already.',
  expired: 'The code has expired: start another check.',
  used_up: `All ${codeTriesMax} tries are used up: start another check.`,
  refused: 'The number turned out to be another person’s: start another check.',
} as const;

const confirm = route({
  method: 'POST',
  path: '/v1/phone-checks/{id}/confirm',
  auth: 'tenant',
  tag,
  summary: 'Gives the code that arrived at the phone',
  description:
    '422 `wrong_code` says how many tries are left (`triesLeft`). A code whose judgement gets lost on the way (503) counts as a try. No Idempotency-Key is needed.',
  beforeIdentity: 'allowed',
  params: z.strictObject({ id: phoneCheckIdShape }),
  body: z.strictObject({
    code: z
      .string()
      .trim()
      .regex(/^\d{4,10}$/, 'must be 4 to 10 digits')
      .meta({ example: '042137' }),
  }),
  responses: { 200: z.object({ status: z.literal('confirmed') }) },
  problems: ['not_found', 'live_key_required', 'wrong_code', 'wrong_state', 'temporarily_unavailable', 'conflict'],
  run: async ({ caller, params, body, nowMs }, deps: PhoneCheckDeps) => {
    if (!(await deps.phoneChecks.find(caller.tenantId, params.id))) return notFound;
    if (caller.mode !== 'live') return liveOnly;
    const outcome = await confirmPhoneCheck(deps, caller.tenantId, params.id, body.code, nowMs);
    switch (outcome.kind) {
      case 'confirmed':
        return answer(200, { status: 'confirmed' });
      case 'absent':
        return notFound;
      case 'closed':
        return problem('wrong_state', closed[outcome.because]);
      case 'wrong_code': {
        const left = outcome.triesLeft;
        const detail = left === 0 ? 'No try is left: start another check.' : `Tries left: ${left}.`;
        return problem('wrong_code', detail, { members: { triesLeft: left } });
      }
      case 'unavailable':
        return unavailable;
      case 'busy':
        return busy;
    }
  },
});

const read = route({
  method: 'GET',
  path: '/v1/phone-checks/{id}',
  auth: 'tenant',
  tag,
  summary: 'How a check of a mobile number stands, for two days',
  params: z.strictObject({ id: phoneCheckIdShape }),
  responses: {
    200: z
      .object({
        id: phoneCheckIdShape,
        status: z.enum(['open', 'confirmed', 'expired', 'used_up', 'refused']).meta({
          description: '`refused`: the number turned out to be another person’s',
        }),
        triesLeft: z.int().min(0),
        expiresAt: timeShape,
      })
      .meta({ id: 'PhoneCheckState' }),
  },
  problems: ['not_found'],
  run: async ({ caller, params, nowMs }, { phoneChecks }: PhoneCheckDeps) => {
    const check = await phoneChecks.find(caller.tenantId, params.id);
    if (check === null) return notFound;
    const { id, expiresAtMs } = check;
    const status = closedBecause(check, nowMs) ?? 'open';
    return answer(200, { id, status, triesLeft: triesLeft(check), expiresAt: shownTime(expiresAtMs) });
  },
});

export const phoneCheckRoutes = [start, read, confirm];
