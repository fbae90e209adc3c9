import { modeOf, type OwnerId } from '../../contracts/ids.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { IdempotencyRecord, Remember, Replayed } from '../idempotency/idempotency.ts';
import type { Balance, LedgerEntry } from './ledger.ts';

/** Where a page of the ledger goes on: behind this entry of this month (`2026-11`). */
export interface LedgerPosition {
  readonly month: string;
  readonly id: string;
}

/** Which entries: `fromMs` inclusive, `untilMs` exclusive. */
export interface LedgerQuestion {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly limit: number;
  readonly after: LedgerPosition | null;
}

export interface CreditStore {
  /** Read consistently. */
  balance(owner: OwnerId): Promise<Balance>;
  /** Newest first. */
  ledger(
    owner: OwnerId,
    question: LedgerQuestion,
  ): Promise<{ readonly items: readonly LedgerEntry[]; readonly next: LedgerPosition | null }>;
  /** Balance, ledger entry and idempotency record, or none of them. */
  move(
    owner: OwnerId,
    entry: LedgerEntry,
    record: IdempotencyRecord,
    audit?: AuditEntry,
  ): Promise<{ readonly kind: 'moved' } | { readonly kind: 'balance_too_low'; readonly available: number } | Replayed>;
}

/** Credits that the operator gives (`grant`, `bonus`: positive) or sets right (`adjust`: either sign, never below 0). */
export interface Grant {
  readonly owner: OwnerId;
  readonly type: 'grant' | 'bonus' | 'adjust';
  readonly credits: number;
  readonly note: string | null;
}

export type GrantOutcome =
  | { readonly kind: 'granted'; readonly entry: LedgerEntry }
  | { readonly kind: 'balance_too_low'; readonly available: number }
  | Replayed;

/** Gives or takes credits outside a dispatch. Nothing is written unless all of it is. */
export async function grantCredits(
  deps: { readonly credits: CreditStore; readonly ids: Ids },
  grant: Grant,
  nowMs: number,
  remember: Remember<LedgerEntry>,
  audit: Audit,
): Promise<GrantOutcome> {
  const entry: LedgerEntry = {
    id: deps.ids.ulid(),
    type: grant.type,
    credits: grant.credits,
    quantity: grant.credits,
    dispatchId: null,
    note: grant.note,
    atMs: nowMs,
  };
  const { owner, ...given } = grant;
  const noted = audit({ before: null, after: { ledgerEntry: entry.id, mode: modeOf(owner), ...given } });
  const outcome = await deps.credits.move(owner, entry, remember(entry), noted);
  return outcome.kind === 'moved' ? { kind: 'granted', entry } : outcome;
}
