import { gunzipSync, gzipSync } from 'node:zlib';
import { idempotencyHours } from '../../shared/contracts/limits.ts';
import {
  type IdempotencyRecord,
  type IdempotencyScope,
  type IdempotencyStore,
  isIdempotencyKey,
  requestHashOf,
} from '../../shared/domain/idempotency/idempotency.ts';
import { type Problem, problem } from './problems.ts';
import type { Call } from './route.ts';

/** A request under an Idempotency-Key. */
export interface Keyed {
  readonly scope: IdempotencyScope;
  readonly key: string;
  readonly requestHash: string;
}

/** What was answered the first time, as it goes out again. */
export interface Replay {
  readonly status: number;
  readonly json: string;
}

/** Reads the header; the hash covers method, path and body, so a key that moved to another route is reused, not replayed. */
export function keyedOf(
  scope: IdempotencyScope,
  key: string | undefined,
  request: { readonly method: string; readonly path: string; readonly body: unknown },
): Keyed | Problem {
  if (key === undefined || key === '') {
    return problem('idempotency_key_missing', 'Send an Idempotency-Key of your own making with this request.');
  }
  if (!isIdempotencyKey(key)) {
    return problem('invalid_idempotency_key', 'An Idempotency-Key has 1 to 255 visible ASCII characters.');
  }
  return { scope, key, requestHash: requestHashOf(request.method, request.path, request.body) };
}

/** The first answer if this request was made before, a refusal if the key was another's, null if it is new. */
export async function findReplay(
  store: IdempotencyStore,
  keyed: Keyed,
  nowMs: number,
): Promise<Replay | Problem | null> {
  const record = await store.find(keyed.scope, keyed.key, nowMs);
  if (record === null) return null;
  if (record.requestHash !== keyed.requestHash) {
    return problem('idempotency_key_reused', 'This Idempotency-Key was used with another request.');
  }
  return { status: record.status, json: gunzipSync(record.bodyGzip).toString() };
}

/** How `run` says what its result will be answered with; see `Remember`. */
export function rememberWith(keyed: Keyed, nowMs: number): NonNullable<Call['remember']> {
  return (answer, keepUntilMs) =>
    (result): IdempotencyRecord => {
      const { status, body } = answer(result);
      const usualMs = nowMs + idempotencyHours * 3_600_000;
      return {
        ...keyed,
        status,
        bodyGzip: gzipSync(JSON.stringify(body)),
        requestedAtMs: nowMs,
        expiresAtMs: Math.max(usualMs, keepUntilMs?.(result) ?? 0),
      };
    };
}
