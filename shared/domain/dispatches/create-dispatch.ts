import type { DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { tenantOf } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { Dispatch, Message } from './dispatch.ts';
import type { DispatchStore, Ids, Queues, Tenants, Time } from './ports.ts';
import { contentProblemsOf } from './renderer.ts';
import { acceptedOnly } from './totals.ts';

/** What a customer asks for, whichever way. */
export interface DispatchRequest {
  readonly name: string | null;
  readonly message: Message;
  readonly confirm: 'manual' | 'auto';
  readonly onShortfall: 'reject' | 'partial';
  readonly externalId: string | null;
  readonly tags: readonly string[];
}

export interface UploadFacts {
  readonly status: 'awaiting_file' | 'validating' | 'ready' | 'rejected' | 'expired';
  readonly list: RecipientList | null;
}

export interface CreatePorts {
  readonly dispatches: Pick<DispatchStore, 'create'>;
  readonly uploads: { find(owner: OwnerId, id: UploadId): Promise<UploadFacts | null> };
  readonly tenants: Pick<Tenants, 'isApprovedSender'>;
  readonly lists: { write(id: DispatchId, recipients: readonly InlineRecipient[]): Promise<RecipientList> };
  readonly queues: Pick<Queues, 'prepare'>;
  readonly time: Time;
  readonly ids: Ids;
  readonly priceVersion: string;
}

export type CreateResult =
  | { readonly kind: 'created'; readonly dispatch: Dispatch }
  | { readonly kind: 'replayed' }
  | Refusal;

export type Refusal =
  | { readonly kind: 'external_id_used'; readonly dispatchId: DispatchId }
  | { readonly kind: 'sender_not_approved' }
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: UploadFacts['status'] };

/** Should the record that asks for preparing be lost, the sweeper asks again. */
const firstCheckMs = 60_000;

/** Creates a dispatch that prepares itself. Everything that can be refused now is, before anything is written. */
export async function createDispatch(
  ports: CreatePorts,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: { readonly uploadId: UploadId } | { readonly list: readonly InlineRecipient[] },
  remember: Remember<Dispatch> | null,
): Promise<CreateResult> {
  const refusal = await refusalOf(ports, owner, request);
  if (refusal) return refusal;
  const id: DispatchId = `dsp_${ports.ids.ulid()}`;

  if ('uploadId' in recipients) {
    const upload = await ports.uploads.find(owner, recipients.uploadId);
    if (!upload) return { kind: 'upload_not_found' };
    if (upload.status === 'rejected' || upload.status === 'expired')
      return { kind: 'upload_unusable', status: upload.status };
    const accepted = upload.list ? upload.list.rows + upload.list.rejected : 0;
    return create(ports, newDispatch(ports, owner, id, request, { uploadId: recipients.uploadId }, accepted), remember);
  }
  const list = await ports.lists.write(id, recipients.list);
  return create(ports, newDispatch(ports, owner, id, request, { list }, recipients.list.length), remember);
}

/** What speaks against a request whoever its recipients are. */
export async function refusalOf(
  ports: Pick<CreatePorts, 'tenants'>,
  owner: OwnerId,
  { message }: DispatchRequest,
): Promise<Refusal | null> {
  const problems = contentProblemsOf(message);
  if (problems.length > 0) return { kind: 'content', problems };
  const approved = await ports.tenants.isApprovedSender(tenantOf(owner), message.from);
  return approved ? null : { kind: 'sender_not_approved' };
}

export function newDispatch(
  ports: Pick<CreatePorts, 'time' | 'priceVersion'>,
  owner: OwnerId,
  id: DispatchId,
  request: DispatchRequest,
  source: Dispatch['source'],
  accepted: number,
): Dispatch {
  const nowMs = ports.time.now();
  return {
    ...request,
    id,
    owner,
    source,
    state: 'preparing',
    version: 1,
    priceVersion: ports.priceVersion,
    createdAtMs: nowMs,
    renderedAtMs: nowMs,
    lease: null,
    attempts: 0,
    preparedRows: 0,
    prepared: null,
    confirmByMs: null,
    startedAtMs: null,
    cut: null,
    totals: acceptedOnly(accepted),
    foldedAtMs: nowMs,
    movedAtMs: nowMs,
    nextCheckAtMs: nowMs + firstCheckMs,
    events: 0,
    failure: null,
    cancelReason: null,
    completedAtMs: null,
    settledAtMs: null,
  };
}

async function create(
  ports: CreatePorts,
  dispatch: Dispatch,
  remember: Remember<Dispatch> | null,
): Promise<CreateResult> {
  const outcome = await ports.dispatches.create(dispatch, remember?.(dispatch) ?? null);
  switch (outcome.kind) {
    case 'created':
      await ports.queues.prepare(dispatch.id, 0);
      return { kind: 'created', dispatch };
    case 'replayed':
      return { kind: 'replayed' };
    case 'external_id_used':
      return outcome;
    case 'upload_unusable':
      return { kind: 'upload_unusable', status: 'expired' };
  }
}
