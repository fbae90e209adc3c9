import type { EventId, TenantId } from '../../contracts/ids.ts';
import type { AuditEntry } from '../audit/audit.ts';
import { maskNumbers } from '../numbers/mask-numbers.ts';

/** What the operator decided about something of a tenant's: an event on the bus, and an e-mail. Names are for good. */
export const outcomeTypes = [
  'sender_number.approved',
  'sender_number.rejected',
  'sender_number.blocked',
  'identity.approved',
  'identity.rejected',
  'tenant.suspended',
  'tenant.resumed',
  'tenant.closed',
] as const;
export type OutcomeType = (typeof outcomeTypes)[number];

export interface Outcome {
  /** The same on every delivery of the event: whoever takes it in twice can tell. */
  readonly id: EventId;
  readonly type: OutcomeType;
  readonly tenantId: TenantId;
  readonly atMs: number;
  /** What there is to know, in words of the API: `{"number": "010****5678", "reason": "…"}`. */
  readonly facts: Readonly<Record<string, string>>;
}

const factCharactersMax = 1_000;

/** Facts leave the house in e-mails, so no whole phone number gets in. */
export const newOutcome = (outcome: Outcome): Outcome => ({
  ...outcome,
  facts: Object.fromEntries(
    Object.entries(outcome.facts).map(([name, fact]) => [name, maskNumbers(fact.slice(0, factCharactersMax))]),
  ),
});

/** What a store writes beside the change that an operator decided: its record, and what the tenant will be told. */
export interface Decision {
  readonly audit: AuditEntry;
  readonly outcome: Outcome;
}

/**
 * Has an outcome told. The store that makes the change writes the outcome in the same transaction (`outcomePut`), so
 * nothing is lost if this call never comes: the sweeper finds it a minute later. This only makes it quick.
 */
export interface Outcomes {
  tell(id: EventId): Promise<void>;
}
