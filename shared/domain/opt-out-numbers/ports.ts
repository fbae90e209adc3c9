import type { OptOutNumberId, TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { OptOutNumber, OptOutShelf } from './opt-out-number.ts';

export type OptOutNumberWrite =
  | { readonly kind: 'written' }
  /** The shelf is not as it was read: nothing was written. */
  | { readonly kind: 'moved' }
  /** Another subscription, of this tenant or another, has the number. */
  | { readonly kind: 'number_taken' }
  /** The tenant was closed; nothing of it is scheduled or opened any more. */
  | { readonly kind: 'tenant_closed' };

export interface OptOutNumberStore {
  /** Consistent. */
  shelf(tenant: TenantId): Promise<OptOutShelf>;
  /** Consistent; canceled ones are found, too. */
  find(tenant: TenantId, id: OptOutNumberId): Promise<OptOutNumber | null>;
  /** All of a tenant, canceled ones included, oldest first. */
  list(
    tenant: TenantId,
    limit: number,
    after: OptOutNumberId | null,
  ): Promise<{ readonly items: readonly OptOutNumber[]; readonly next: OptOutNumberId | null }>;
  /** A new request, if the shelf is still as it was read. */
  add(
    tenant: TenantId,
    shelf: OptOutShelf,
    requested: OptOutNumber,
    record: IdempotencyRecord,
  ): Promise<OptOutNumberWrite | Replayed>;
  /**
   * Puts `after` in the place of `before`, which is on the shelf as it was read, and takes or gives back the number that
   * changes with it: one number is one subscription's, of all tenants. A number that is given back keeps its past.
   */
  change(
    tenant: TenantId,
    shelf: OptOutShelf,
    before: OptOutNumber,
    after: OptOutNumber,
    atMs: number,
  ): Promise<OptOutNumberWrite>;
}

/** Whose an 080 number is, and was. */
export interface OptOutLines {
  /** The tenant that had the number (national digits) at a time; null: nobody. Consistent. */
  holderAt(number: string, atMs: number): Promise<TenantId | null>;
}
