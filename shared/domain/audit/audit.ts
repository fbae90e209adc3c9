import type { AuditId, OperatorKeyId, TenantId } from '../../contracts/ids.ts';
import { maskAddresses, maskNumbers } from '../numbers/mask-numbers.ts';

/** Who does what to what, and when: known before anything is done. */
export interface AuditedAction {
  readonly id: AuditId;
  readonly atMs: number;
  readonly keyId: OperatorKeyId | 'root';
  /** The key's name at that time: a key that is revoked is named here only. */
  readonly keyName: string;
  /** The route: `POST /operator/v1/tenants/{id}/suspend`. */
  readonly action: string;
  /** What the route's address names. */
  readonly targets: Readonly<Record<string, string>>;
  readonly tenantId: TenantId | null;
  readonly requestId: string;
}

/**
 * `unfinished`: begun, and nobody knows what became of it; its process is at work, or ended half-way. `replayed`: it had
 * been done before, under the same Idempotency-Key.
 */
export const auditOutcomes = ['done', 'refused', 'replayed', 'failed', 'unfinished'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What stands in the log of one action. */
export interface AuditEntry extends AuditedAction {
  readonly outcome: AuditOutcome;
  /** As the operator was answered; null while unfinished. */
  readonly status: number | null;
  /** Of a refusal. */
  readonly code: string | null;
  /** What was changed, as it was and as it is then; null: nothing was there, or nothing was changed. */
  readonly before: AuditFacts | null;
  readonly after: AuditFacts | null;
}

export type AuditFacts = Readonly<Record<string, unknown>>;

export interface AuditChange {
  readonly before: AuditFacts | null;
  readonly after: AuditFacts | null;
  /** Whose it is, where the route's address does not say so. */
  readonly tenantId?: TenantId;
}

/**
 * Notes what an action changed. A store that changes things in a transaction puts the entry into it (`auditPut`), so
 * that the change and its record are one; whatever else a route notes is written once it has answered.
 */
export type Audit = (change: AuditChange) => AuditEntry;

export interface AuditQuestion {
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  readonly keyId: OperatorKeyId | 'root' | null;
  readonly tenantId: TenantId | null;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after: string | null;
}

/** Entries are added and read; there is no way to change one or to take one out. */
export interface AuditLog {
  /** Nothing may be done before this has answered. */
  begin(action: AuditedAction): Promise<void>;
  /** An entry that the transaction of the change has written already stays as it is. */
  end(entry: AuditEntry): Promise<void>;
  /** Newest first, consistently. A page may be short and still have a next one: so many entries are looked at, at most. */
  list(question: AuditQuestion): Promise<{ readonly items: readonly AuditEntry[]; readonly next: string | null }>;
}

const charactersMax = 300;
const membersMax = 50;
const depthMax = 4;

/** Numbers that an operator decided about: what every message from them, or every advertisement, shows to everybody. */
const namedInFull = ['senderNumber', 'optOutNumber'] as const;

/** Facts as the log keeps them: other phone numbers and addresses masked, long texts, lists and nests cut. */
export function auditFacts(facts: AuditFacts | null): AuditFacts | null {
  if (facts === null) return null;
  const inFull = namedInFull.filter((name) => typeof facts[name] === 'string').map((name) => [name, facts[name]]);
  return { ...(kept(facts, 0) as AuditFacts), ...Object.fromEntries(inFull) };
}

function kept(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskAddresses(maskNumbers(value.slice(0, charactersMax)));
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value !== 'object' || depth >= depthMax) return '…';
  if (Array.isArray(value)) return value.slice(0, membersMax).map((one) => kept(one, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.slice(0, membersMax).map(([name, member]) => [name, kept(member, depth + 1)]));
}
