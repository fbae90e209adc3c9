import type { PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { Person } from '../identity/person.ts';

/** A code holds so long from when it was asked for. */
export const codeHoldsMs = 3 * 60_000;
export const codeTriesMax = 5;

/** What a check has proven may be relied on for so long: numbers change hands. */
export const confirmedHoldsMs = 24 * 3_600_000;

/** Codes reach people who may never have asked for one, and cost money: a tenant has so many in 24 hours. */
export const startsADay = 20;
export const startsWindowMs = 24 * 3_600_000;

/** `expired`: the provider said so before we would have; `refused`: the number turned out to be another person's. */
export const phoneCheckStates = ['open', 'confirmed', 'expired', 'refused'] as const;
export type PhoneCheckState = (typeof phoneCheckStates)[number];

/** Whether a person has the mobile number that they say: a provider sends a code, which is kept nowhere here. */
export interface PhoneCheck extends Person {
  readonly id: PhoneCheckId;
  readonly tenant: TenantId;
  readonly state: PhoneCheckState;
  /** The provider's own name for what it sent. */
  readonly challengeId: string;
  /** Codes that were given, counted before the provider judges them. */
  readonly tries: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly confirmedAtMs: number | null;
  /** Rises with every write. */
  readonly version: number;
}

/** Why no more codes are taken; null while they are. */
export function closedBecause(check: PhoneCheck, nowMs: number): Exclude<PhoneCheckState, 'open'> | 'used_up' | null {
  if (check.state !== 'open') return check.state;
  if (nowMs >= check.expiresAtMs) return 'expired';
  return check.tries >= codeTriesMax ? 'used_up' : null;
}

export const triesLeft = ({ tries }: PhoneCheck): number => Math.max(0, codeTriesMax - tries);
