import type { PhoneCheckId, TenantId, UploadId } from '../../contracts/ids.ts';
import type { IdentityStatus } from '../tenants/tenant.ts';
import type { Person } from './person.ts';

/** Who may prove a business's identity. */
export const identityRoles = ['representative', 'employee'] as const;
export type IdentityRole = (typeof identityRoles)[number];

export const identityDocumentKinds = ['business_registration', 'employment_proof'] as const;
export type IdentityDocumentKind = (typeof identityDocumentKinds)[number];

/** What each has to hand in: these, each once, and nothing else. */
export const documentsNeeded: Readonly<Record<IdentityRole, readonly IdentityDocumentKind[]>> = {
  representative: ['business_registration'],
  employee: ['business_registration', 'employment_proof'],
};

export interface GivenDocument {
  readonly kind: IdentityDocumentKind;
  readonly uploadId: UploadId;
}

/** A document that was handed in, as the tenant may know it: only the operator sees what it says. */
export interface IdentityDocument extends GivenDocument {
  readonly fileName: string;
  readonly sizeBytes: number;
}

/** What was handed in. */
export interface Submission extends Person {
  readonly role: IdentityRole;
  readonly checkId: PhoneCheckId;
  readonly agreement: { readonly version: string; readonly agreedAtMs: number };
  readonly documents: readonly IdentityDocument[];
  readonly submittedAtMs: number;
}

/** How a tenant's proof of who it is stands. One that the operator created as approved has handed in nothing. */
export interface Identity {
  readonly tenantId: TenantId;
  readonly status: IdentityStatus;
  readonly submission: Submission | null;
  /** Why it was rejected, or approval taken back, in the operator's words to the tenant. */
  readonly reason: string | null;
  readonly decidedAtMs: number | null;
  /** Rises with every write; 0: nothing was written yet. */
  readonly version: number;
}

/** From where each move may start. `revoke` takes an approval back; from then on it is as if it had been rejected. */
export const identityMoves = {
  submit: ['unverified', 'rejected'],
  approve: ['reviewing'],
  reject: ['reviewing'],
  revoke: ['approved'],
} as const satisfies Readonly<Record<string, readonly IdentityStatus[]>>;
export type IdentityMove = keyof typeof identityMoves;

/** Whether the operator has to do something: of those, the list has what waits longest first. */
export const waits = (status: IdentityStatus): boolean => status === 'reviewing';

export const mayMove = ({ status }: Identity, move: IdentityMove): boolean =>
  (identityMoves[move] as readonly IdentityStatus[]).includes(status);
