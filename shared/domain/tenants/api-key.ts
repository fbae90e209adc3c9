import { createHash } from 'node:crypto';
import type { KeyId, Mode, TenantId } from '../../contracts/ids.ts';
import type { Allowance, RateLimit } from './rate-limit.ts';

/** What a customer may know of a key after its creation. */
export interface ApiKey {
  readonly id: KeyId;
  readonly tenantId: TenantId;
  readonly mode: Mode;
  /** The last four characters of the secret, to tell keys apart. */
  readonly last4: string;
  readonly createdAtMs: number;
}

/** A key as it is stored: found by the hash of its secret; the secret itself is nowhere. */
export interface StoredKey extends ApiKey {
  readonly hash: string;
}

/** A key at the moment of its creation: the only time its secret is known. */
export interface NewKey {
  readonly stored: StoredKey;
  readonly secret: string;
}

const secretBytes = 24; // 192 bits: nobody guesses it, so a plain hash is enough to store

/** `bk_live_…` or `bk_test_…`. `random` must be a cryptographic source. */
export function newKey(
  facts: Pick<ApiKey, 'id' | 'tenantId' | 'mode' | 'createdAtMs'>,
  random: (bytes: number) => Uint8Array,
): NewKey {
  const secret = `bk_${facts.mode}_${Buffer.from(random(secretBytes)).toString('base64url')}`;
  const { id, tenantId, mode, createdAtMs } = facts;
  return { secret, stored: { id, tenantId, mode, createdAtMs, last4: secret.slice(-4), hash: hashOf(secret) } };
}

/** How a secret is looked up. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Whether a bearer token has the form of a customer's key. */
export const isKeySecret = (token: string): boolean => /^bk_(?:live|test)_[\w-]{32}$/.test(token);

export type Admission<K = ApiKey> =
  | { readonly kind: 'admitted'; readonly key: K; readonly limit: RateLimit; readonly allowance: Allowance }
  | { readonly kind: 'wait'; readonly key: K; readonly limit: RateLimit; readonly allowance: Allowance }
  /** No such key, or not any more. */
  | { readonly kind: 'unknown' };

export interface KeyDoor<K = ApiKey> {
  /** Finds the key and counts the request, in one conditional write: it holds across all Lambdas at once. */
  admit(hash: string, nowMs: number): Promise<Admission<K>>;
}
