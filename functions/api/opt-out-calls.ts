import * as z from 'zod';
import { type TakeCallPorts, takeCall } from '../../shared/domain/opt-out-numbers/take-call.ts';
import { digitsOf } from './permission-shapes.ts';
import { fieldProblem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenTimeShape } from './shapes.ts';

export type OptOutCallDeps = TakeCallPorts;

/** As far as a signature's time may be off, so may the time of the call. */
const aheadMaxMs = 5 * 60_000;

const callerShape = z
  .string()
  .max(64)
  .meta({ description: 'Who called, in any usual form', example: '010-1234-5678' })
  .transform((given, context) => {
    const digits = digitsOf(given);
    if (digits !== null) return digits;
    context.addIssue({ code: 'custom', message: 'is not a phone number' });
    return z.NEVER;
  });

const take = route({
  method: 'POST',
  path: '/callbacks/v1/opt-outs',
  auth: 'callback',
  tag: 'Callbacks',
  summary: 'The carrier tells of a call to an opt-out number',
  description:
    'Whoever called gets no more advertising of the account that had the number at that time, from now on. The same `webhook-id` for the same caller does nothing for three days, whatever the person has asked for since. Tell it again, under the same `webhook-id`, until the answer is 2xx; after 4xx other than 401 and 429 it would help nobody.',
  body: z.strictObject({
    optOutNumber: z.string().max(64).meta({ description: 'The number that was called', example: '0801234567' }),
    phoneNumber: callerShape,
    at: givenTimeShape.meta({ description: 'When it was called' }),
  }),
  responses: {
    200: z
      .object({
        result: z.enum(['recorded', 'repeated', 'unknown_number']).meta({
          description: '`unknown_number`: nobody here had it when it was called; we look into it, do not repeat it',
        }),
      })
      .meta({ id: 'OptOutCallResult' }),
  },
  unread: (callId, { alarms }: OptOutCallDeps) => alarms.raise('lostOptOutCall', { callId }),
  run: async ({ callbackId, body, nowMs }, deps: OptOutCallDeps) => {
    if (body.at > nowMs + aheadMaxMs) {
      deps.alarms.raise('lostOptOutCall', { callId: callbackId });
      return fieldProblem('invalid_request', '/at', 'in_the_future', 'The call was not made yet.');
    }
    const call = { id: callbackId, optOutNumber: body.optOutNumber, digits: body.phoneNumber, calledAtMs: body.at };
    return answer(200, { result: await takeCall(deps, call, nowMs) });
  },
});

export const optOutCallRoutes = [take];
