import type { EventId } from '../../contracts/ids.ts';
import type { Outcome } from './outcome.ts';

/** An outcome that waits to be told, in whole or in part. */
export interface WaitingOutcome extends Outcome {
  readonly isPublished: boolean;
  /** Addresses that need no mail any more: they have it, or cannot have it. */
  readonly settledAddresses: readonly string[];
  /** One of them has it. */
  readonly isMailed: boolean;
  /** How often somebody began to tell it, this time included. */
  readonly tries: number;
}

export interface OutcomeStore {
  /**
   * Takes an outcome for whoever tells it, until a time; the sweeper looks after it then. Null: there is none (any more),
   * or somebody else has it.
   */
  claim(id: EventId, nowMs: number, untilMs: number): Promise<WaitingOutcome | null>;
  published(id: EventId): Promise<void>;
  /** An address has its mail, or never gets one. */
  settled(id: EventId, address: string, isSent: boolean): Promise<void>;
  /** Gives it back: it is told on at that time. */
  later(id: EventId, atMs: number): Promise<void>;
  /** It was told: nothing of it stays. */
  remove(id: EventId): Promise<void>;
}

/** The bus on which the service says what happened. */
export interface Bus {
  /** @throws when the bus did not take it */
  publish(outcome: Outcome): Promise<void>;
}

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/**
 * `refused`: this address never gets it, and trying again would not help; `later`: the service does not take mail now.
 * `reason` is the mail service's word for it, without the address.
 */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string };

export interface Mail {
  /** One mail to one address. `id` goes along, so that whoever gets a mail twice can tell. */
  send(to: string, mail: MailText, id: EventId): Promise<MailOutcome>;
}
