import { modes, ownerOf, type TenantId } from '../../contracts/ids.ts';
import type { Audit } from '../audit/audit.ts';
import type { LedgerEntry } from '../credits/ledger.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { Person } from '../identity/person.ts';
import { type NewKey, newKey } from './api-key.ts';
import { defaultSettings, type IdentityStatus, type Tenant, type TenantStore } from './tenant.ts';

/** Test messages cost test credits, of which there are plenty from the start. */
export const testCredits = 100_000;

/** A tenant and its first keys, whose secrets are known now only. */
export interface CreatedTenant {
  readonly tenant: Tenant;
  readonly keys: readonly NewKey[];
}

/** A tenant begins with a live key, a test key, and test credits. */
export async function createTenant(
  ports: {
    readonly tenants: Pick<TenantStore, 'create'>;
    readonly ids: Ids;
    readonly randomBytes: (count: number) => Uint8Array;
  },
  facts: {
    readonly name: string;
    readonly notificationEmails: readonly string[];
    readonly identityStatus: IdentityStatus;
    readonly signUp: Person | null;
  },
  nowMs: number,
  remember: Remember<CreatedTenant>,
  audit: Audit,
): Promise<{ readonly kind: 'created'; readonly created: CreatedTenant } | Replayed> {
  const id: TenantId = `ten_${ports.ids.ulid()}`;
  const tenant: Tenant = {
    ...facts,
    id,
    state: 'active',
    createdAtMs: nowMs,
    suspendedAtMs: null,
    closedAtMs: null,
    version: 1,
  };
  const keys = modes.map((mode) =>
    newKey({ id: `key_${ports.ids.ulid()}`, tenantId: id, mode, createdAtMs: nowMs }, ports.randomBytes),
  );
  const entry: LedgerEntry = {
    id: ports.ids.ulid(),
    type: 'grant',
    credits: testCredits,
    quantity: testCredits,
    dispatchId: null,
    note: 'Test credits to begin with',
    atMs: nowMs,
  };
  const created = { tenant, keys };
  const outcome = await ports.tenants.create(
    {
      tenant,
      settings: defaultSettings,
      keys: keys.map(({ stored }) => stored),
      grants: [{ owner: ownerOf(id, 'test'), entry }],
    },
    remember(created),
    audit({ tenantId: id, before: null, after: { id, ...facts, keys: keys.map(({ stored }) => stored.id) } }),
  );
  return outcome.kind === 'created' ? { kind: 'created', created } : outcome;
}
