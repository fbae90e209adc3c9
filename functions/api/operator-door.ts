import { createHash, timingSafeEqual } from 'node:crypto';
import { isOperatorSecret } from '../../shared/domain/operators/operator-key.ts';
import { type Operator, rootOperator } from '../../shared/domain/operators/scopes.ts';
import { hashOf, type KeyDoor } from '../../shared/domain/tenants/api-key.ts';
import { type Allowance, afterRequest, paceOf, verdictOf } from '../../shared/domain/tenants/rate-limit.ts';
import { defaultSettings } from '../../shared/domain/tenants/tenant.ts';
import { type Authenticated, limitHeaders, nobody, tooMany, unauthorized } from './authenticate.ts';
import { type AuditedCall, openTrail, type Trail, type TrailDeps } from './trail.ts';

/** How operators are known, and what they leave behind; handed in, so that no function of customers carries it. */
export interface OperatorDoor {
  authenticate(token: string, nowMs: number): Promise<Authenticated>;
  trail(call: AuditedCall): Trail;
}

export interface OperatorDoorDeps extends TrailDeps {
  /** The secret of the stack: what follows `bk_op_` in the root key. */
  readonly secret: () => Promise<string>;
  readonly keyDoor: KeyDoor<Operator>;
}

/**
 * Knows operators by the root key or by stored ones. The rate limit of the root key is counted in this process only: few
 * call with it.
 */
export function openOperatorDoor(deps: OperatorDoorDeps): OperatorDoor {
  let root: Allowance = { idleAtMs: 0, openAtMs: 0 };

  async function authenticate(token: string, nowMs: number): Promise<Authenticated> {
    if (!isSame(token, `bk_op_${await deps.secret()}`)) return stored(token, nowMs);
    const limit = defaultSettings.rateLimit;
    if (verdictOf(root, nowMs) === 'wait') return tooMany(root, limitHeaders(limit, root, nowMs), nowMs);
    root = afterRequest(root, paceOf(limit), nowMs);
    return { ...nobody, operator: rootOperator, refusal: null, headers: limitHeaders(limit, root, nowMs) };
  }

  async function stored(token: string, nowMs: number): Promise<Authenticated> {
    if (!isOperatorSecret(token)) return unauthorized;
    const admission = await deps.keyDoor.admit(hashOf(token), nowMs);
    if (admission.kind === 'unknown') return unauthorized;
    const headers = limitHeaders(admission.limit, admission.allowance, nowMs);
    if (admission.kind === 'wait') return tooMany(admission.allowance, headers, nowMs);
    return { ...nobody, operator: admission.key, refusal: null, headers };
  }

  return { authenticate, trail: (call) => openTrail(deps, call) };
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
