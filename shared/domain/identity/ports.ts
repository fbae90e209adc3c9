import type { TenantId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Decision } from '../outcomes/outcome.ts';
import type { IdentityStatus, Tenant } from '../tenants/tenant.ts';
import type { GivenDocument, Identity, IdentityDocument } from './identity.ts';

/** A tenant with its identity. */
export interface Identified {
  readonly tenant: Tenant;
  readonly identity: Identity;
}

export interface IdentityStore {
  /** Consistent; null: no such tenant. One that has handed in nothing has an identity of version 0. */
  read(id: TenantId): Promise<Identified | null>;
  /**
   * Puts `after`, under the next version, in the place of what was read, and its status into the tenant, with what was
   * decided; all of it if nothing has changed since, or nothing.
   */
  change(
    before: Identified,
    after: Identity,
    also: { readonly record: IdempotencyRecord } | { readonly decision: Decision },
  ): Promise<{ readonly kind: 'written'; readonly identity: Identity } | { readonly kind: 'moved' } | Replayed>;
  /** Those that were handed in and stand so: what waits, longest first; else newest first. */
  list(
    status: IdentityStatus,
    limit: number,
    after: string | null,
  ): Promise<{ readonly items: readonly Identified[]; readonly next: string | null }>;
}

export type TakeOutcome =
  | { readonly kind: 'taken'; readonly documents: readonly IdentityDocument[] }
  /** `index` counts from 0 in what was given. */
  | {
      readonly kind: 'refused';
      readonly index: number;
      readonly why: 'not_found' | 'awaiting_file' | 'validating' | 'rejected' | 'expired';
    };

/** Takes uploaded documents, so that they are kept. Doing it again changes nothing. */
export interface IdentityDocuments {
  take(tenant: TenantId, given: readonly GivenDocument[], nowMs: number): Promise<TakeOutcome>;
}
