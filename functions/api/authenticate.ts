import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ownerOf } from '../../shared/contracts/ids.ts';
import type { Operator } from '../../shared/domain/operators/scopes.ts';
import { hashOf, isKeySecret, type KeyDoor } from '../../shared/domain/tenants/api-key.ts';
import {
  type Allowance,
  afterRequest,
  paceOf,
  type RateLimit,
  remainingOf,
  retryAfterSecondsOf,
  verdictOf,
} from '../../shared/domain/tenants/rate-limit.ts';
import { defaultSettings } from '../../shared/domain/tenants/tenant.ts';
import type { OperatorDoor } from './operator-door.ts';
import { type Problem, problem } from './problems.ts';
import type { Auth, TenantCaller } from './route.ts';

/** How callers are known; null where no route asks for such callers. */
export interface AuthDeps {
  readonly keyDoor: KeyDoor | null;
  readonly operators: OperatorDoor | null;
  /** Whether a callback was signed with our secret, not long ago. */
  readonly signature: ((signed: SignedCallback) => Promise<boolean>) | null;
}

/** A callback as its sender signed it. */
export interface SignedCallback {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}

/** Who calls (at most one of the two), or why not; `headers` go onto the answer either way. */
export interface Authenticated {
  readonly caller: TenantCaller | null;
  readonly operator: Operator | null;
  /** The name of a signed callback; null for everybody else. */
  readonly callbackId: string | null;
  readonly refusal: Problem | null;
  readonly headers: Readonly<Record<string, string>>;
}

export const nobody = { caller: null, operator: null, callbackId: null } as const;
export const unauthorized: Authenticated = {
  ...nobody,
  refusal: problem('unauthorized', 'Send a valid key of this service as Authorization: Bearer …'),
  headers: { 'www-authenticate': 'Bearer' },
};
const anybody: Authenticated = { ...nobody, refusal: null, headers: {} };
const refusedCallback = (refusal: Problem): Authenticated => ({ ...nobody, refusal, headers: {} });
const unsigned = refusedCallback(
  problem(
    'invalid_signature',
    'Sign by Standard Webhooks with the secret you were given, within the last five minutes.',
  ),
);

/** What carriers tell us is a few short fields. */
const callbackBytesMax = 4_096;
const tooLong = refusedCallback(problem('body_too_large', `A callback may have at most ${callbackBytesMax} bytes.`));

/**
 * Opens the check of keys and signatures. The rate limit of a carrier is counted in this process
 * only: there are few of them.
 */
export function openAuthentication(deps: AuthDeps) {
  let carrier: Allowance = { idleAtMs: 0, openAtMs: 0 };

  return async (auth: Auth, event: APIGatewayProxyEventV2, nowMs: number): Promise<Authenticated> => {
    if (auth === 'public') return anybody;
    if (auth === 'callback') return callback(event, nowMs);
    const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(event.headers.authorization?.trim() ?? '')?.[1];
    if (token === undefined) return unauthorized;
    if (auth === 'tenant') return tenant(token, nowMs);
    if (deps.operators === null) throw new Error('This function knows no operators');
    return deps.operators.authenticate(token, nowMs);
  };

  async function tenant(token: string, nowMs: number): Promise<Authenticated> {
    if (deps.keyDoor === null) throw new Error('This function knows no tenants');
    if (!isKeySecret(token)) return unauthorized;
    const admission = await deps.keyDoor.admit(hashOf(token), nowMs);
    if (admission.kind === 'unknown') return unauthorized;
    const { key, limit, allowance } = admission;
    const headers = limitHeaders(limit, allowance, nowMs);
    if (admission.kind === 'wait') return tooMany(allowance, headers, nowMs);
    const { tenantId, mode, id } = key;
    const caller = { tenantId, mode, owner: ownerOf(tenantId, mode), keyId: id };
    return { ...nobody, caller, refusal: null, headers };
  }

  /** The signature first: who has none uses up nobody's requests. */
  async function callback({ headers, body, isBase64Encoded }: APIGatewayProxyEventV2, nowMs: number) {
    if (deps.signature === null) throw new Error('This function takes no callbacks');
    const given = body ?? '';
    if (given.length > callbackBytesMax * 2) return tooLong;
    const bytes = Buffer.from(given, isBase64Encoded ? 'base64' : 'utf8');
    if (bytes.length > callbackBytesMax) return tooLong;
    const [id = '', timestamp = '', signature = ''] = ['id', 'timestamp', 'signature'].map(
      (name) => headers[`webhook-${name}`],
    );
    if (!/^[\x21-\x7e]{1,255}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return unsigned;
    if (!(await deps.signature({ id, timestamp, signature, body: bytes.toString() }))) return unsigned;
    if (verdictOf(carrier, nowMs) === 'wait') return tooMany(carrier, {}, nowMs);
    carrier = afterRequest(carrier, paceOf(defaultSettings.rateLimit), nowMs);
    return { ...nobody, callbackId: id, refusal: null, headers: {} };
  }
}

export function tooMany(allowance: Allowance, headers: Authenticated['headers'], nowMs: number): Authenticated {
  const retryAfterSeconds = retryAfterSecondsOf(allowance, nowMs);
  return {
    ...nobody,
    refusal: problem('rate_limited', 'This key has used up its requests for now.', { retryAfterSeconds }),
    headers,
  };
}

/** The fields of the IETF draft on rate limit headers: quota and window, then what remains and when it is whole again. */
export function limitHeaders(limit: RateLimit, allowance: Allowance, nowMs: number): Record<string, string> {
  const remaining = remainingOf(allowance, limit, paceOf(limit), nowMs);
  const resetSeconds = Math.max(0, Math.ceil((allowance.idleAtMs - nowMs) / 1000));
  const windowSeconds = Math.max(1, Math.ceil(limit.burst / limit.requestsPerSecond));
  return {
    'ratelimit-policy': `"key";q=${limit.burst};w=${windowSeconds}`,
    ratelimit: `"key";r=${remaining};t=${resetSeconds}`,
  };
}
