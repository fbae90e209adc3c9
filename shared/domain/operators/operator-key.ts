import type { OperatorKeyId } from '../../contracts/ids.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { IdempotencyRecord, Remember, Replayed } from '../idempotency/idempotency.ts';
import { hashOf } from '../tenants/api-key.ts';
import { type Operator, type OperatorScope, operatorScopes } from './scopes.ts';

/** What an operator may know of a key after its creation. */
export interface OperatorKey {
  readonly id: OperatorKeyId;
  readonly name: string;
  readonly scopes: readonly OperatorScope[];
  readonly last4: string;
  readonly createdAtMs: number;
  /** The key that made it. */
  readonly createdBy: OperatorKeyId | 'root';
}

/** As it is stored: found by the hash of its secret; the secret itself is nowhere. */
export interface StoredOperatorKey extends OperatorKey {
  readonly hash: string;
}

export type OperatorKeyWrite =
  | { readonly kind: 'written' }
  /** There is no such key, or not any more. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'too_many' }
  /** The key that asks was itself revoked in the meantime. */
  | { readonly kind: 'holder_revoked' };

export interface OperatorKeyStore {
  /** In order of id, which is that of creation; consistent. */
  list(): Promise<readonly StoredOperatorKey[]>;
  /** Adds the key, while that of whoever asks still stands and there are fewer than `operatorKeysMax`. */
  add(
    key: StoredOperatorKey,
    holder: Operator,
    record: IdempotencyRecord,
    audit: AuditEntry,
  ): Promise<OperatorKeyWrite | Replayed>;
  /** The key stops working with this write, if that of whoever asks still stands. */
  remove(key: StoredOperatorKey, holder: Operator, audit: AuditEntry): Promise<OperatorKeyWrite>;
}

export const operatorKeysMax = 100;

export interface OperatorKeyPorts {
  readonly operatorKeys: OperatorKeyStore;
  readonly ids: Ids;
  readonly randomBytes: (count: number) => Uint8Array;
}

const secretBytes = 24; // 192 bits: nobody guesses it, so a plain hash is enough to store

/** Whether a bearer token has the form of a stored key's secret. */
export const isOperatorSecret = (token: string): boolean => /^bk_op_[\w-]{32}$/.test(token);

export type CreateOperatorKeyOutcome =
  | { readonly kind: 'created'; readonly key: StoredOperatorKey; readonly secret: string }
  /** Nobody gives what they do not have. */
  | { readonly kind: 'scope_missing'; readonly scopes: readonly OperatorScope[] }
  | Exclude<OperatorKeyWrite, { kind: 'written' | 'absent' }>
  | Replayed;

/** Another key, with scopes that whoever asks has, too. */
export async function createOperatorKey(
  { operatorKeys, ids, randomBytes }: OperatorKeyPorts,
  holder: Operator,
  given: { readonly name: string; readonly scopes: readonly OperatorScope[] },
  nowMs: number,
  remember: Remember<StoredOperatorKey>,
  audit: Audit,
): Promise<CreateOperatorKeyOutcome> {
  const missing = missingOf(holder, given.scopes);
  if (missing.length > 0) return { kind: 'scope_missing', scopes: missing };
  const secret = `bk_op_${Buffer.from(randomBytes(secretBytes)).toString('base64url')}`;
  const key: StoredOperatorKey = {
    id: `opk_${ids.ulid()}`,
    name: given.name,
    scopes: operatorScopes.filter((scope) => given.scopes.includes(scope)),
    last4: secret.slice(-4),
    createdAtMs: nowMs,
    createdBy: holder.keyId,
    hash: hashOf(secret),
  };
  const outcome = await operatorKeys.add(key, holder, remember(key), audit({ before: null, after: factsOf(key) }));
  if (outcome.kind === 'absent') throw new Error('A new key was said to be absent');
  return outcome.kind === 'written' ? { kind: 'created', key, secret } : outcome;
}

export type RevokeOperatorKeyOutcome =
  | { readonly kind: 'revoked' }
  /** So that whoever holds a working key goes on holding one. */
  | { readonly kind: 'own_key' }
  /** Nobody takes what they could not have given. */
  | { readonly kind: 'scope_missing'; readonly scopes: readonly OperatorScope[] }
  | Exclude<OperatorKeyWrite, { kind: 'written' | 'too_many' }>;

/** Revokes a key, effective at once; of two that revoke each other at the same time one stays. */
export async function revokeOperatorKey(
  { operatorKeys }: Pick<OperatorKeyPorts, 'operatorKeys'>,
  holder: Operator,
  id: OperatorKeyId,
  audit: Audit,
): Promise<RevokeOperatorKeyOutcome> {
  if (id === holder.keyId) return { kind: 'own_key' };
  const key = (await operatorKeys.list()).find((one) => one.id === id);
  if (!key) return { kind: 'absent' };
  const missing = missingOf(holder, key.scopes);
  if (missing.length > 0) return { kind: 'scope_missing', scopes: missing };
  const outcome = await operatorKeys.remove(key, holder, audit({ before: factsOf(key), after: null }));
  if (outcome.kind === 'too_many') throw new Error('A key that goes was said to be one too many');
  return outcome.kind === 'written' ? { kind: 'revoked' } : outcome;
}

const missingOf = (holder: Operator, scopes: readonly OperatorScope[]) =>
  scopes.filter((scope) => !holder.scopes.includes(scope));

const factsOf = ({ id, name, scopes }: OperatorKey) => ({ id, name, scopes });
