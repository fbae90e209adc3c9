import type { CampaignId, OwnerId, UploadId } from '../../contracts/ids.ts';
import type { Message } from '../dispatches/dispatch.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { ImageRefusal } from '../images/attached-images.ts';
import { type ImageFiles, keepImages } from '../images/kept-images.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import { type Campaign, newCampaign, type Plan, type Recipients } from './campaign.ts';
import { type PlanPorts, type PlanRefusal, planRefusal } from './plan-refusal.ts';
import type { CampaignLists, CampaignStore } from './ports.ts';

export type GivenRecipients = { readonly uploadId: UploadId } | { readonly list: readonly InlineRecipient[] };

/** What a customer asks for. */
export type CampaignRequest = Omit<Plan, 'recipients'> & { readonly recipients: GivenRecipients };

export interface CreateCampaignPorts extends PlanPorts {
  readonly campaigns: Pick<CampaignStore, 'create'>;
  readonly lists: CampaignLists;
  readonly images: ImageFiles;
  readonly ids: Ids;
}

export type CreateCampaignResult =
  | { readonly kind: 'created'; readonly campaign: Campaign }
  | Replayed
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal };

const everything = { message: true, recipients: true, times: 'new' } as const;

/** Creates a draft. Everything that can be refused now is, before anything is written. */
export async function createCampaign(
  ports: CreateCampaignPorts,
  owner: OwnerId,
  request: CampaignRequest,
  remember: Remember<Campaign>,
): Promise<CreateCampaignResult> {
  const nowMs = ports.time.now();
  const listed = ports.ids.ulid();
  const recipients = countedOf(request.recipients, nowMs);
  const refusal = await planRefusal(ports, owner, { ...request, recipients }, everything);
  if (refusal) return { kind: 'refused', refusal };
  const id: CampaignId = `cmp_${ports.ids.ulid()}`;
  const message = await keptMessage(ports, id, request.message);
  if ('kind' in message) return { kind: 'refused', refusal: message };
  const stored = await storedRecipients(ports, `${owner}/${id}/${listed}`, request.recipients);
  return create(ports, newCampaign(id, owner, { ...request, message, recipients: stored }, nowMs), remember);
}

/** A new draft that plans what another campaign plans, in whatever state that is. Publishing judges its times. */
export function duplicateCampaign(
  ports: Pick<CreateCampaignPorts, 'campaigns' | 'ids' | 'time'>,
  campaign: Campaign,
  remember: Remember<Campaign>,
): Promise<{ readonly kind: 'created'; readonly campaign: Campaign } | Replayed> {
  const id: CampaignId = `cmp_${ports.ids.ulid()}`;
  return create(ports, newCampaign(id, campaign.owner, campaign, ports.time.now()), remember);
}

async function create(
  { campaigns }: Pick<CreateCampaignPorts, 'campaigns'>,
  campaign: Campaign,
  remember: Remember<Campaign>,
): Promise<{ readonly kind: 'created'; readonly campaign: Campaign } | Replayed> {
  const outcome = await campaigns.create(campaign, remember(campaign));
  return outcome.kind === 'created' ? { kind: 'created', campaign } : outcome;
}

/** Recipients of a request as they are judged before they are stored. */
export const countedOf = (given: GivenRecipients, nowMs: number) =>
  'uploadId' in given ? given : { rows: given.list.length, writtenAtMs: nowMs };

/** Keeps the images of a message at a place of their own, for the same reason as a list. */
export async function keptMessage(
  { images, ids, time }: Pick<CreateCampaignPorts, 'images' | 'ids' | 'time'>,
  id: CampaignId,
  message: Message,
): Promise<Message | ImageRefusal> {
  if (message.images.length === 0) return message;
  const keeping = await keepImages(images, `${id}/${ids.ulid()}`, message.images, time.now());
  return keeping.kind === 'kept' ? { ...message, images: keeping.images } : keeping;
}

/**
 * Keeps a list of a call at a place of its own, whose last part is a ULID of when the list was given: whoever was deleted
 * since then is not among them any more. Two edits at once must not mix theirs.
 */
export async function storedRecipients(
  { lists, time }: Pick<CreateCampaignPorts, 'lists' | 'time'>,
  place: string,
  given: GivenRecipients,
): Promise<Recipients> {
  if ('uploadId' in given) return given;
  const writtenAtMs = time.now();
  return { list: await lists.write(place, given.list), writtenAtMs };
}
