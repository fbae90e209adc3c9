import type { PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Person } from '../identity/person.ts';
import type { PhoneCheck } from './phone-check.ts';

/** When a tenant's latest checks began, changed under one version. 0: there never was one. */
export interface PhoneCheckStarts {
  readonly version: number;
  readonly atMs: readonly number[];
}

export interface PhoneCheckStore {
  /** Consistent. */
  starts(tenant: TenantId): Promise<PhoneCheckStarts>;
  /** Puts `atMs` in the place of what was read, if that is still there. */
  noteStarts(tenant: TenantId, before: PhoneCheckStarts, atMs: readonly number[]): Promise<'written' | 'moved'>;
  create(check: PhoneCheck, record: IdempotencyRecord): Promise<{ readonly kind: 'created' } | Replayed>;
  /** Consistent. */
  find(tenant: TenantId, id: PhoneCheckId): Promise<PhoneCheck | null>;
  /** Puts `after` under the next version in the place of `before`, if it is still open and as it was read. */
  change(before: PhoneCheck, after: PhoneCheck): Promise<PhoneCheck | 'moved'>;
}

/** What a check has proven, for whoever relies on it. */
export interface PhoneChecks {
  /**
   * Whose number (national digits) a check of the tenant has confirmed; null if it is none of the tenant's, was not
   * confirmed, or was so too long ago.
   */
  confirmedNumber(tenant: TenantId, checkId: PhoneCheckId, nowMs: number): Promise<Person | null>;
}

export type ChallengeOutcome =
  | { readonly kind: 'challenged'; readonly challengeId: string }
  /** Nobody of this name has this number, or the number gets no codes. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable' };

export type ConfirmOutcome =
  /** The person as the provider knows them. */
  | { readonly kind: 'confirmed'; readonly person: Person }
  | { readonly kind: 'wrong_code' }
  | { readonly kind: 'expired' }
  /** What it made of the code is not known: it is not asked again. */
  | { readonly kind: 'unavailable' };

/** A company that may ask carriers who has a number, and sends codes to it. */
export interface IdentityProvider {
  challenge(person: Person): Promise<ChallengeOutcome>;
  confirm(challengeId: string, code: string): Promise<ConfirmOutcome>;
}
