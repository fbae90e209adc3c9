import type { EventId, PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
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
  /** Those of all tenants in a state, the latest first; an index answers, which may lag behind. */
  listByState(
    state: SenderState,
    limit: number,
    until: string | null,
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
  /** Told in the same transaction, so that it cannot get lost. */
  readonly outcome: SenderOutcome | null;
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
  /** The number that a tenant's check has confirmed, in any usual form; null if it has not, or no longer counts. */
  confirmedNumber(tenant: TenantId, checkId: PhoneCheckId, nowMs: number): Promise<string | null>;
}

/** What the operator decided about a number of a tenant's. */
export interface SenderOutcome {
  readonly id: EventId;
  readonly type: 'sender_number.approved' | 'sender_number.rejected' | 'sender_number.blocked';
  readonly tenantId: TenantId;
  readonly atMs: number;
  readonly facts: Readonly<Record<string, string>>;
}

/** Has outcomes told that were written. This only makes it quick: what was written is told in any case. */
export interface Outcomes {
  tell(id: EventId): Promise<void>;
}
