import { koreanDateOf, monthsBefore } from '../times/business-days.ts';
import type { SenderDocumentKind, SenderKind } from './sender.ts';

/** What has to be handed in for a number, by whose it is. */
export const requiredDocuments: Readonly<Record<SenderKind, readonly SenderDocumentKind[]>> = {
  representative: ['service_certificate'],
  company: ['service_certificate'],
  employee: ['service_certificate', 'employment_proof'],
  third_party: ['service_certificate', 'usage_agreement', 'business_license', 'relationship_proof'],
  other_person: ['service_certificate', 'usage_agreement'],
};

/** Several pages or photographs may make one document. */
export const documentsPerNumberMax = 10;

export const certificateMonthsMax = 3;

/** Those that say when they were issued, and must. */
const dated: readonly SenderDocumentKind[] = ['service_certificate', 'employment_proof'];

/**
 * What only a person can see; whoever approves confirms each for the documents there are. The rules about ages of documents
 * go by the day that was declared, so that it is the document's has to be looked at, too.
 */
const checksOf = {
  service_certificate: ['certificate_names_number', 'certificate_date_matches', 'certificate_unmasked'],
  employment_proof: ['employment_proof_stamped', 'employment_proof_date_matches', 'resident_number_masked'],
  usage_agreement: ['usage_agreement_signed'],
  business_license: ['business_license_matches'],
  relationship_proof: ['relationship_proven'],
} as const satisfies Record<SenderDocumentKind, readonly string[]>;
export type SenderCheck = (typeof checksOf)[SenderDocumentKind][number];
export const senderChecks = Object.values(checksOf).flat() as readonly SenderCheck[];

/** What has to be confirmed before a number of this kind is approved. */
export const checklistOf = (kind: SenderKind | null): readonly SenderCheck[] =>
  kind === null ? [] : requiredDocuments[kind].flatMap((document) => checksOf[document]);

export interface DatedDocument {
  readonly kind: SenderDocumentKind;
  readonly uploadId: string;
  readonly issuedOn: string | null;
}

export type DocumentFault =
  | { readonly fault: 'missing'; readonly kind: SenderDocumentKind }
  /** What nobody needs is not taken: documents tell much about people. `index` counts from 0. */
  | { readonly fault: 'not_needed' | 'twice' | 'undated' | 'in_the_future' | 'too_old'; readonly index: number };

/** All that is wrong with documents without looking into them; empty: nothing. */
export function documentFaults(
  kind: SenderKind,
  documents: readonly DatedDocument[],
  nowMs: number,
): readonly DocumentFault[] {
  const required = requiredDocuments[kind];
  const today = koreanDateOf(nowMs);
  const oldest = monthsBefore(today, certificateMonthsMax);
  const missing = required.filter((each) => !documents.some((document) => document.kind === each));
  const faults: DocumentFault[] = missing.map((each) => ({ fault: 'missing', kind: each }));
  for (const [index, document] of documents.entries()) {
    const { issuedOn } = document;
    if (!required.includes(document.kind)) faults.push({ fault: 'not_needed', index });
    if (documents.findIndex(({ uploadId }) => uploadId === document.uploadId) < index)
      faults.push({ fault: 'twice', index });
    if (issuedOn === null) {
      if (dated.includes(document.kind)) faults.push({ fault: 'undated', index });
    } else if (issuedOn > today) faults.push({ fault: 'in_the_future', index });
    else if (document.kind === 'service_certificate' && issuedOn < oldest) faults.push({ fault: 'too_old', index });
  }
  return faults;
}
