import type { DispatchId } from '../../contracts/ids.ts';
import { type CreatePorts, createDispatch, type DispatchRequest, type Refusal } from '../dispatches/create-dispatch.ts';
import type { Dispatch } from '../dispatches/dispatch.ts';
import { type DispatchStore, isRefused } from '../dispatches/ports.ts';
import type { Campaign, CampaignFailureCode } from './campaign.ts';
import type { CampaignStore } from './ports.ts';

export interface StartCampaignPorts extends Omit<CreatePorts, 'lists'> {
  readonly campaigns: Pick<CampaignStore, 'read' | 'move'>;
  readonly dispatches: Pick<DispatchStore, 'read' | 'create'>;
}

/** Should the dispatch not be made, the sweeper has it made. */
const checkMs = 60_000;

/**
 * Standby → started, once the period has begun. The id of the dispatch is fixed in the same write, so that whoever
 * repeats what follows makes the same dispatch, never a second one.
 */
export async function startCampaign(ports: StartCampaignPorts, standby: Campaign): Promise<void> {
  const nowMs = ports.time.now();
  if (standby.period.endAtMs <= nowMs) {
    return failCampaign(ports, standby, 'period_over', 'The period passed before the campaign could start');
  }
  const dispatchId: DispatchId = `dsp_${ports.ids.ulid()}`;
  const started = await ports.campaigns.move(standby, 'start', {
    ...standby,
    state: 'started',
    dispatchId,
    startedAtMs: nowMs,
    nextCheckAtMs: nowMs + checkMs,
  });
  // Refused: unpublished in this very moment, or started by another delivery of the record
  if (!isRefused<Campaign>(started)) await dispatchOf(ports, started);
}

/**
 * The dispatch of a started campaign, made now if it is not there yet. Null: none can be made, which the campaign then
 * tells. One that is made only to be dropped must never go out by itself. A dispatch is kept at least as long as its
 * campaign, so one that is not there was never made.
 */
export async function dispatchOf(ports: StartCampaignPorts, campaign: Campaign): Promise<Dispatch | null> {
  const { id: campaignId, dispatchId, failure, owner, name, message, split, onShortfall, tags } = campaign;
  const found = dispatchId && (await ports.dispatches.read(dispatchId));
  if (found || failure) return found;
  if (dispatchId === null) throw new Error(`${campaignId} has started without the id of a dispatch`);

  // One time for all that follows: what lies ahead of it here must not have passed when it is judged
  const nowMs = ports.time.now();
  const { period, schedule: planned } = campaign;
  const schedule = planned && planned.atMs > nowMs ? planned : null;
  const confirm: DispatchRequest['confirm'] = campaign.ending || period.endAtMs <= nowMs ? 'manual' : 'auto';
  const plan = { campaignId, name, message, confirm, onShortfall, schedule, split, tags };
  const request: DispatchRequest = { ...plan, purpose: 'send', externalId: null };
  const recipients = 'uploadId' in campaign.recipients ? campaign.recipients : { stored: campaign.recipients.list };
  const frozen = { ...ports, lists: storedBefore, time: { now: () => nowMs } };
  const result = await createDispatch(frozen, owner, request, recipients, null, dispatchId);
  if (result.kind === 'created') return result.dispatch;
  if (result.kind === 'exists') return ports.dispatches.read(dispatchId);
  if (result.kind === 'replayed' || result.kind === 'external_id_used') {
    throw new Error(`${dispatchId} was made without a key and an external id, so none can be taken`);
  }
  const [code, detail] = failureOf(result);
  await failCampaign(ports, campaign, code, detail);
  return null;
}

/** The recipients of a campaign are stored when it is made. */
const storedBefore: CreatePorts['lists'] = {
  write: (id) => Promise.reject(new Error(`${id} is made from recipients that are stored already`)),
};

export async function failCampaign(
  ports: Pick<StartCampaignPorts, 'campaigns' | 'time'>,
  campaign: Campaign,
  code: CampaignFailureCode,
  detail: string,
): Promise<void> {
  const atMs = ports.time.now();
  // Refused: it moved meanwhile, and whoever moved it goes on from there
  await ports.campaigns.move(campaign, 'fail', {
    ...campaign,
    state: 'started',
    failure: { code, detail, atMs },
    // Somebody who began before may make the dispatch yet: then that counts, and the sweeper looks after it
    nextCheckAtMs: atMs + checkMs,
  });
}

function failureOf(refusal: Exclude<Refusal, { kind: 'external_id_used' }>): readonly [CampaignFailureCode, string] {
  switch (refusal.kind) {
    case 'sender_not_approved':
      return ['sender_not_approved', 'The sender number was no longer approved when the campaign started'];
    case 'opt_out_number':
      return ['opt_out_number_not_open', 'The opt-out number was no longer open when the campaign started'];
    case 'night_window':
      return ['night_window', 'All of it would have gone at night, and nobody consented to that'];
    case 'advertisement_part_missing':
      return ['advertisement_part_missing', `The text of row ${refusal.row} lacks ${refusal.part}`];
    case 'upload_not_found':
      return ['upload_expired', 'The upload had gone when the campaign started'];
    case 'upload_unusable':
      return refusal.status === 'rejected'
        ? ['upload_rejected', 'The upload was rejected: read its errors']
        : ['upload_expired', 'The upload had expired when the campaign started'];
    case 'image_not_found':
    case 'image_unusable':
    case 'images_too_large':
    case 'image_gone':
      return ['image_expired', 'An image had gone when the campaign started'];
    case 'content':
      return ['invalid_template', refusal.problems[0]?.message ?? 'The text is not usable'];
    case 'schedule':
      return ['invalid_schedule', 'The times were no longer possible when the campaign started'];
    case 'too_many_waves':
      return ['invalid_schedule', `There are more parts than recipients, of whom there are ${refusal.recipients}`];
  }
}
