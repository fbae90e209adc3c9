import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { IdempotencyStore } from '../../shared/domain/idempotency/idempotency.ts';
import type { Tenant, TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { type AuthDeps, openAuthentication } from './authenticate.ts';
import { findReplay, type Keyed, keyedOf, rememberWith } from './idempotency.ts';
import { type Problem, problem } from './problems.ts';
import { readInput } from './read-input.ts';
import { type Headers, respond, respondJson, respondProblem } from './respond.ts';
import { beforeIdentityOf, type Call, type Route, whileSuspendedOf } from './route.ts';
import { openRouter } from './router.ts';
import type { Trail } from './trail.ts';

/** What the door itself needs, whatever the routes. */
export interface DoorDeps extends AuthDeps {
  readonly idempotency: IdempotencyStore;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly now: () => number;
}

/** What may be logged of a request: no path, no body, nothing a customer wrote. */
export type Facts = Record<string, string | number>;

export type Door = (
  event: APIGatewayProxyEventV2,
  requestId: string,
  facts: Facts,
) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * The way of every request: route, key and rate, state of the tenant, shape, replay, the route's own work, answer.
 * Throws only what is broken; middleware answers that.
 */
export function openDoor<D>(routes: readonly Route<D>[], deps: D & DoorDeps): Door {
  const match = openRouter(routes);
  const authenticate = openAuthentication(deps);

  return async (event, requestId, facts) => {
    const nowMs = deps.now();
    const { method } = event.requestContext.http;
    let trail: Trail | null = null;
    const told = async (refusal: Problem, headers: Headers = {}) => {
      facts.code = refusal.problem;
      await trail?.refused(refusal);
      return respondProblem(refusal, requestId, headers);
    };

    const found = match(method, event.rawPath);
    if (found.kind === 'no_path') return told(problem('not_found', 'There is nothing at this address.'));
    if (found.kind === 'no_method') {
      const allow = { allow: found.allow.join(', ') };
      if (method === 'OPTIONS') return respond({ status: 204, body: null }, allow);
      return told(problem('method_not_allowed', `Allowed here: ${allow.allow}.`), allow);
    }
    const { route } = found;
    facts.route = `${route.method} ${route.path}`;

    const { caller, operator, callbackId, refusal, headers } = await authenticate(route.auth, event, nowMs);
    if (caller) Object.assign(facts, { tenantId: caller.tenantId, mode: caller.mode, keyId: caller.keyId });
    if (operator) facts.keyId = operator.keyId;
    if (callbackId !== null) facts.callbackId = callbackId;
    if (refusal) return told(refusal, headers);
    if (operator) trail = deps.operators?.trail({ operator, route, params: found.params, requestId, nowMs }) ?? null;
    if (operator && !(route.scope && operator.scopes.includes(route.scope))) {
      return told(problem('scope_missing', `This takes a key with the scope ${route.scope}.`), headers);
    }
    const beforeIdentity = caller?.mode === 'live' ? beforeIdentityOf(route) : 'allowed';
    let verified = true;
    if (caller && (whileSuspendedOf(route) === 'refused' || beforeIdentity !== 'allowed')) {
      const tenant = await deps.tenants.find(caller.tenantId);
      const standing = whileSuspendedOf(route) === 'refused' ? refusalOf(tenant) : null;
      if (standing) return told(standing, headers);
      verified = tenant?.identityStatus === 'approved';
      if (!verified && beforeIdentity === 'refused') return told(notVerified, headers);
    }

    const input = readInput(route, event, found.params);
    if ('problem' in input) {
      if (callbackId !== null) route.unread?.(callbackId, deps);
      return told(input, headers);
    }

    const { params, query, body } = input;
    if (!verified && typeof beforeIdentity === 'function' && beforeIdentity(body) === 'refused') {
      return told(notVerified, headers);
    }
    const call = {
      ...{ caller: caller ?? operator, callbackId, params, query, body, requestId, nowMs, remember: null },
      audit: trail?.audit ?? null,
    } as unknown as Call;
    const run = (call: Call) => {
      const work = () => route.run(call, deps);
      return trail ? trail.around(work) : work();
    };
    if (!route.idempotent) {
      const outcome = await run(call);
      if ('problem' in outcome) return told(outcome, headers);
      if ('kind' in outcome) throw new Error(`${facts.route} remembers nothing, so it cannot be replayed`);
      return respond(outcome, headers);
    }

    const scope = caller?.owner ?? (operator && operator.keyId !== 'root' ? operator.keyId : 'operator');
    const keyed = keyedOf(scope, event.headers['idempotency-key'], {
      method,
      path: event.rawPath,
      body: input.rawBody,
    });
    if ('problem' in keyed) return told(keyed, headers);
    const before = await replayOf(keyed, headers);
    if (before) return before;
    const outcome = await run({ ...call, remember: rememberWith(keyed, nowMs) });
    if (!('problem' in outcome) && !('kind' in outcome)) return respond(outcome, headers);
    // A twin of this request may have won meanwhile, and a refusal may be of its making: its answer is the answer.
    const meanwhile = await replayOf(keyed, headers);
    if (meanwhile) return meanwhile;
    return told('problem' in outcome ? outcome : tryAgain, headers);

    async function replayOf(keyed: Keyed, headers: Headers) {
      const replay = await findReplay(deps.idempotency, keyed, nowMs);
      if (replay === null) return null;
      if ('problem' in replay) return told(replay, headers);
      await trail?.replayed(replay.status);
      return respondJson(replay.status, replay.json, { ...headers, 'idempotency-replayed': 'true' });
    }
  };
}

const tryAgain = problem('conflict', 'Another request used the key as it expired.', { retryAfterSeconds: 1 });

function refusalOf(tenant: Tenant | null): Problem | null {
  if (tenant?.state === 'closed') return problem('tenant_closed', 'It cannot be opened again.');
  return tenant?.state === 'active' ? null : problem('tenant_suspended', 'Ask the operator to resume it.');
}

const notVerified = problem(
  'identity_not_verified',
  'Verify the identity of the account first: see /v1/identity. Until then it may look, and try everything with a test key.',
);
