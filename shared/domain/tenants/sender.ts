import type { TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Decision } from '../outcomes/outcome.ts';

/** A number that a tenant may send from, approved by the operator. National digits: `0212345678`. */
export interface Sender {
  readonly number: string;
  readonly approvedAtMs: number;
}

export interface SenderStore {
  /** `approved` returns the sender as it is stored: approving a number again changes nothing. */
  approve(
    tenant: TenantId,
    sender: Sender,
    record: IdempotencyRecord,
    decision: Decision,
  ): Promise<{ readonly kind: 'approved'; readonly sender: Sender } | { readonly kind: 'no_tenant' } | Replayed>;
  /** In order of the digits. */
  list(
    tenant: TenantId,
    limit: number,
    after: string | null,
  ): Promise<{ readonly items: readonly Sender[]; readonly next: string | null }>;
}
