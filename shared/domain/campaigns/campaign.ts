import type { CampaignId, DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import type { Message } from '../dispatches/dispatch.ts';
import type { Schedule, Split } from '../dispatches/schedule.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';

/** A started campaign has no states of its own: how it stands is how its dispatch stands. */
export const campaignStates = ['draft', 'standby', 'started'] as const;
export type CampaignState = (typeof campaignStates)[number];

/** The time in which a campaign may send: from `startAtMs` until, not including, `endAtMs`. */
export interface Period {
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** Who gets it: those of an upload, or a list of a call, whose objects are kept for a while after they were written. */
export type Recipients =
  | { readonly uploadId: UploadId }
  | { readonly list: RecipientList; readonly writtenAtMs: number };

/** What a marketer plans and may change as long as it is a draft. */
export interface Plan {
  readonly name: string;
  readonly message: Message;
  readonly recipients: Recipients;
  readonly period: Period;
  /** When its first wave goes; null: at the start of the period. */
  readonly schedule: Schedule | null;
  readonly split: Split | null;
  readonly onShortfall: 'reject' | 'partial';
  readonly tags: readonly string[];
}

/** A plan that becomes one dispatch when its period starts. */
export interface Campaign extends Plan {
  readonly id: CampaignId;
  readonly owner: OwnerId;
  readonly state: CampaignState;
  /** Rises by one with every change of the item. */
  readonly version: number;
  /** Rises with every publication: a schedule made for an earlier one does nothing when it fires. */
  readonly revision: number;
  /** The revision whose schedules are all made; 0 when none are. */
  readonly plannedRevision: number;
  /** Written before the dispatch is made, so that a repeated start makes no second one. */
  readonly dispatchId: DispatchId | null;
  /** Why no dispatch could be made. A dispatch that exists says itself how it went. */
  readonly failure: CampaignFailure | null;
  /** Set when its end was asked for or its period ran out: what is unsent is dropped. */
  readonly ending: { readonly reason: 'requested' | 'period_over'; readonly atMs: number } | null;
  readonly createdAtMs: number;
  readonly publishedAtMs: number | null;
  readonly startedAtMs: number | null;
  /** When the sweeper has to look; null when there is nothing left to look after. */
  readonly nextCheckAtMs: number | null;
}

export interface CampaignFailure {
  readonly code: CampaignFailureCode;
  readonly detail: string;
  readonly atMs: number;
}

export const campaignFailureCodes = [
  /** The whole period passed before it could start. */
  'period_over',
  'upload_expired',
  'upload_rejected',
  'image_expired',
  'sender_not_approved',
  'opt_out_number_not_open',
  'night_window',
  'advertisement_part_missing',
  'invalid_template',
  'invalid_schedule',
] as const;
export type CampaignFailureCode = (typeof campaignFailureCodes)[number];

/**
 * Every move a campaign can make, and the states it may start from. Writers state the move by name; the store turns
 * `from` into the condition of the write.
 */
export const moves = {
  edit: { from: ['draft'] },
  publish: { from: ['draft'] },
  unpublish: { from: ['standby'] },
  /** The schedules of its revision are made. */
  planned: { from: ['standby'] },
  start: { from: ['standby'] },
  fail: { from: ['standby', 'started'] },
  end: { from: ['started'] },
  remove: { from: ['draft', 'started'] },
  /** The sweeper says when it looks again. */
  check: { from: ['standby', 'started'] },
} as const satisfies Record<string, { from: readonly CampaignState[] }>;
export type CampaignMove = keyof typeof moves;

export function newCampaign(id: CampaignId, owner: OwnerId, plan: Plan, nowMs: number): Campaign {
  const { name, message, recipients, period, schedule, split, onShortfall, tags } = plan;
  return {
    ...{ id, owner, name, message, recipients, period, schedule, split, onShortfall, tags },
    state: 'draft',
    version: 1,
    revision: 0,
    plannedRevision: 0,
    dispatchId: null,
    failure: null,
    ending: null,
    createdAtMs: nowMs,
    publishedAtMs: null,
    startedAtMs: null,
    nextCheckAtMs: null,
  };
}
