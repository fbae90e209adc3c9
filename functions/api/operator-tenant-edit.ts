import * as z from 'zod';
import { type EditOutcome, type EditPorts, editTenant } from '../../shared/domain/tenants/edit-tenant.ts';
import { busy, fieldProblem, notFound, type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { representativeShape, shownTenant, signUpOf, tenantFacts, tenantPath, tenantShape } from './tenant-shapes.ts';

/** What an identity that was compared with something keeps from being changed, and what to do first. */
function reliedOnProblem({ field, status }: Extract<EditOutcome, { kind: 'relied_on' }>): Problem {
  const reject = status === 'reviewing' ? 'Reject it' : 'Revoke the approval';
  const [pointer, detail] =
    field === 'name'
      ? ['/name', 'The documents that are being reviewed are read against this name. Decide about them first.']
      : ['/representative', `Somebody else handed in what is ${status}. ${reject}, then name who signed up.`];
  return fieldProblem('wrong_state', pointer, 'invalid_value', detail);
}

const edit = route({
  method: 'PATCH',
  path: '/operator/v1/tenants/{id}',
  auth: 'operator',
  scope: 'tenants:write',
  tag: 'Operator',
  summary: 'Puts right what was recorded at the sign-up',
  description:
    'Changes what is given and leaves the rest. Another `representative` than who handed in an identity is refused while that is being reviewed or stands: reject it, or revoke the approval, then name who signed up, who hands in again. The `name` stays while an identity is being reviewed, which is read against it. A closed tenant stays as it is.',
  params: tenantPath,
  body: z.strictObject({ ...tenantFacts, representative: representativeShape }).partial(),
  responses: { 200: tenantShape },
  problems: ['invalid_number', 'wrong_state', 'conflict'],
  run: async ({ params, body: { representative, ...rest }, audit }, deps: EditPorts) => {
    const signUp = representative && signUpOf(representative);
    if (signUp && 'problem' in signUp) return signUp;
    const outcome = await editTenant(deps, params.id, { ...rest, signUp }, audit);
    switch (outcome.kind) {
      case 'edited':
        return answer(200, shownTenant(outcome.tenant));
      case 'absent':
        return notFound;
      case 'closed':
        return problem('wrong_state', 'The tenant is closed, for good.');
      case 'relied_on':
        return reliedOnProblem(outcome);
      case 'busy':
        return busy;
    }
  },
});

export const operatorTenantEditRoutes = [edit];
