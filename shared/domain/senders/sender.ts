import type { TenantId, UploadId } from '../../contracts/ids.ts';
import type { TakenDocument } from '../documents/document.ts';

export const senderStates = ['reviewing', 'approved', 'rejected', 'blocked', 'withdrawn'] as const;
export type SenderState = (typeof senderStates)[number];

/** Whether the operator has to do something: of those, the list has what waits longest first. */
export const waits = (state: SenderState): boolean => state === 'reviewing';

/** How it was shown that a tenant may use a number: by documents, by a code sent to it, or to the operator directly. */
export const senderMethods = ['documents', 'mobile', 'operator'] as const;
export type SenderMethod = (typeof senderMethods)[number];

/** Whose number it is, of those that documents are handed in for. */
export const senderKinds = ['representative', 'company', 'employee', 'third_party', 'other_person'] as const;
export type SenderKind = (typeof senderKinds)[number];

export const senderDocumentKinds = [
  'service_certificate',
  'employment_proof',
  'usage_agreement',
  'business_license',
  'relationship_proof',
] as const;
export type SenderDocumentKind = (typeof senderDocumentKinds)[number];

/** `issuedOn` is the day in Korea that the document says, as `2026-11-27`. */
export interface SenderDocument extends TakenDocument<SenderDocumentKind> {
  readonly issuedOn: string | null;
}

/** A number that a tenant asked to send from, and how that stands. Only an approved one is ever sent from. */
export interface Sender {
  readonly tenant: TenantId;
  /** National digits: `0212345678`. */
  readonly number: string;
  readonly state: SenderState;
  readonly method: SenderMethod;
  /** Null unless by documents. */
  readonly kind: SenderKind | null;
  readonly documents: readonly SenderDocument[];
  /** Why it was rejected or blocked; null otherwise. */
  readonly reason: string | null;
  readonly requestedAtMs: number;
  /** Null unless it is approved. */
  readonly approvedAtMs: number | null;
  /** When it came into its state. */
  readonly changedAtMs: number;
  readonly version: number;
}

/** Each move with the states it may start from; a number that was never asked for may be requested and allowed, too. */
export const senderMoves = {
  request: ['rejected', 'withdrawn'],
  approve: ['reviewing'],
  reject: ['reviewing'],
  block: ['approved'],
  withdraw: ['reviewing', 'approved'],
  /** The operator knows, without documents. */
  allow: ['reviewing', 'rejected', 'blocked', 'withdrawn'],
} as const satisfies Record<string, readonly SenderState[]>;
export type SenderMove = keyof typeof senderMoves;

export const maySenderMove = ({ state }: Sender, move: SenderMove): boolean =>
  (senderMoves[move] as readonly SenderState[]).includes(state);

/** Whether others may have the same number approved: whoever it belongs to has agreed in writing. */
export const isByAgreement = (kind: SenderKind | null): boolean => kind === 'third_party' || kind === 'other_person';

export const documentHolderOf = (number: string) => `sender:${number}` as const;

/** States of numbers that are out of service: what was handed in for them is kept for a set time from then on. */
const outOfService: readonly SenderState[] = ['rejected', 'blocked', 'withdrawn'];

/** Since when a number does not need a document that was taken for it, epoch ms; null: it still does. */
export function documentsLetGoAtMs(
  { state, documents, requestedAtMs, changedAtMs }: Sender,
  id: UploadId,
): number | null {
  // Another request has replaced it
  if (!documents.some(({ uploadId }) => uploadId === id)) return requestedAtMs;
  return outOfService.includes(state) ? changedAtMs : null;
}
