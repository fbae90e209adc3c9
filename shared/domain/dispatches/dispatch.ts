import type { SkipReason } from '../../contracts/codes.ts';
import type { CampaignId, DispatchId, OwnerId, QuoteId, TemplateId, UploadId } from '../../contracts/ids.ts';
import type { Advertisement, AskedAdvertisement } from '../content/advertisement.ts';
import type { CharacterPolicy } from '../content/characters.ts';
import type { MessageContent } from '../content/content.ts';
import type { AskedAbout } from '../permissions/list-permissions.ts';
import type { ReadBetween } from '../permissions/standing-then.ts';
import type { About, PermissionRules } from '../permissions/why-not.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { NightRule } from '../times/night-window.ts';
import type { PreparedTotals } from './prepared.ts';
import type { Schedule, Split } from './schedule.ts';
import type { Cut, Totals } from './totals.ts';
import type { WaveTotals } from './waves.ts';

export const dispatchStates = [
  'preparing',
  'ready',
  'scheduled',
  'sending',
  'completed',
  'canceling',
  'canceled',
  'failed',
] as const;
export type DispatchState = (typeof dispatchStates)[number];

/** All of them are sent and charged alike. */
export const purposes = ['send', 'test', 'notice'] as const;

/** What is said and from which number. */
export interface Message extends MessageContent {
  /** National digits of an approved sender number. */
  readonly from: string;
  /** Null: it is none. */
  readonly advertisement: AskedAdvertisement | null;
  /** Where the text was taken from, for those who look at it later. */
  readonly template?: { readonly id: TemplateId; readonly version: number };
}

/** A message with the rules that it was accepted under: the snapshot that quote, preview and send all render from. */
export interface JudgedMessage extends Omit<Message, 'advertisement'> {
  readonly characters: CharacterPolicy;
  readonly advertisement: Advertisement | null;
}

/** What prepare found out, exactly; present from `ready` on. */
export interface Prepared {
  readonly quoteId: QuoteId;
  /** Whose files under the dispatch are the real ones: the attempt that won. */
  readonly attempt: string;
  readonly rowsIn: 'items' | 'objects';
  readonly columns: readonly string[];
  readonly batches: number;
  /** Sendable recipients of each wave, the first one first; none of them is empty. */
  readonly waveRows: readonly number[];
  /** How many of them consented to the night, where that makes a difference: by wave, else empty. */
  readonly nightRows: readonly number[];
  readonly totals: PreparedTotals;
  /** Between which times its recipients' permissions were read; null: nobody was asked. */
  readonly askedAt: ReadBetween | null;
}

/** One run of sending: fixed content, fixed recipients, one hold of credits. */
export interface Dispatch {
  readonly id: DispatchId;
  readonly owner: OwnerId;
  readonly state: DispatchState;
  /** Rises by one with every change of the item. */
  readonly version: number;
  readonly name: string | null;
  /** A test send of a campaign is no part of any result; a notice tells people about their consents. */
  readonly purpose: (typeof purposes)[number];
  readonly campaignId: CampaignId | null;
  readonly message: JudgedMessage;
  /** The tenant's at creation; who refused what is asked at the moment of sending. */
  readonly permissionRules: PermissionRules;
  /** What the night does to it, as the tenant decided at creation; null: nothing, it is no advertisement. */
  readonly night: NightRule | null;
  /** How long after an equal message none of it goes, as the tenant decided at creation; 0: it goes. */
  readonly duplicateBlockMinutes: number;
  /** Where the recipients come from: an upload, or the list made of those in the call. */
  readonly source: { readonly uploadId: UploadId } | { readonly list: RecipientList } | { readonly inline: number };
  readonly confirm: 'manual' | 'auto';
  readonly onShortfall: 'reject' | 'partial';
  /** As asked for, whether or not it was confirmed in time. */
  readonly schedule: Schedule | null;
  readonly split: Split | null;
  /** Rises with every change of the times: a schedule made for an earlier one does nothing when it fires. */
  readonly revision: number;
  /** The revision whose schedules are all made; 0 when none are. */
  readonly plannedRevision: number;
  readonly externalId: string | null;
  readonly tags: readonly string[];
  readonly priceVersion: string;
  readonly createdAtMs: number;
  /** `now` for everything that rendering asks the time for, frozen when prepare begins. */
  readonly renderedAtMs: number;
  /** Who prepares, until when nobody else may. */
  readonly lease: { readonly attempt: string; readonly untilMs: number } | null;
  /** Attempts to prepare so far: what ends its worker every time must not do so for ever. */
  readonly attempts: number;
  readonly preparedRows: number;
  readonly prepared: Prepared | null;
  /** Manual dispatches only: until when `ready` waits for the confirmation. */
  readonly confirmByMs: number | null;
  /** When it was confirmed and its credits were held. */
  readonly startedAtMs: number | null;
  /** When the first wave of a confirmed dispatch is due; the others follow at the interval of the split. */
  readonly firstWaveAtMs: number | null;
  readonly cut: Cut | null;
  /** The last fold, and when it was. */
  readonly totals: Totals;
  /** The same, wave by wave; null when it never was folded, or has one wave. */
  readonly waveTotals: readonly WaveTotals[] | null;
  readonly foldedAtMs: number;
  /** When a fold last found something changed. */
  readonly movedAtMs: number;
  /** When the sweeper has to look; null when there is nothing left to look after. */
  readonly nextCheckAtMs: number | null;
  readonly events: number;
  readonly failure: { readonly code: FailureReason; readonly detail: string } | null;
  readonly cancelReason: CancelReason | null;
  readonly completedAtMs: number | null;
  readonly settledAtMs: number | null;
}

export const failureReasons = [
  'upload_rejected',
  'upload_expired',
  'insufficient_credits',
  'too_many_attempts',
  /** Hardly any two recipients share a subject, and a carrier call has one. */
  'too_many_subjects',
  /** One of the texts lacks what every advertisement must say. */
  'advertisement_part_missing',
  /** All of it would have gone at night, to people who did not consent to that. */
  'night_window',
] as const;
export type FailureReason = (typeof failureReasons)[number];
export const cancelReasons = ['requested', 'confirmation_expired', 'campaign_ended', 'account_closed'] as const;
export type CancelReason = (typeof cancelReasons)[number];

/**
 * Every move a dispatch can make, and the states it may start from. Writers state the move by name; the store turns
 * `from` into the condition of the write.
 */
export const moves = {
  /** Prepare takes or renews its lease, or says how far it is. */
  preparing: { from: ['preparing'] },
  prepared: { from: ['preparing'] },
  start: { from: ['ready'] },
  /** Other times. Once a wave has gone, what is left can only be canceled. */
  reschedule: { from: ['ready', 'scheduled'] },
  /** The schedules of its waves are made. */
  planned: { from: ['scheduled', 'sending'] },
  /** The first wave is due. */
  release: { from: ['scheduled'] },
  fold: { from: ['sending', 'canceling', 'completed', 'canceled', 'failed'] },
  /** Nothing was ever released: the end comes at once. */
  cancelBeforeSending: { from: ['preparing', 'ready'] },
  /** Credits are held, some messages may have gone: what is planned is canceled by folds. */
  cancelHeld: { from: ['scheduled', 'sending'] },
  fail: { from: ['preparing', 'ready'] },
  /** The sweeper says when it looks again. */
  check: { from: dispatchStates },
} as const satisfies Record<string, { from: readonly DispatchState[] }>;
export type Move = keyof typeof moves;

export const terminal: readonly DispatchState[] = ['completed', 'canceled', 'failed'];

/** How other consoles call the states. */
export function statusLabelOf({ state }: Pick<Dispatch, 'state'>): string {
  const labels: Record<DispatchState, string> = {
    preparing: 'Preparing to send',
    ready: 'Ready',
    scheduled: 'Waiting for delivery',
    sending: 'Delivering',
    completed: 'Delivery completed',
    canceling: 'Canceling',
    canceled: 'Canceled',
    failed: 'Delivery failed',
  };
  return labels[state];
}

/** What sending would cost now: nothing beyond what prepare found. Credits. */
export const costOf = (dispatch: Dispatch): number => dispatch.prepared?.totals.credits ?? 0;

/** Excluded rows by reason, as quoted. */
export const excludedOf = (dispatch: Dispatch): Readonly<Partial<Record<SkipReason, number>>> =>
  dispatch.prepared?.totals.excluded ?? {};

/** For whom, what and by which rules its recipients' permissions are asked. */
export const askedAbout = (dispatch: Dispatch): AskedAbout => ({
  owner: dispatch.owner,
  about: aboutOf(dispatch),
  rules: dispatch.permissionRules,
  night: dispatch.night !== null,
});

/** Which way to the carrier: what somebody waits for at a log-in must not stand behind anybody's bulk. */
export type Lane = 'bulk' | 'auth';
export const laneOf = ({ message }: Pick<Dispatch, 'message'>): Lane => (message.type === 'auth' ? 'auth' : 'bulk');

/** What its messages are, as far as permissions matter. Nothing that a campaign sends escapes consent by its type. */
export function aboutOf({ purpose, campaignId, message }: Pick<Dispatch, 'purpose' | 'campaignId' | 'message'>): About {
  if (purpose !== 'send') return purpose;
  if (campaignId !== null || message.advertisement !== null) return 'advertising';
  return message.type === 'auth' ? 'auth' : 'informational';
}
