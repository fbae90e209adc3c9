import type { DispatchId, EventId, MessagePlace, OwnerId, TenantId } from '../../contracts/ids.ts';
import type { PlanMessage, ReportMessage, SendMessage, WaveMessage } from '../../contracts/queue-messages.ts';
import type { Carrier } from '../carriers/carrier.ts';
import type { CarrierAccount, Permit } from '../carriers/carrier-account.ts';
import type { CharacterPolicy } from '../content/characters.ts';
import type { Movement } from '../credits/hold.ts';
import type { IdempotencyRecord } from '../idempotency/idempotency.ts';
import type { OpenOptOutNumber } from '../opt-out-numbers/opt-out-number.ts';
import type { PermissionRules } from '../permissions/why-not.ts';
import type { NightRule } from '../times/night-window.ts';
import type { Batch } from './batch.ts';
import type { Dispatch, Lane, Move } from './dispatch.ts';
import type { ExcludedRow, PreparedManifest, RecipientRow } from './prepared.ts';

/** What the dispatch pipeline asks of the world. A use case names only the ports it uses. */

export interface Time {
  /** Epoch milliseconds. */
  now(): number;
}

export interface Ids {
  /** A new ULID: sorts by time of creation. */
  ulid(): string;
}

export interface Randomness {
  /** From 0 up to, not including, 1. */
  random(): number;
}

export interface Patience {
  /** Comes back after so long; earlier does no harm. */
  wait(ms: number): Promise<void>;
}

/** A write whose condition did not hold: the item as it is instead (null: absent). Nothing was written. */
export interface Refused<T> {
  readonly refused: T | null;
}
export const isRefused = <T>(outcome: object): outcome is Refused<T> => 'refused' in outcome;

export type CreateOutcome =
  | { readonly kind: 'created' }
  /** The idempotency key was used by a call that won the race. */
  | { readonly kind: 'replayed' }
  | { readonly kind: 'external_id_used'; readonly dispatchId: DispatchId }
  /** The upload has gone, expired or was rejected meanwhile. */
  | { readonly kind: 'upload_unusable' }
  /** A dispatch of this id was created before. */
  | { readonly kind: 'exists' };

export type StartOutcome =
  | { readonly kind: 'started'; readonly dispatch: Dispatch }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'external_id_used'; readonly dispatchId: DispatchId }
  /** Not enough credits at the moment of writing. */
  | { readonly kind: 'short'; readonly available: number }
  /** Somebody else moved the dispatch: as it is now. */
  | { readonly kind: 'moved'; readonly dispatch: Dispatch | null }
  /** A dispatch of notices whose round is not its own any more. */
  | { readonly kind: 'overtaken' };

export interface DispatchStore {
  /** Consistent. */
  read(id: DispatchId): Promise<Dispatch | null>;
  create(dispatch: Dispatch, idempotency: IdempotencyRecord | null): Promise<CreateOutcome>;
  /** Writes `after` if the stored dispatch is still at `before`'s version and in a state that `move` may start from. */
  move(before: Dispatch, move: Move, after: Dispatch): Promise<Dispatch | Refused<Dispatch>>;
  /**
   * The transaction that begins a send: the dispatch (`before` null: created by this), `holdCredits` from available to
   * held if there are as many, the hold, the ledger entry, the idempotency record; for notices, that their round is made.
   */
  start(
    before: Dispatch | null,
    after: Dispatch,
    holdCredits: number,
    idempotency: IdempotencyRecord | null,
  ): Promise<StartOutcome>;
  /** The transaction of a fold: the dispatch, the movements of credits with their ledger entries, events to publish. */
  fold(
    before: Dispatch,
    after: Dispatch,
    movements: readonly Movement[],
    events: readonly NewEvent[],
    /** Default `fold`; an ending that moves no credits names itself. */
    move?: Move,
  ): Promise<Dispatch | Refused<Dispatch>>;
}

export interface DispatchQuery {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  readonly status: Dispatch['state'] | null;
  /** The `next` of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

export interface DispatchList {
  /** Dispatches of an owner, newest first. A page may be short of its limit and still have a next one. */
  list(
    owner: OwnerId,
    query: DispatchQuery,
  ): Promise<{ readonly items: readonly Dispatch[]; readonly next: string | null }>;
}

export interface BatchStore {
  /** Consistent. */
  read(id: DispatchId, attempt: string, n: number): Promise<Batch | null>;
  /** All batches of the attempt in order, read consistently. */
  all(id: DispatchId, attempt: string): Promise<readonly Batch[]>;
  /** Those of one wave, in order and consistently: a hundred waves must not each carry the batches of all of them. */
  ofWave(id: DispatchId, attempt: string, wave: number): Promise<readonly Batch[]>;
  /** Batches from number `from` on, for lists. */
  from(id: DispatchId, attempt: string, from: number, limit: number): Promise<readonly Batch[]>;
  write(id: DispatchId, attempt: string, batches: readonly Batch[], expiresAtMs: number): Promise<void>;
  /** Writes `after` (with the next version) if the stored batch is still at `before`'s version. */
  change(id: DispatchId, attempt: string, before: Batch, after: Batch): Promise<Batch | Refused<Batch>>;
}

/** That every batch of a wave was queued. There is no mark before that. */
export interface Release {
  readonly wave: number;
  readonly atMs: number;
}

export interface ReleaseStore {
  /** In order of the waves, consistently. */
  all(id: DispatchId): Promise<readonly Release[]>;
  /** Writes the mark; the first one stays. */
  mark(id: DispatchId, release: Release, expiresAtMs: number): Promise<void>;
}

/** One-time schedules, each of which puts `body` into the queue that waits for it. */
export interface Schedules {
  /** Names are for good: one that exists already is the very same. */
  create(name: string, atMs: number, body: unknown): Promise<void>;
  /** One that has fired or was never made is fine too. */
  remove(name: string): Promise<void>;
}

/** Prepared rows, wherever they lie. */
export interface RowStore {
  rowsOf(dispatch: Dispatch, batch: Batch): Promise<readonly RecipientRow[]>;
  manifest(dispatch: Dispatch): Promise<PreparedManifest>;
  excluded(dispatch: Dispatch, block: number): Promise<readonly ExcludedRow[]>;
  /** Every number of a dispatch whose rows lie in items. */
  numbersInItems(dispatch: Dispatch): Promise<readonly PlacedNumber[]>;
}

/** A number (E.164 digits) and where it lies. */
export interface PlacedNumber {
  readonly digits: string;
  readonly place: Pick<MessagePlace, 'kind' | 'block' | 'row'>;
}
/** All numbers of a small dispatch; those of a large one lie in the index among its files. */
export type Numbers = readonly PlacedNumber[] | 'in_object';

/** Which messages went to a number. */
export interface NumberBook {
  /** Makes a prepared dispatch findable by number, before it is published: readers look whether it really exists. */
  remember(dispatch: Dispatch, numbers: Numbers, expiresAtMs: number): Promise<void>;
  /** Places of a number (E.164 digits) in a prepared dispatch. */
  placesIn(dispatch: Dispatch, digits: string): Promise<readonly Pick<MessagePlace, 'kind' | 'block' | 'row'>[]>;
  /** Where a number appears, newest first, between two times; `after` is the `at` of the last one seen. */
  search(
    owner: OwnerId,
    digits: string,
    fromMs: number,
    untilMs: number,
    after: string | null,
    limit: number,
  ): Promise<NumberPage>;
}

export interface NumberPage {
  readonly found: readonly { readonly at: string; readonly place: MessagePlace }[];
  /** Where to go on; null at the end. A page may be empty and still have a next one. */
  readonly next: string | null;
}

/** All delays in seconds, at most 900. */
export interface Queues {
  prepare(id: DispatchId, delaySeconds: number): Promise<void>;
  wave(message: WaveMessage, delaySeconds: number): Promise<void>;
  plan(message: PlanMessage): Promise<void>;
  /** One group per owner: a million rows of one do not keep another's single message waiting. */
  send(owner: OwnerId, messages: readonly SendMessage[], delaySeconds: number, lane: Lane): Promise<void>;
  report(messages: readonly ReportMessage[], delaySeconds: number): Promise<void>;
  settle(id: DispatchId, delaySeconds: number): Promise<void>;
}

export interface Tenants {
  /**
   * Whether nothing of the owner's may go now: its tenant is not active, or, of live ones, its identity is not approved
   * any more. Consistent: asked directly before a send.
   */
  isSuspended(owner: OwnerId): Promise<boolean>;
  /** For good: whoever is closed is suspended, too. */
  isClosed(tenant: TenantId): Promise<boolean>;
  isApprovedSender(tenant: TenantId, number: string): Promise<boolean>;
  /** What becomes of characters that carriers do not take. */
  charactersOf(owner: OwnerId): Promise<CharacterPolicy>;
  /** Who gets what and when, where the law leaves it to the tenant. */
  sendingRulesOf(owner: OwnerId): Promise<SendingRules>;
  /** Who advertises, as advertisements say it: the name chosen for them, else the registered one. */
  advertiserOf(owner: OwnerId): Promise<string>;
  /** The tenant's 080 numbers that are open, the one that opened first at the head. Consistent. */
  openOptOutNumbers(tenant: TenantId): Promise<readonly OpenOptOutNumber[]>;
  /** Whether this 080 number (national digits) is open and the tenant's. Consistent. */
  isOpenOptOutNumber(tenant: TenantId, number: string): Promise<boolean>;
}

export interface SendingRules {
  readonly permissionRules: PermissionRules;
  readonly night: NightRule;
  /** 0: the same message may go again at once. */
  readonly duplicateBlockMinutes: number;
}

export interface Carriers {
  /** The carrier that an owner's messages go through. */
  of(owner: OwnerId): Carrier;
}

export interface CarrierLimits {
  /** Messages that the account of an owner's carrier takes in any second; null: as many as come. */
  messagesPerSecond(owner: OwnerId): number | null;
}

export interface CarrierNames {
  /** The name of that carrier, for those who never call it. */
  nameOf(owner: OwnerId): string;
}

export interface CarrierAccounts {
  /** Consistent. */
  read(carrier: string): Promise<CarrierAccount>;
  /** Nobody calls before `untilMs`; a longer pause stays. `cause` is for whoever looks into it. */
  pause(carrier: string, untilMs: number, cause: string): Promise<void>;
  /**
   * Adds a permit, and forgets those that ended by `nowMs`, if the account is still at `seen`'s version; else nothing, and
   * answers the account as it is.
   */
  admit(
    carrier: string,
    seen: CarrierAccount,
    permit: Permit,
    nowMs: number,
  ): Promise<'admitted' | { readonly refused: CarrierAccount }>;
  /** A permit counts until `untilMs` instead; null: no longer. Does nothing if it was forgotten already. */
  release(carrier: string, permit: Permit, untilMs: number | null): Promise<void>;
  /** Claims an accepted call for a batch, once and for good: false if another batch has it. */
  take(carrier: string, carrierId: string, dispatch: DispatchId, batch: number, expiresAtMs: number): Promise<boolean>;
  /** Whether the batch has claimed this very call before. Consistent. */
  hasTaken(carrier: string, carrierId: string, dispatch: DispatchId, batch: number): Promise<boolean>;
}

export type EventType = 'dispatch.completed' | 'dispatch.canceled' | 'dispatch.failed' | 'dispatch.settled';

export interface NewEvent {
  readonly id: EventId;
  readonly type: EventType;
  readonly atMs: number;
}

export interface Events {
  /** Publishes what waits for this dispatch and forgets it; safe to repeat. */
  publishWaiting(dispatch: Dispatch): Promise<void>;
}

/** Things an operator must hear of, counted as metrics that alarms watch; `facts` carries ids only. */
export interface Alarms {
  raise(
    alarm:
      | 'carrierAccountPaused'
      | 'negativeCapture'
      | 'carrierIdTaken'
      | 'strayFile'
      | 'lostOptOutCall'
      | 'outcomeUntold',
    facts: Readonly<Record<string, string | number>>,
  ): void;
}

/** Plain structured lines: ids and counts, never numbers or texts. */
export interface Log {
  info(message: string, facts: Readonly<Record<string, string | number | null>>): void;
  warn(message: string, facts: Readonly<Record<string, string | number | null>>): void;
}
