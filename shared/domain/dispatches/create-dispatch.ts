import type { CampaignId, DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { tenantOf } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import type { ImageRefusal } from '../images/attached-images.ts';
import { type ImageFiles, keepImages } from '../images/kept-images.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import { firstCheckMs } from './check-times.ts';
import type { Dispatch, JudgedMessage, Message } from './dispatch.ts';
import { type JudgingTenants, judgedMessage, type OptOutNumberRefusal } from './judged-message.ts';
import { type AtNight, nightPlanRefusal } from './night-plan.ts';
import { type PartMissing, partRefusal } from './part-missing.ts';
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
  readonly tenants: JudgingTenants;
  readonly permissions: Pick<PermissionStore, 'nightConsented'>;
  readonly lists: { write(id: DispatchId, recipients: readonly InlineRecipient[]): Promise<RecipientList> };
  readonly images: ImageFiles;
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
  | OptOutNumberRefusal
  | PartMissing
  | AtNight
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'schedule'; readonly problem: ScheduleProblem }
  /** The split has more waves than there are recipients. */
  | { readonly kind: 'too_many_waves'; readonly recipients: number }
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: UploadFacts['status'] }
  | ImageRefusal;

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
  const judged = await judgedRequest(ports, owner, request);
  if ('kind' in judged) return judged;
  const refusal =
    (await refusalOf(ports, owner, judged, known)) ??
    ('list' in recipients ? partRefusal(judged.message, recipients.list, ports.time.now()) : null) ??
    (await plannedAtNight(ports, owner, judged));
  if (refusal) return refusal;

  const found = await sourceOf(ports, owner, request, recipients, id);
  if ('kind' in found) return found;
  const keeping = await keepImages(ports.images, id, judged.message.images, ports.time.now());
  if (keeping.kind !== 'kept') return keeping;
  const kept = { ...judged, message: { ...judged.message, images: keeping.images } };
  return create(ports, newDispatch(ports, owner, id, kept, found.source, found.accepted), remember);
}

interface FoundSource {
  readonly source: Dispatch['source'];
  /** 0: not known before the upload was validated. */
  readonly accepted: number;
}

async function sourceOf(
  ports: Pick<CreatePorts, 'uploads' | 'lists'>,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: GivenRecipients,
  id: DispatchId,
): Promise<FoundSource | Refusal> {
  if ('stored' in recipients) return { source: { list: recipients.stored }, accepted: rowsOfList(recipients.stored) };
  if ('list' in recipients) {
    const list = await ports.lists.write(id, recipients.list);
    return { source: { list }, accepted: recipients.list.length };
  }
  const { uploadId } = recipients;
  const upload = await ports.uploads.find(owner, uploadId);
  if (!upload) return { kind: 'upload_not_found' };
  const { status, list } = upload;
  if (status === 'rejected' || status === 'expired') return { kind: 'upload_unusable', status };
  const accepted = list ? rowsOfList(list) : 0;
  const waves = list && wavesRefusal(request, accepted);
  return waves ?? { source: { uploadId }, accepted };
}

const rowsOfList = ({ rows, rejected }: RecipientList): number => rows + rejected;

/** A request under the rules of its time: a dispatch keeps them. */
export interface JudgedRequest
  extends Omit<DispatchRequest, 'message'>,
    Pick<Dispatch, 'permissionRules' | 'night' | 'duplicateBlockMinutes'> {
  readonly message: JudgedMessage;
}

export async function judgedRequest(
  ports: { readonly tenants: JudgingTenants },
  owner: OwnerId,
  request: DispatchRequest,
): Promise<JudgedRequest | OptOutNumberRefusal> {
  const [message, { permissionRules, night, duplicateBlockMinutes }] = await Promise.all([
    judgedMessage(ports, owner, request.message),
    ports.tenants.sendingRulesOf(owner),
  ]);
  if ('kind' in message) return message;
  // Test sends are tried again and again, at any hour
  const isTest = request.purpose === 'test';
  return {
    ...request,
    message,
    permissionRules,
    night: message.advertisement !== null && !isTest ? night : null,
    duplicateBlockMinutes: isTest ? 0 : duplicateBlockMinutes,
  };
}

/** What speaks against a request for so many recipients; null: their number is not known yet. */
export async function refusalOf(
  ports: { readonly tenants: Pick<Tenants, 'isApprovedSender'>; readonly time: Time },
  owner: OwnerId,
  request: JudgedRequest,
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

const wavesRefusal = ({ split }: Pick<DispatchRequest, 'split'>, recipients: number): Refusal | null =>
  split && split.count > recipients ? { kind: 'too_many_waves', recipients } : null;

/** One without a time that waits for its confirmation is judged when it is confirmed. */
async function plannedAtNight(
  ports: Pick<CreatePorts, 'permissions' | 'time'>,
  owner: OwnerId,
  { night, confirm, schedule, split }: JudgedRequest,
): Promise<AtNight | null> {
  if (confirm === 'manual' && schedule === null) return null;
  return nightPlanRefusal(ports, owner, night, schedule?.atMs ?? ports.time.now(), split);
}

export function newDispatch(
  ports: Pick<CreatePorts, 'time' | 'priceVersion'>,
  owner: OwnerId,
  id: DispatchId,
  request: JudgedRequest,
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
