import * as z from 'zod';
import { type EventId, keyIdShape, modes, tenantIdShape } from '../../shared/contracts/ids.ts';
import type { Audit } from '../../shared/domain/audit/audit.ts';
import { type Decision, newOutcome, type Outcomes } from '../../shared/domain/outcomes/outcome.ts';
import type { NewKey } from '../../shared/domain/tenants/api-key.ts';
import { type ClosePorts, closeTenant } from '../../shared/domain/tenants/close-tenant.ts';
import { type CreatedTenant, createTenant, testCredits } from '../../shared/domain/tenants/create-tenant.ts';
import type { KeyPorts } from '../../shared/domain/tenants/key-ring.ts';
import type { Tenant, TenantState, TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { busy, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';
import { representativeShape, shownTenant, signUpOf, tenantFacts, tenantPath, tenantShape } from './tenant-shapes.ts';

export interface OperatorTenantDeps
  extends Pick<KeyPorts, 'ids' | 'randomBytes'>,
    Pick<ClosePorts, 'optOutNumbers' | 'credits'> {
  readonly tenants: TenantStore;
  readonly outcomes: Outcomes;
}

/** What is written of a change of state, and, once it is, told. */
function decided(
  type: 'tenant.suspended' | 'tenant.resumed' | 'tenant.closed',
  { ids, outcomes }: Pick<OperatorTenantDeps, 'ids' | 'outcomes'>,
  atMs: number,
  audit: Audit,
) {
  const id: EventId = `evt_${ids.ulid()}`;
  return {
    decide(before: Tenant, after: Tenant): Decision {
      const change = { before: { status: before.state }, after: { status: after.state } };
      return { audit: audit(change), outcome: newOutcome({ id, type, tenantId: after.id, atMs, facts: {} }) };
    },
    tell: () => outcomes.tell(id),
    /** Somebody else was faster: what would have been decided is no change of ours. */
    leave: () => void audit({ before: null, after: null }),
  };
}

const tag = 'Operator';
const createdTenantShape = tenantShape
  .extend({
    apiKeys: z.array(
      z.object({
        id: keyIdShape,
        mode: z.enum(modes),
        secret: z.string().nullable().meta({ description: 'Shown this once; null when the request is replayed' }),
      }),
    ),
  })
  .meta({ id: 'CreatedTenant' });

const shownCreated = ({ tenant, keys }: CreatedTenant, secretOf: (key: NewKey) => string | null) => ({
  ...shownTenant(tenant),
  apiKeys: keys.map((key) => ({ id: key.stored.id, mode: key.stored.mode, secret: secretOf(key) })),
});

const create = route({
  method: 'POST',
  path: '/operator/v1/tenants',
  auth: 'operator',
  scope: 'tenants:write',
  tag,
  summary: `A new tenant with a live key, a test key and ${testCredits.toLocaleString('en')} test credits`,
  body: z.strictObject({
    name: tenantFacts.name,
    notificationEmails: tenantFacts.notificationEmails.default([]),
    identityStatus: z.enum(['unverified', 'approved']).default('unverified').meta({
      description: '`approved`: you know who it is; else it has to verify itself before its live keys may do anything',
    }),
    representative: representativeShape.optional().meta({
      description:
        'Who signs up. May be left out, and named later; until then the tenant cannot hand in an identity, which is compared with it',
    }),
  }),
  responses: { 201: createdTenantShape },
  problems: ['invalid_number'],
  idempotent: true,
  run: async ({ body: { representative, ...body }, nowMs, remember, audit }, deps: OperatorTenantDeps) => {
    const signUp = representative ? signUpOf(representative) : null;
    if (signUp && 'problem' in signUp) return signUp;
    const outcome = await createTenant(
      deps,
      { ...body, signUp },
      nowMs,
      remember((created) =>
        answer(
          201,
          shownCreated(created, () => null),
        ),
      ),
      audit,
    );
    return outcome.kind === 'created'
      ? answer(
          201,
          shownCreated(outcome.created, ({ secret }) => secret),
        )
      : outcome;
  },
});

const list = route({
  method: 'GET',
  path: '/operator/v1/tenants',
  auth: 'operator',
  scope: 'tenants:read',
  tag,
  summary: 'All tenants, oldest first',
  query: z.strictObject(pageQuery(tenantIdShape)),
  responses: { 200: listShape(tenantShape) },
  run: async ({ query }, { tenants }: OperatorTenantDeps) =>
    answer(200, shownPage(await tenants.list(query.limit, query.cursor ?? null), shownTenant)),
});

const read = route({
  method: 'GET',
  path: '/operator/v1/tenants/{id}',
  auth: 'operator',
  scope: 'tenants:read',
  tag,
  summary: 'A tenant',
  params: tenantPath,
  responses: { 200: tenantShape },
  run: async ({ params }, { tenants }: OperatorTenantDeps) => {
    const tenant = await tenants.find(params.id);
    return tenant ? answer(200, shownTenant(tenant)) : notFound;
  },
});

const turn = (verb: 'suspend' | 'resume', state: Exclude<TenantState, 'closed'>, summary: string) =>
  route({
    method: 'POST',
    path: `/operator/v1/tenants/{id}/${verb}`,
    auth: 'operator',
    scope: 'tenants:write',
    tag,
    summary,
    description: 'Doing it again changes nothing, so no Idempotency-Key is needed.',
    params: tenantPath,
    responses: { 200: tenantShape },
    problems: ['wrong_state'],
    run: async ({ params, nowMs, audit }, deps: OperatorTenantDeps) => {
      const type = verb === 'suspend' ? 'tenant.suspended' : 'tenant.resumed';
      const { decide, tell, leave } = decided(type, deps, nowMs, audit);
      const set = await deps.tenants.setState(params.id, state, nowMs, decide);
      if (set === null) return notFound;
      if (set.tenant.state === 'closed') return problem('wrong_state', 'The tenant is closed, for good.');
      if (set.changed) await tell();
      else leave();
      return answer(200, shownTenant(set.tenant));
    },
  });

const suspend = turn('suspend', 'suspended', 'From now on the tenant may look, but not create, spend or send');
const resume = turn('resume', 'active', 'Ends a suspension');

const close = route({
  method: 'POST',
  path: '/operator/v1/tenants/{id}/close',
  auth: 'operator',
  scope: 'tenants:write',
  tag,
  summary: 'Ends an account, for good',
  description:
    'Refused while an opt-out number is scheduled or open, and while credits are held in either mode: cancel those first. A closed tenant may go on looking at what it has, stop what it began and record refusals, as a suspended one; everything else is 403 `tenant_closed`. What campaigns of it would still send is canceled. Doing it again changes nothing.',
  params: tenantPath,
  responses: { 200: tenantShape },
  problems: ['opt_out_number_in_use', 'credits_held', 'conflict'],
  run: async ({ params, nowMs, audit }, deps: OperatorTenantDeps) => {
    const { decide, tell, leave } = decided('tenant.closed', deps, nowMs, audit);
    const outcome = await closeTenant(deps, params.id, nowMs, decide);
    switch (outcome.kind) {
      case 'closed':
        if (outcome.changed) await tell();
        else leave();
        return answer(200, shownTenant(outcome.tenant));
      case 'absent':
        return notFound;
      case 'opt_out_number_in_use':
        return problem(
          'opt_out_number_in_use',
          `Cancel ${outcome.numbers === 1 ? 'it' : `all ${outcome.numbers}`} first.`,
        );
      case 'credits_held': {
        const { held, mode } = outcome;
        return problem(
          'credits_held',
          `Of its ${mode} credits ${held} are held: cancel what waits, and let reports come.`,
          {
            members: { held },
          },
        );
      }
      case 'busy':
        return busy;
    }
  },
});

export const operatorTenantRoutes = [create, list, read, suspend, resume, close];
