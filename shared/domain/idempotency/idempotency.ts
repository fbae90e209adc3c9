import { createHash } from 'node:crypto';
import type { OperatorKeyId, OwnerId } from '../../contracts/ids.ts';

/** Whose keys they are: an owner's, or those of one key of an operator, `operator` being the stack's own. */
export type IdempotencyScope = OwnerId | OperatorKeyId | 'operator';

/**
 * What a request answered, kept under the customer's key. It is written in the same transaction as what the request
 * made, so either both exist or neither: no lock, no "still running", nothing half done.
 */
export interface IdempotencyRecord {
  readonly scope: IdempotencyScope;
  readonly key: string;
  /** Tells a repetition from another request under the same key. */
  readonly requestHash: string;
  readonly status: number;
  /** The JSON answer, gzip; never a secret. */
  readonly bodyGzip: Uint8Array;
  /** When the request came in: by this time it is judged whether an older record has expired. */
  readonly requestedAtMs: number;
  /** From then on the key is free again. */
  readonly expiresAtMs: number;
}

/**
 * Makes the record that a store writes beside the thing itself. Handed from the door into the use case, because only
 * the door knows how the result will be answered.
 */
export type Remember<T> = (result: T) => IdempotencyRecord;

/** The outcome of a store that found the key taken in its transaction: nothing was written, the first answer holds. */
export interface Replayed {
  readonly kind: 'replayed';
}
export const replayed: Replayed = { kind: 'replayed' };

export interface IdempotencyStore {
  /** The record under a key, read consistently; null if there is none or it has expired. */
  find(scope: IdempotencyScope, key: string, nowMs: number): Promise<IdempotencyRecord | null>;
}

/** 1–255 visible ASCII characters. */
export const isIdempotencyKey = (key: string): boolean => /^[\x21-\x7e]{1,255}$/.test(key);

/** Two requests are the same if method, path and body say the same, whatever the order of members and the white space. */
export function requestHashOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest('base64url');
}

/** JSON with members in order of name, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
