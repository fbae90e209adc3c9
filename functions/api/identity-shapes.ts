import * as z from 'zod';
import { phoneCheckIdShape, tenantIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { type Identity, identityDocumentKinds, identityRoles } from '../../shared/domain/identity/identity.ts';
import { checklistOfRole, identityChecks } from '../../shared/domain/identity/identity-checks.ts';
import type { Person } from '../../shared/domain/identity/person.ts';
import { readNumber, toE164, toNational } from '../../shared/domain/numbers/phone-number.ts';
import { identityStatuses, type Tenant } from '../../shared/domain/tenants/tenant.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How people and identities are asked for and answered. */

export const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not have control characters')
  .meta({ example: '김하늘' });

export const personNumber = z
  .string()
  .min(3)
  .max(64)
  .meta({ description: 'Their own mobile number, in any usual form', example: '010-2345-6789' });

/** National digits of a Korean mobile number in any usual form; null if it is none. */
export function mobileOf(given: string): string | null {
  const number = readNumber(given);
  return number.kind === 'mobile' ? toNational(number.e164) : null;
}

export const personShape = z.object({ name: z.string(), number: z.string() }).meta({ id: 'Person' });

/** As numbers come out: E.164. */
export const shownPerson = ({ name, number }: Person) => ({ name, number: toE164(number) ?? number });

const submissionShape = z
  .object({
    role: z.enum(identityRoles),
    name: z.string(),
    number: z.string().meta({ description: 'E.164' }),
    checkId: phoneCheckIdShape,
    agreement: z.object({ version: z.string(), agreedAt: timeShape }),
    documents: z.array(
      z.object({
        kind: z.enum(identityDocumentKinds),
        uploadId: uploadIdShape,
        fileName: z.string(),
        bytes: z.int().min(0),
      }),
    ),
    submittedAt: timeShape,
  })
  .meta({ id: 'IdentitySubmission' });

export const identityShape = z
  .object({
    status: z.enum(identityStatuses).meta({
      description:
        '`unverified`: nothing was handed in; `reviewing`: the operator looks at it; `rejected`: for the reason given, hand in again; `approved`',
    }),
    reason: z.string().nullable(),
    decidedAt: timeShape.nullable(),
    submission: submissionShape.nullable().meta({ description: 'What was handed in last' }),
  })
  .meta({ id: 'Identity' });

export const shownIdentity = ({
  status,
  reason,
  decidedAtMs,
  submission,
}: Identity): z.input<typeof identityShape> => ({
  status,
  reason,
  decidedAt: shownTimeOrNull(decidedAtMs),
  submission: submission && {
    role: submission.role,
    ...shownPerson(submission),
    checkId: submission.checkId,
    agreement: { version: submission.agreement.version, agreedAt: shownTime(submission.agreement.agreedAtMs) },
    documents: submission.documents.map(({ kind, uploadId, fileName, sizeBytes }) => ({
      kind,
      uploadId,
      fileName,
      bytes: sizeBytes,
    })),
    submittedAt: shownTime(submission.submittedAtMs),
  },
});

export const identityCheckShape = z.enum(identityChecks);

/** An identity as the operator sees it. */
export const tenantIdentityShape = identityShape
  .extend({
    tenantId: tenantIdShape,
    tenantName: z.string(),
    representative: personShape.nullable().meta({
      description: 'Who signed up; null: nobody was named yet, so that nothing can be handed in',
    }),
    checklist: z.array(identityCheckShape).meta({
      description: 'What a person has to look at in the documents, and confirm in `checks` to approve the identity',
    }),
  })
  .meta({ id: 'TenantIdentity' });

export const shownTenantIdentity = ({
  tenant,
  identity,
}: {
  readonly tenant: Tenant;
  readonly identity: Identity;
}): z.input<typeof tenantIdentityShape> => ({
  ...shownIdentity(identity),
  tenantId: tenant.id,
  tenantName: tenant.name,
  representative: tenant.signUp && shownPerson(tenant.signUp),
  checklist: identity.submission ? [...checklistOfRole(identity.submission.role)] : [],
});
