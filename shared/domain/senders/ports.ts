import type { PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Decision } from '../outcomes/outcome.ts';
import type { Sender, SenderState } from './sender.ts';

/** What sender numbers ask of the world. A use case names only the ports it uses. */

export interface SenderStore {
  /** Read consistently. */
  find(tenant: TenantId, number: string): Promise<Sender | null>;
  /** In order of the digits; `state` null: all. */
  list(
    tenant: TenantId,
    question: { readonly state: SenderState | null; readonly limit: number; readonly after: string | null },
  ): Promise<{ readonly items: readonly Sender[]; readonly next: string | null }>;
  /** Those of all tenants in a state: what waits, longest first; else the latest first. An index answers, which may lag behind. */
  listByState(
    state: SenderState,
    limit: number,
    after: string | null,
  ): Promise<{ readonly items: readonly Sender[]; readonly next: string | null }>;
  /** Whether another tenant has it approved now. */
  isApprovedElsewhere(tenant: TenantId, number: string): Promise<boolean>;
  /**
   * Writes `after` where `before` still stands (null: nothing), with all that belongs to it, or nothing. The version
   * counts on by one.
   */
  write(before: Sender | null, after: Sender, along: SenderWriteAlong): Promise<SenderWrite>;
}

export interface SenderWriteAlong {
  /** Refuse an approval if another tenant has the number approved. */
  readonly alone: boolean;
  /** What an operator decided, recorded and told in the same transaction; null: the tenant did it. */
  readonly decision: Decision | null;
  readonly record: IdempotencyRecord | null;
}

export type SenderWrite =
  | { readonly kind: 'written'; readonly sender: Sender }
  /** As it is instead; null: absent. */
  | { readonly kind: 'moved'; readonly sender: Sender | null }
  | { readonly kind: 'taken' }
  | { readonly kind: 'no_tenant' }
  | Replayed;

/** Checks of somebody's own phone. */
export interface PhoneChecks {
  /** The tenant's own number that its check has confirmed, in any usual form; null: of another, not confirmed, or no longer. */
  confirmedNumber(tenant: TenantId, checkId: PhoneCheckId, nowMs: number): Promise<string | null>;
}
