import * as z from 'zod';
import {
  type DecideOutcome,
  type DecidePorts,
  decideIdentity,
  type Verdict,
} from '../../shared/domain/identity/decide-identity.ts';
import { identityMoves } from '../../shared/domain/identity/identity.ts';
import { identityChecks } from '../../shared/domain/identity/identity-checks.ts';
import type { IdentityStore } from '../../shared/domain/identity/ports.ts';
import { identityStatuses } from '../../shared/domain/tenants/tenant.ts';
import { identityCheckShape, shownTenantIdentity, tenantIdentityShape } from './identity-shapes.ts';
import { busy, notFound, type Problem, problem } from './problems.ts';
import { checksMissing, otherWaits } from './review-problems.ts';
import { answer, type Call, route } from './route.ts';
import { givenTimeShape, listShape, pageQuery, shownPage } from './shapes.ts';
import { tenantPath } from './tenant-shapes.ts';

export interface OperatorIdentityDeps extends DecidePorts {
  readonly identities: IdentityStore;
}

const tag = 'Operator';
const base = '/operator/v1/tenants/{id}/identity';
const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#ten_[0-9A-Z]{26}$/);

const list = route({
  method: 'GET',
  path: '/operator/v1/identities',
  auth: 'operator',
  scope: 'reviews:read',
  tag,
  summary: 'Identities that were handed in, by how they stand: what waits, longest first; others newest first',
  query: z.strictObject({
    ...pageQuery(position),
    status: z.enum(identityStatuses).default('reviewing').meta({ description: 'Default: what waits for you' }),
  }),
  responses: { 200: listShape(tenantIdentityShape) },
  run: async ({ query }, { identities }: OperatorIdentityDeps) =>
    answer(200, shownPage(await identities.list(query.status, query.limit, query.cursor ?? null), shownTenantIdentity)),
});

const read = route({
  method: 'GET',
  path: base,
  auth: 'operator',
  scope: 'reviews:read',
  tag,
  summary: 'What a tenant handed in to prove who it is',
  params: tenantPath,
  responses: { 200: tenantIdentityShape },
  problems: ['not_found'],
  run: async ({ params }, { identities }: OperatorIdentityDeps) => {
    const found = await identities.read(params.id);
    return found ? answer(200, shownTenantIdentity(found)) : notFound;
  },
});

const done = { approve: 'approved', reject: 'rejected', revoke: 'revoked' } as const;

function refusal(move: Verdict['move'], outcome: Exclude<DecideOutcome, { kind: 'decided' }>): Problem {
  switch (outcome.kind) {
    case 'absent':
      return notFound;
    case 'closed':
      return problem('wrong_state', 'The tenant is closed, for good.');
    case 'wrong_state': {
      const from = identityMoves[move].join(' or ');
      const { status } = outcome.identity;
      return problem('wrong_state', `The identity is ${status}; only one that is ${from} can be ${done[move]}.`);
    }
    case 'handed_in_again':
      return otherWaits('submittedAt', outcome.submittedAtMs);
    case 'unchecked':
      return checksMissing(outcome.checks, 'Confirm it with `true`, or reject the identity.');
    case 'busy':
      return busy;
  }
}

async function decided(
  deps: OperatorIdentityDeps,
  { params, nowMs, audit }: Pick<Call<'operator', z.output<typeof tenantPath>>, 'params' | 'nowMs' | 'audit'>,
  verdict: Verdict,
) {
  const outcome = await decideIdentity(deps, params.id, verdict, nowMs, audit);
  return outcome.kind === 'decided' ? answer(200, shownTenantIdentity(outcome.now)) : refusal(verdict.move, outcome);
}

const declared = { method: 'POST', auth: 'operator', scope: 'reviews:write', tag, params: tenantPath } as const;
const responses = { 200: tenantIdentityShape };
const problems = ['not_found', 'wrong_state', 'conflict'] as const;

const reason = z.string().trim().min(1).max(500).meta({ description: 'Told to the tenant, word for word' });
const submittedAt = givenTimeShape.meta({
  description:
    'As shown with what you looked at. If the tenant has handed in again since, nothing is decided: 409 `wrong_state`',
});

const approve = route({
  ...declared,
  path: `${base}/approve`,
  summary: 'The tenant is who it says: from now on it may send',
  body: z.strictObject({
    submittedAt,
    checks: z
      .partialRecord(identityCheckShape, z.boolean())
      .meta({ description: '`true` for each that the identity’s `checklist` has' }),
  }),
  responses,
  problems: [...problems, 'checks_missing'],
  run: ({ body, ...call }, deps: OperatorIdentityDeps) => {
    const checks = identityChecks.filter((check) => body.checks[check] === true);
    return decided(deps, call, { move: 'approve', submittedAtMs: body.submittedAt, checks });
  },
});

const reject = route({
  ...declared,
  path: `${base}/reject`,
  summary: 'What was handed in does not do',
  description: 'The tenant is told the reason, and may hand in again.',
  body: z.strictObject({ submittedAt, reason }),
  responses,
  problems,
  run: ({ body, ...call }, deps: OperatorIdentityDeps) =>
    decided(deps, call, { move: 'reject', submittedAtMs: body.submittedAt, reason: body.reason }),
});

const revoke = route({
  ...declared,
  path: `${base}/revoke`,
  summary: 'Takes an approval back',
  description:
    'The tenant is treated as one that was rejected: nothing more of its live side goes, as if it were suspended, until what it hands in again is approved. What it planned waits.',
  body: z.strictObject({ reason }),
  responses,
  problems,
  run: ({ body, ...call }, deps: OperatorIdentityDeps) => decided(deps, call, { move: 'revoke', reason: body.reason }),
});

export const operatorIdentityRoutes = [list, read, approve, reject, revoke];
