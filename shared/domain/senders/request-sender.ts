import type { PhoneCheckId, TenantId, UploadId } from '../../contracts/ids.ts';
import { type DocumentRefusal, type TakeDocumentsPorts, takeDocuments } from '../documents/take-documents.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { koreanKind } from '../numbers/korean-number.ts';
import { toE164 } from '../numbers/phone-number.ts';
import type { PhoneChecks, SenderStore } from './ports.ts';
import { type DatedDocument, type DocumentFault, documentFaults } from './required-documents.ts';
import { documentHolderOf, isByAgreement, maySenderMove, type Sender, type SenderKind } from './sender.ts';

/** A number as a tenant asks for it; `number` in national digits, of a form that can be somebody's. */
export type SenderRequest =
  | {
      readonly method: 'documents';
      readonly number: string;
      readonly kind: SenderKind;
      readonly documents: readonly (DatedDocument & { readonly uploadId: UploadId })[];
    }
  | { readonly method: 'mobile'; readonly number: string; readonly checkId: PhoneCheckId };

export interface RequestSenderPorts extends TakeDocumentsPorts {
  readonly senders: Pick<SenderStore, 'find' | 'isApprovedElsewhere' | 'write'>;
  readonly phoneChecks: PhoneChecks;
}

export type RequestSenderOutcome =
  | { readonly kind: 'requested'; readonly sender: Sender }
  /** As it is: it need not, or must not, be asked for. */
  | { readonly kind: 'wrong_state'; readonly sender: Sender }
  | { readonly kind: 'taken' }
  | { readonly kind: 'faulty'; readonly faults: readonly DocumentFault[] }
  | { readonly kind: 'document_refused'; readonly index: number; readonly why: DocumentRefusal }
  | { readonly kind: 'not_mobile' }
  | { readonly kind: 'not_confirmed' }
  | { readonly kind: 'busy' }
  | Replayed;

const triesMax = 20;

/**
 * Asks for a number: with documents, which are reviewed, or by a check of the phone behind it, which is proof by itself.
 * Who was rejected, or has withdrawn, may ask again.
 */
export async function requestSender(
  ports: RequestSenderPorts,
  tenant: TenantId,
  request: SenderRequest,
  nowMs: number,
  remember: Remember<Sender>,
): Promise<RequestSenderOutcome> {
  const { number } = request;
  const refusal = await refusalOf(ports, tenant, request, nowMs);
  if (refusal !== null) return refusal;
  const alone = request.method === 'mobile' || !isByAgreement(request.kind);
  for (let tries = 0; tries < triesMax; tries++) {
    const before = await ports.senders.find(tenant, number);
    if (before !== null && !maySenderMove(before, 'request')) return { kind: 'wrong_state', sender: before };
    const proven = await proofOf(ports, tenant, request, nowMs);
    if ('refused' in proven) return proven.refused;
    // Asked last: nobody learns for nothing which numbers others have
    if (alone && (await ports.senders.isApprovedElsewhere(tenant, number))) return { kind: 'taken' };
    const after: Sender = {
      tenant,
      number,
      reason: null,
      // No two requests of a number have one time: by it decisions name the request that they are about
      requestedAtMs: Math.max(nowMs, (before?.requestedAtMs ?? 0) + 1),
      changedAtMs: nowMs,
      version: (before?.version ?? 0) + 1,
      ...proven,
    };
    const written = await ports.senders.write(before, after, { alone, decision: null, record: remember(after) });
    switch (written.kind) {
      case 'written':
        return { kind: 'requested', sender: written.sender };
      case 'moved':
        continue;
      case 'no_tenant':
        throw new Error(`${tenant} has a key and is not there`);
      default:
        return written;
    }
  }
  return { kind: 'busy' };
}

/** What is wrong with a request whatever the number's state. */
async function refusalOf(
  { phoneChecks }: Pick<RequestSenderPorts, 'phoneChecks'>,
  tenant: TenantId,
  request: SenderRequest,
  nowMs: number,
): Promise<RequestSenderOutcome | null> {
  if (request.method === 'documents') {
    const faults = documentFaults(request.kind, request.documents, nowMs);
    return faults.length > 0 ? { kind: 'faulty', faults } : null;
  }
  const kind = koreanKind(request.number);
  if (kind !== 'mobile' && kind !== 'legacy_mobile') return { kind: 'not_mobile' };
  const confirmed = await phoneChecks.confirmedNumber(tenant, request.checkId, nowMs);
  return confirmed !== null && toE164(confirmed) === toE164(request.number) ? null : { kind: 'not_confirmed' };
}

type Proof = Pick<Sender, 'state' | 'method' | 'kind' | 'documents' | 'approvedAtMs'>;

async function proofOf(
  ports: TakeDocumentsPorts,
  tenant: TenantId,
  request: SenderRequest,
  nowMs: number,
): Promise<Proof | { readonly refused: RequestSenderOutcome }> {
  if (request.method === 'mobile') {
    return { state: 'approved', method: 'mobile', kind: null, documents: [], approvedAtMs: nowMs };
  }
  const holder = documentHolderOf(request.number);
  const taken = await takeDocuments(ports, tenant, holder, request.documents, nowMs);
  if (taken.kind === 'refused') {
    return { refused: { kind: 'document_refused', index: taken.index, why: taken.why } };
  }
  const documents = taken.documents.map((document, i) => ({
    ...document,
    issuedOn: request.documents[i]!.issuedOn,
  }));
  return { state: 'reviewing', method: 'documents', kind: request.kind, documents, approvedAtMs: null };
}
