import type { CampaignId, DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { tenantOf } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { Dispatch, Message } from './dispatch.ts';
import type { DispatchStore, Ids, Queues, Tenants, Time } from './ports.ts';
import { contentProblemsOf } from './renderer.ts';
import { type Schedule, type ScheduleProblem, type Split, scheduleProblem } from './schedule.ts';
import { acceptedOnly } from './totals.ts';

/** What a customer asks for, whichever way. */
export interface DispatchRequest {
  readonly name: string | null;
  readonly message: Message;
  readonly confirm: 'manual' | 'auto';
  readonly onShortfall: 'reject' | 'partial';
  readonly schedule: Schedule | null;
  readonly split: Split | null;
  readonly purpose: Dispatch['purpose'];
  readonly campaignId: CampaignId | null;
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
  /** It was created before, under the id that was given. */
  | { readonly kind: 'exists' }
  | Refusal;

/** Who gets it: those of an upload, of the call, or of a list that was stored before. */
export type GivenRecipients =
  | { readonly uploadId: UploadId }
  | { readonly list: readonly InlineRecipient[] }
  | { readonly stored: RecipientList };

export type Refusal =
  | { readonly kind: 'external_id_used'; readonly dispatchId: DispatchId }
  | { readonly kind: 'sender_not_approved' }
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'schedule'; readonly problem: ScheduleProblem }
  /** The split has more waves than there are recipients. */
  | { readonly kind: 'too_many_waves'; readonly recipients: number }
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: UploadFacts['status'] };

/** Should the record that asks for preparing be lost, the sweeper asks again. */
const firstCheckMs = 60_000;

/** Creates a dispatch that prepares itself. Everything that can be refused now is, before anything is written. */
export async function createDispatch(
  ports: CreatePorts,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: GivenRecipients,
  remember: Remember<Dispatch> | null,
  /** Given by callers that may come again with the same wish. */
  id: DispatchId = `dsp_${ports.ids.ulid()}`,
): Promise<CreateResult> {
  const known =
    'list' in recipients ? recipients.list.length : 'stored' in recipients ? rowsOfList(recipients.stored) : null;
  const refusal = await refusalOf(ports, owner, request, known);
  if (refusal) return refusal;

  if ('stored' in recipients) {
    const { stored } = recipients;
    return create(ports, newDispatch(ports, owner, id, request, { list: stored }, rowsOfList(stored)), remember);
  }
  if ('uploadId' in recipients) {
    const upload = await ports.uploads.find(owner, recipients.uploadId);
    if (!upload) return { kind: 'upload_not_found' };
    if (upload.status === 'rejected' || upload.status === 'expired')
      return { kind: 'upload_unusable', status: upload.status };
    const accepted = upload.list ? rowsOfList(upload.list) : 0;
    const waves = upload.list && wavesRefusal(request, accepted);
    if (waves) return waves;
    return create(ports, newDispatch(ports, owner, id, request, { uploadId: recipients.uploadId }, accepted), remember);
  }
  const list = await ports.lists.write(id, recipients.list);
  return create(ports, newDispatch(ports, owner, id, request, { list }, recipients.list.length), remember);
}

const rowsOfList = ({ rows, rejected }: RecipientList): number => rows + rejected;

/** What speaks against a request for so many recipients; null: their number is not known yet. */
export async function refusalOf(
  ports: Pick<CreatePorts, 'tenants' | 'time'>,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: number | null,
): Promise<Refusal | null> {
  const { message, schedule, split } = request;
  const problems = contentProblemsOf(message);
  if (problems.length > 0) return { kind: 'content', problems };
  const problem = scheduleProblem(schedule, split, ports.time.now());
  if (problem) return { kind: 'schedule', problem };
  const waves = recipients === null ? null : wavesRefusal(request, recipients);
  if (waves) return waves;
  const approved = await ports.tenants.isApprovedSender(tenantOf(owner), message.from);
  return approved ? null : { kind: 'sender_not_approved' };
}

const wavesRefusal = ({ split }: DispatchRequest, recipients: number): Refusal | null =>
  split && split.count > recipients ? { kind: 'too_many_waves', recipients } : null;

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
    revision: 1,
    plannedRevision: 0,
    firstWaveAtMs: null,
    cut: null,
    totals: acceptedOnly(accepted),
    waveTotals: null,
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
    case 'exists':
    case 'external_id_used':
      return outcome;
    case 'upload_unusable':
      return { kind: 'upload_unusable', status: 'expired' };
  }
}
