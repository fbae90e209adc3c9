import type { FailureCode } from '../../contracts/codes.ts';

/** The kinds of message that a carrier is asked to send. */
export type MessageType = 'sms' | 'lms' | 'mms';

/** One text for one phone. `to` is E.164 of a Korean number, `+82…`. */
export interface CarrierMessage {
  readonly to: string;
  readonly text: string;
}

/** What becomes exactly one carrier call: up to 500 messages of one type from one sender number. */
export interface CarrierBatch {
  readonly type: MessageType;
  /** The sender number in national digits, as registered: `0212345678`. */
  readonly from: string;
  /** Only for LMS and MMS. */
  readonly subject: string | null;
  readonly messages: readonly CarrierMessage[];
  /** Files of an MMS, the same for all: one to three JPEGs. None otherwise. */
  readonly images: readonly Uint8Array[];
}

/** What tells a call from others when one looks for it. */
export type SoughtCall = Pick<CarrierBatch, 'type' | 'from' | 'messages'>;

/**
 * What is known after a submit. The difference that matters: only `not_accepted` and `account_error` prove that
 * nothing was taken; `unclear` may have been taken and must never be repeated.
 */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly carrierId: string }
  /** The carrier refused the whole call for what it says: every message fails with `code`. */
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly carrierCode: string }
  /** No connection was made, or the carrier documents this answer as not accepted. */
  | {
      readonly kind: 'not_accepted';
      readonly reason: 'connection_refused' | 'throttled' | 'unavailable';
      readonly retryAfterSeconds: number | null;
    }
  /** Our account at the carrier is the trouble (authentication, its balance): nobody's message fails for that. */
  | { readonly kind: 'account_error'; readonly carrierCode: string }
  | { readonly kind: 'unclear'; readonly reason: 'timeout' | 'connection_lost' | 'server_error' | 'unreadable_reply' };

/** What the carrier says of one message so far. `atMs` is when it became so. */
export type MessageReport =
  | { readonly to: string; readonly status: 'pending' }
  | { readonly to: string; readonly status: 'delivered'; readonly atMs: number }
  | { readonly to: string; readonly status: 'failed'; readonly code: FailureCode; readonly atMs: number };

/** A carrier could not answer a question (not a submit). Asking again later is always safe. */
export class CarrierUnavailable extends Error {
  override readonly name = 'CarrierUnavailable';
}

/** An accepted call, as the carrier lists it. */
export interface AcceptedCall {
  readonly carrierId: string;
  readonly acceptedAtMs: number;
}

/** An outside company that takes messages. */
export interface Carrier {
  /** `aligo`, `simulated`: part of stored keys. */
  readonly name: string;
  /** One call, no retry, no redirect; answers within the call's time bound whatever happens. Never throws. */
  submit(batch: CarrierBatch): Promise<SubmitOutcome>;
  /**
   * What became of an accepted call, one entry for every message the carrier knows of; a message may be absent.
   * `receivers` and `acceptedAtMs` are what we know of the call ourselves. Throws CarrierUnavailable.
   */
  reports(call: AcceptedCall, receivers: readonly string[]): Promise<readonly MessageReport[]>;
  /**
   * Looks for calls that could be an unclear submit: accepted in the given time (ms, inclusive), of this type and
   * sender, whose receivers are exactly the batch's. Throws CarrierUnavailable.
   */
  findCalls(batch: SoughtCall, fromMs: number, untilMs: number): Promise<readonly AcceptedCall[]>;
}

/** Which carrier takes the messages of live and of test keys, by the name that stored keys carry. */
export const carrierNames = { live: 'aligo', test: 'simulated' } as const;
