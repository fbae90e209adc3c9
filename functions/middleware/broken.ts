import type middy from '@middy/core';
import { problem } from '../api/problems.ts';
import { respondProblem } from '../api/respond.ts';
import { logBroken, type RequestContext } from './request-log.ts';

/** Errors by which storage says "not now": of this one write nothing was done, and trying again helps. */
const passing = new Set([
  'TableBusy',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
]);

/** Answers what was thrown: it tells the customer nothing of the inside, and us everything but what customers wrote. */
export function answerBroken(): middy.MiddlewareObj {
  return {
    onError: (request) => {
      const { requestId, facts } = request.context as unknown as RequestContext;
      logBroken(request.error, { requestId, ...facts });
      const isPassing = passing.has(request.error?.name ?? '');
      const refusal = isPassing
        ? problem('temporarily_unavailable', 'Not done, or not for all that you named; please try again.', {
            retryAfterSeconds: 1,
          })
        : problem('internal_error', 'We have been told. Name the requestId when you ask about it.');
      facts.code = refusal.problem;
      request.response = respondProblem(refusal, requestId, {});
    },
  };
}
