import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import type { Hold, Movement } from '../../../shared/domain/credits/hold.ts';
import {
  type Balance,
  effectOf,
  emptyBalance,
  type LedgerEntry,
  sumOf,
} from '../../../shared/domain/credits/ledger.ts';

/** Credits as the table keeps them: balance, holds and ledger change together or not at all, each under its condition. */
export interface CreditBook {
  grant(owner: OwnerId, credits: number): void;
  read(owner: OwnerId): Promise<Balance>;
  balanceOf(owner: OwnerId): Balance;
  ledgerOf(owner: OwnerId): readonly LedgerEntry[];
  holdOf(id: DispatchId): Hold | null;
  canHold(owner: OwnerId, quantity: number): boolean;
  hold(owner: OwnerId, id: DispatchId, quantity: number, atMs: number): void;
  /**
   * Throws, and changes nothing, if the hold does not cover what moves, does not stand as `said` after it, or a part of
   * the balance would be negative.
   */
  settle(
    owner: OwnerId,
    id: DispatchId,
    movements: readonly Movement[],
    said: Omit<Hold, 'quantity'>,
    atMs: number,
  ): void;
}

export class HoldNotCovered extends Error {
  override readonly name = 'HoldNotCovered';
}

export function createCreditBook(): CreditBook {
  const balances = new Map<OwnerId, Balance>();
  const holds = new Map<DispatchId, Hold>();
  const ledgers = new Map<OwnerId, LedgerEntry[]>();
  let entries = 0;

  const balanceOf = (owner: OwnerId): Balance => balances.get(owner) ?? emptyBalance;
  const enter = (owner: OwnerId, id: DispatchId | null, moved: readonly Entry[], atMs: number) => {
    const after = sumOf(balanceOf(owner), moved);
    if (Object.values(after).some((part) => part < 0))
      throw new HoldNotCovered(`A part of ${owner}'s balance is short`);
    balances.set(owner, after);
    const ledger = ledgers.get(owner) ?? [];
    ledgers.set(owner, ledger);
    for (const { type, quantity } of moved) {
      const credits = effectOf(type, quantity).available;
      ledger.push({ id: `entry-${entries++}`, type, credits, quantity, dispatchId: id, note: null, atMs });
    }
  };

  return {
    grant: (owner, credits) => enter(owner, null, [{ type: 'grant', quantity: credits }], 0),
    read: async (owner) => balanceOf(owner),
    balanceOf,
    ledgerOf: (owner) => ledgers.get(owner) ?? [],
    holdOf: (id) => holds.get(id) ?? null,
    canHold: (owner, quantity) => balanceOf(owner).available >= quantity,
    hold(owner, id, quantity, atMs) {
      if (quantity === 0) return;
      if (holds.has(id)) throw new HoldNotCovered(`${id} has a hold already`);
      enter(owner, id, [{ type: 'hold', quantity }], atMs);
      holds.set(id, { quantity, captured: 0, released: 0, refunded: 0 });
    },
    settle(owner, id, movements, said, atMs) {
      if (movements.length === 0) return;
      const before = holds.get(id);
      if (!before) throw new HoldNotCovered(`${id} has no hold`);
      const moved = (type: Movement['type']) =>
        movements.filter((one) => one.type === type).reduce((sum, { quantity }) => sum + quantity, 0);
      const after: Hold = {
        quantity: before.quantity,
        captured: before.captured + moved('capture'),
        released: before.released + moved('release'),
        refunded: before.refunded + moved('refund'),
      };
      const isCovered = after.captured + after.released <= after.quantity && after.refunded <= after.captured;
      const isAsSaid =
        after.captured === said.captured && after.released === said.released && after.refunded === said.refunded;
      if (!isCovered || !isAsSaid) throw new HoldNotCovered(`${id}: ${JSON.stringify(after)}`);
      enter(owner, id, movements, atMs);
      holds.set(id, after);
    },
  };
}

type Entry = Pick<LedgerEntry, 'type' | 'quantity'>;
