import type { TenantId } from '../../contracts/ids.ts';
import type { Audit } from '../audit/audit.ts';
import type { Identity } from '../identity/identity.ts';
import { isSamePerson, type Person } from '../identity/person.ts';
import type { IdentityStore } from '../identity/ports.ts';
import type { IdentityStatus, Tenant, TenantStore } from './tenant.ts';

export interface EditPorts {
  readonly tenants: Pick<TenantStore, 'find' | 'edit'>;
  readonly identities: Pick<IdentityStore, 'read'>;
}

/** What the operator may put right of what was recorded at the sign-up; `undefined` leaves it as it is. */
export interface TenantEdit {
  readonly name?: string | undefined;
  readonly notificationEmails?: readonly string[] | undefined;
  readonly signUp?: Person | undefined;
}

export type EditOutcome =
  | { readonly kind: 'edited'; readonly tenant: Tenant }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  /** An identity that was compared with this is being looked at, or stands. */
  | { readonly kind: 'relied_on'; readonly field: 'name' | 'signUp'; readonly status: IdentityStatus }
  | { readonly kind: 'busy' };

const roundsMax = 20;

/**
 * Puts right what was recorded at the sign-up. Nobody else is put in the place of whoever an identity was compared with
 * while that is being looked at or stands: it is rejected or revoked first, and then handed in by the right person. Nor does
 * the business get another name between the look at its documents and the decision. An approval without anything handed in
 * is the operator's own word, as the correction is.
 */
export async function editTenant(
  { tenants, identities }: EditPorts,
  id: TenantId,
  edit: TenantEdit,
  audit: Audit,
): Promise<EditOutcome> {
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    // The tenant first: an identity that changes after that changes the tenant's version, too
    const before = await tenants.find(id);
    const identified = before && (await identities.read(id));
    if (!identified) return { kind: 'absent' };
    if (before.state === 'closed') return { kind: 'closed' };
    const after: Tenant = { ...before, ...given(edit) };
    const changed = editable.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
    if (changed.length === 0) {
      audit({ before: null, after: null });
      return { kind: 'edited', tenant: before };
    }
    const field = reliedOn(identified.identity, before, after);
    if (field !== null) return { kind: 'relied_on', field, status: identified.identity.status };
    const factsOf = (tenant: Tenant) => Object.fromEntries(changed.map((field) => [field, tenant[field]]));
    const written = await tenants.edit(before, after, audit({ before: factsOf(before), after: factsOf(after) }));
    if (written !== 'moved') return { kind: 'edited', tenant: written };
  }
  return { kind: 'busy' };
}

/** What of a change an identity speaks against; null: nothing. */
function reliedOn({ status, submission }: Identity, before: Tenant, after: Tenant): 'name' | 'signUp' | null {
  if (submission === null || (status !== 'reviewing' && status !== 'approved')) return null;
  if (after.signUp && !isSamePerson(after.signUp, submission)) return 'signUp';
  return status === 'reviewing' && after.name !== before.name ? 'name' : null;
}

export type EmailsOutcome =
  | { readonly kind: 'changed'; readonly tenant: Tenant }
  | { readonly kind: 'closed' }
  | { readonly kind: 'busy' };

/** A tenant says itself where what is decided about it is told. */
export async function changeNotificationEmails(
  { tenants }: Pick<EditPorts, 'tenants'>,
  id: TenantId,
  notificationEmails: readonly string[],
): Promise<EmailsOutcome> {
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await tenants.find(id);
    if (before === null) throw new Error(`${id} has a key and is not there`);
    if (before.state === 'closed') return { kind: 'closed' };
    const written = await tenants.edit(before, { ...before, notificationEmails }, null);
    if (written !== 'moved') return { kind: 'changed', tenant: written };
  }
  return { kind: 'busy' };
}

const editable = ['name', 'notificationEmails', 'signUp'] as const satisfies readonly (keyof TenantEdit)[];

/** Without what is undefined. */
const given = ({ name, notificationEmails, signUp }: TenantEdit): Partial<Tenant> => ({
  ...(name !== undefined && { name }),
  ...(notificationEmails !== undefined && { notificationEmails }),
  ...(signUp !== undefined && { signUp }),
});
