import { type OwnerId, type TenantId, tenantOf } from '../../contracts/ids.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { CharacterPolicy } from '../content/characters.ts';
import type { LedgerEntry } from '../credits/ledger.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Person } from '../identity/person.ts';
import type { OptOutShelf } from '../opt-out-numbers/opt-out-number.ts';
import type { Decision } from '../outcomes/outcome.ts';
import { defaultPermissionRules, type PermissionRules } from '../permissions/why-not.ts';
import { defaultNightRule, type NightRule } from '../times/night-window.ts';
import type { StoredKey } from './api-key.ts';
import type { RateLimit } from './rate-limit.ts';

/** How a customer's proof of who it is stands. Until it is approved, nothing of the live side is created, spent or sent. */
export const identityStatuses = ['unverified', 'reviewing', 'rejected', 'approved'] as const;
export type IdentityStatus = (typeof identityStatuses)[number];

/** `closed` is final. */
export const tenantStates = ['active', 'suspended', 'closed'] as const;
export type TenantState = (typeof tenantStates)[number];

/** A customer of the service. */
export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly notificationEmails: readonly string[];
  readonly identityStatus: IdentityStatus;
  /** Who signed up for it, as the operator recorded it; null: nobody was named. */
  readonly signUp: Person | null;
  readonly state: TenantState;
  readonly createdAtMs: number;
  readonly suspendedAtMs: number | null;
  readonly closedAtMs: number | null;
  /** Rises with every write. */
  readonly version: number;
}

/** Every per-tenant rule, with its default. */
export interface Settings extends PermissionRules {
  /** Of each key on its own: two keys do not share it. */
  readonly rateLimit: RateLimit;
  /** What becomes of characters that no carrier takes. A dispatch keeps the rule it was created under. */
  readonly unsendableCharacters: CharacterPolicy;
  /** Who advertises, as advertisements say it; null: the tenant under its registered name. */
  readonly advertiserName: string | null;
  /** What the night does to advertisements. A dispatch keeps the rule it was created under. */
  readonly night: NightRule;
  /** How long the same message does not go to the same number again; 0: it does. A dispatch keeps the rule, too. */
  readonly duplicateBlockMinutes: number;
}
export const defaultSettings: Settings = {
  rateLimit: { requestsPerSecond: 50, burst: 100 },
  unsendableCharacters: 'refuse',
  advertiserName: null,
  night: defaultNightRule,
  duplicateBlockMinutes: 0,
  ...defaultPermissionRules,
};

/** Everything that begins to exist with a tenant. */
export interface NewTenant {
  readonly tenant: Tenant;
  readonly settings: Settings;
  readonly keys: readonly StoredKey[];
  /** Credits to begin with, by owner. */
  readonly grants: readonly { readonly owner: OwnerId; readonly entry: LedgerEntry }[];
}

/** What is written beside a change of the tenant's state. */
export type Decide = (before: Tenant, after: Tenant) => Decision;

/** `changed` is false if it was in that state already, or is closed. */
export interface StateSet {
  readonly tenant: Tenant;
  readonly changed: boolean;
}

export interface TenantStore {
  /** All of it and the idempotency record, or nothing. */
  create(
    newTenant: NewTenant,
    record: IdempotencyRecord,
    audit: AuditEntry,
  ): Promise<{ readonly kind: 'created' } | Replayed>;
  /** Read consistently. */
  find(id: TenantId): Promise<Tenant | null>;
  /** In order of id, which is that of creation. */
  list(
    limit: number,
    after: TenantId | null,
  ): Promise<{ readonly items: readonly Tenant[]; readonly next: TenantId | null }>;
  /**
   * The tenant in its new state; null if there is none. Setting the state it has already changes nothing, and a closed
   * one stays as it is.
   */
  setState(id: TenantId, state: Exclude<TenantState, 'closed'>, atMs: number, decide: Decide): Promise<StateSet | null>;
  /** Puts `after`, under the next version, in the place of what was read, with the record of what an operator did; or nothing. */
  edit(before: Tenant, after: Tenant, audit: AuditEntry | null): Promise<Tenant | 'moved'>;
  /**
   * Closes the tenant, if it and its opt-out numbers are still as they were read and none of its credits are held; else
   * nothing.
   */
  close(tenant: Tenant, numbers: OptOutShelf, atMs: number, decide: Decide): Promise<Tenant | 'moved'>;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What a tenant begins with carries the time at which its request came in; ids are made while the request runs. */
const requestMaxMs = 30_000;

/** Nothing of a tenant is older than this. Its ULID says so, without a look-up. Epoch ms. */
export function madeAtMs(owner: OwnerId): number {
  const time = tenantOf(owner).slice(4, 14);
  return [...time].reduce((ms, letter) => ms * 32 + crockford.indexOf(letter), 0) - requestMaxMs;
}
