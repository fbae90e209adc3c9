import type { PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { PhoneChecks } from '../phone-checks/ports.ts';
import { agreementHoldsMs, currentAgreement } from './agreement.ts';
import {
  documentsNeeded,
  type GivenDocument,
  type Identity,
  type IdentityDocumentKind,
  type IdentityRole,
  mayMove,
  type Submission,
} from './identity.ts';
import { isSameName, type Person } from './person.ts';
import type { IdentityDocuments, IdentityStore, TakeOutcome } from './ports.ts';

export interface SubmitPorts {
  readonly identities: Pick<IdentityStore, 'read' | 'change'>;
  readonly checked: PhoneChecks;
  readonly identityDocuments: IdentityDocuments;
}

export interface GivenIdentity extends Person {
  readonly role: IdentityRole;
  readonly checkId: PhoneCheckId;
  readonly agreement: { readonly version: string; readonly agreedAtMs: number | null };
  readonly documents: readonly GivenDocument[];
}

/** What does not fit, by field; what is stored is not told. */
export type Mismatch = 'name_of_sign_up' | 'number_of_sign_up' | 'check_missing' | 'name_of_check' | 'number_of_check';

export type DocumentFlaw =
  | { readonly kind: 'missing'; readonly document: IdentityDocumentKind }
  | { readonly kind: 'twice' | 'not_needed'; readonly index: number };

export type SubmitOutcome =
  | { readonly kind: 'submitted'; readonly identity: Identity }
  | { readonly kind: 'wrong_state'; readonly identity: Identity }
  /** There is nobody to compare with: the operator has to name who signed up. */
  | { readonly kind: 'representative_missing' }
  | { readonly kind: 'agreement'; readonly why: 'outdated' | 'in_the_future' | 'too_long_ago' }
  | { readonly kind: 'mismatch'; readonly fields: readonly Mismatch[] }
  | { readonly kind: 'documents'; readonly flaws: readonly DocumentFlaw[] }
  | { readonly kind: 'document_refused'; readonly refusal: Extract<TakeOutcome, { kind: 'refused' }> }
  | { readonly kind: 'busy' }
  | Replayed;

const roundsMax = 5;

/** Hands in what proves a tenant's identity, for the operator to look at. */
export async function submitIdentity(
  ports: SubmitPorts,
  tenantId: TenantId,
  given: GivenIdentity,
  nowMs: number,
  remember: Remember<Identity>,
): Promise<SubmitOutcome> {
  const agreedAtMs = given.agreement.agreedAtMs ?? nowMs;
  if (given.agreement.version !== currentAgreement.version) return { kind: 'agreement', why: 'outdated' };
  if (agreedAtMs > nowMs) return { kind: 'agreement', why: 'in_the_future' };
  if (agreedAtMs < nowMs - agreementHoldsMs) return { kind: 'agreement', why: 'too_long_ago' };
  const flaws = documentFlaws(given);
  if (flaws.length > 0) return { kind: 'documents', flaws };

  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await ports.identities.read(tenantId);
    if (before === null) throw new Error(`${tenantId} has a key and is not there`);
    const { tenant, identity } = before;
    if (!mayMove(identity, 'submit')) return { kind: 'wrong_state', identity };
    if (tenant.signUp === null) return { kind: 'representative_missing' };
    // One check does for one submission, and for what the same person hands in again while it holds
    const confirmed = await ports.checked.confirmedNumber(tenantId, given.checkId, nowMs);
    const fields = mismatches(tenant.signUp, given, confirmed);
    if (fields.length > 0) return { kind: 'mismatch', fields };
    const taken = await ports.identityDocuments.take(tenantId, given.documents, nowMs);
    if (taken.kind === 'refused') return { kind: 'document_refused', refusal: taken };
    const { role, name, number, checkId } = given;
    const submission: Submission = {
      ...{ role, name, number, checkId },
      agreement: { version: given.agreement.version, agreedAtMs },
      documents: taken.documents,
      // Never twice the same: by it a decision names what it is about
      submittedAtMs: Math.max(nowMs, (identity.submission?.submittedAtMs ?? 0) + 1),
    };
    const after: Identity = { ...identity, status: 'reviewing', submission, reason: null, decidedAtMs: null };
    const outcome = await ports.identities.change(before, after, { record: remember(after) });
    if (outcome.kind === 'written') return { kind: 'submitted', identity: outcome.identity };
    if (outcome.kind === 'replayed') return outcome;
  }
  return { kind: 'busy' };
}

/** How what is said differs from who signed up, and from whom the phone check confirmed. */
export function mismatches(signUp: Person, given: Person, confirmed: Person | null): readonly Mismatch[] {
  const fields: Mismatch[] = [];
  if (!isSameName(signUp.name, given.name)) fields.push('name_of_sign_up');
  if (signUp.number !== given.number) fields.push('number_of_sign_up');
  if (confirmed === null) return [...fields, 'check_missing'];
  if (!isSameName(confirmed.name, given.name)) fields.push('name_of_check');
  if (confirmed.number !== given.number) fields.push('number_of_check');
  return fields;
}

/** What is missing, twice, or of no use, in that order. */
export function documentFlaws({ role, documents }: Pick<GivenIdentity, 'role' | 'documents'>): readonly DocumentFlaw[] {
  const needed = documentsNeeded[role];
  const missing = needed.filter((kind) => !documents.some((given) => given.kind === kind));
  return [
    ...missing.map((document) => ({ kind: 'missing', document }) as const),
    ...documents.flatMap(({ kind, uploadId }, index): readonly DocumentFlaw[] => {
      if (!needed.includes(kind)) return [{ kind: 'not_needed', index }];
      const earlier = documents.slice(0, index);
      const twice = earlier.some((other) => other.kind === kind || other.uploadId === uploadId);
      return twice ? [{ kind: 'twice', index }] : [];
    }),
  ];
}
