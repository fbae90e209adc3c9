import type { FailureCode, SkipReason } from '../../../contracts/codes.ts';
import type { Recipient } from './recipient.ts';
import type { RuleRecord, Ruling } from './ruling.ts';

/** How one rule is put into words. */
export interface Teller {
  /** Why it is asked about nobody in such a dispatch; null: it is. */
  readonly notAsked: (recipient: Recipient) => string | null;
  readonly passed: (recipient: Recipient) => string;
  readonly left: (recipient: Recipient, reason: SkipReason) => string;
  /** What it relied on, also where it waits for its time. */
  readonly record: (recipient: Recipient) => RuleRecord | null;
  /** What it was not asked for. Default: nothing. */
  readonly rules?: (recipient: Recipient) => RuleRecord;
}

export const alwaysAsked = () => null;

/** All of a ruling but which rule it is of. */
export type Told = Omit<Ruling, 'stage' | 'rule'>;

export const toldAs = (
  outcome: Told['outcome'],
  message: string,
  record: RuleRecord | null = null,
  reason: SkipReason | FailureCode | null = null,
): Told => ({ outcome, reason, message, record });
