import { createHash, timingSafeEqual } from 'node:crypto';
import { ownerOf } from '../../shared/contracts/ids.ts';
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
import { type Problem, problem } from './problems.ts';
import type { Auth, TenantCaller } from './route.ts';

/** How callers are known; null where no route asks for such callers. */
export interface AuthDeps {
  readonly keyDoor: KeyDoor | null;
  /** The operator's secret: what follows `bk_op_`. */
  readonly operatorSecret: (() => Promise<string>) | null;
}

/** Who calls (null for the operator and for anybody), or why not; `headers` go onto the answer either way. */
export interface Authenticated {
  readonly caller: TenantCaller | null;
  readonly refusal: Problem | null;
  readonly headers: Readonly<Record<string, string>>;
}

const unauthorized: Authenticated = {
  caller: null,
  refusal: problem('unauthorized', 'Send a valid key of this service as Authorization: Bearer …'),
  headers: { 'www-authenticate': 'Bearer' },
};
const anybody: Authenticated = { caller: null, refusal: null, headers: {} };

/** Opens the check of keys. The operator's rate limit is counted in this process only: there are few operators. */
export function openAuthentication(deps: AuthDeps) {
  let operator: Allowance = { idleAtMs: 0, openAtMs: 0 };

  return async (auth: Auth, authorization: string | undefined, nowMs: number): Promise<Authenticated> => {
    if (auth === 'public') return anybody;
    const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization?.trim() ?? '')?.[1];
    if (token === undefined) return unauthorized;
    return auth === 'tenant' ? tenant(token, nowMs) : operatorOf(token, nowMs);
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
    return { caller: { tenantId, mode, owner: ownerOf(tenantId, mode), keyId: id }, refusal: null, headers };
  }

  async function operatorOf(token: string, nowMs: number): Promise<Authenticated> {
    if (deps.operatorSecret === null) throw new Error('This function knows no operator');
    if (!isSame(token, `bk_op_${await deps.operatorSecret()}`)) return unauthorized;
    const limit = defaultSettings.rateLimit;
    if (verdictOf(operator, nowMs) === 'wait') return tooMany(operator, limitHeaders(limit, operator, nowMs), nowMs);
    operator = afterRequest(operator, paceOf(limit), nowMs);
    return { caller: null, refusal: null, headers: limitHeaders(limit, operator, nowMs) };
  }
}

function tooMany(allowance: Allowance, headers: Authenticated['headers'], nowMs: number): Authenticated {
  const retryAfterSeconds = retryAfterSecondsOf(allowance, nowMs);
  return {
    caller: null,
    refusal: problem('rate_limited', 'This key has used up its requests for now.', { retryAfterSeconds }),
    headers,
  };
}

/** The fields of the IETF draft on rate limit headers: quota and window, then what remains and when it is whole again. */
function limitHeaders(limit: RateLimit, allowance: Allowance, nowMs: number): Record<string, string> {
  const remaining = remainingOf(allowance, limit, paceOf(limit), nowMs);
  const resetSeconds = Math.max(0, Math.ceil((allowance.idleAtMs - nowMs) / 1000));
  const windowSeconds = Math.max(1, Math.ceil(limit.burst / limit.requestsPerSecond));
  return {
    'ratelimit-policy': `"key";q=${limit.burst};w=${windowSeconds}`,
    ratelimit: `"key";r=${remaining};t=${resetSeconds}`,
  };
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
