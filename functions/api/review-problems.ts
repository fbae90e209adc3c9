import { type Problem, problem } from './problems.ts';
import { shownTime } from './shapes.ts';

/** Why an operator's decision about what a tenant handed in is not carried out. */

/** What was looked at is not what waits now: a decision counts for one request, named by the time in this field. */
export function otherWaits(field: 'requestedAt' | 'submittedAt', atMs: number): Problem {
  const detail = `What waits was handed in at ${shownTime(atMs)}: look at it first, and give that time.`;
  return problem('wrong_state', detail, {
    members: { [field]: shownTime(atMs) },
    errors: [{ in: 'body', pointer: `/${field}`, code: 'invalid_value', detail }],
  });
}

/** `detail` says what else to do. */
export const checksMissing = (checks: readonly string[], detail: string): Problem =>
  problem('checks_missing', `Not confirmed: ${checks.join(', ')}.`, {
    errors: checks.map((check) => ({ in: 'body', pointer: `/checks/${check}`, code: 'missing', detail })),
  });
