import * as z from 'zod';
import { tenantIdShape } from '../../shared/contracts/ids.ts';
import type { Person } from '../../shared/domain/identity/person.ts';
import { identityStatuses, type Tenant, tenantStates } from '../../shared/domain/tenants/tenant.ts';
import { mobileOf, personName, personNumber, personShape, shownPerson } from './identity-shapes.ts';
import { fieldProblem, type Problem } from './problems.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How tenants are recorded by operators, and answered to them. */

export const tenantPath = z.strictObject({ id: tenantIdShape });

export const tenantFacts = {
  name: z.string().trim().min(1).max(100),
  notificationEmails: z.array(z.email().max(254)).max(10),
};

export const tenantShape = z
  .object({
    id: tenantIdShape,
    ...tenantFacts,
    identityStatus: z.enum(identityStatuses),
    representative: personShape.nullable().meta({ description: 'Who signed up' }),
    status: z.enum(tenantStates),
    createdAt: timeShape,
    suspendedAt: timeShape.nullable(),
    closedAt: timeShape.nullable(),
  })
  .meta({ id: 'Tenant' });

export const shownTenant = ({
  id,
  name,
  notificationEmails,
  identityStatus,
  signUp,
  state,
  createdAtMs,
  suspendedAtMs,
  closedAtMs,
}: Tenant) => ({
  id,
  name,
  notificationEmails,
  identityStatus,
  representative: signUp && shownPerson(signUp),
  status: state,
  createdAt: shownTime(createdAtMs),
  suspendedAt: shownTimeOrNull(suspendedAtMs),
  closedAt: shownTimeOrNull(closedAtMs),
});

export const representativeShape = z.strictObject({ name: personName, number: personNumber }).meta({
  description: 'Who signs up: name and mobile number, which an identity that is handed in must have',
});

/** Whoever is named, with national digits; a problem if they have no mobile number. */
export function signUpOf({ name, number: given }: z.output<typeof representativeShape>): Person | Problem {
  const number = mobileOf(given);
  if (number !== null) return { name, number };
  const detail = 'This takes a Korean mobile number, which begins with 010.';
  return fieldProblem('invalid_number', '/representative/number', 'invalid_value', detail);
}
