import type { DispatchId } from '../../contracts/ids.ts';

export const ledgerTypes = ['grant', 'bonus', 'adjust', 'hold', 'capture', 'release', 'refund'] as const;
export type LedgerType = (typeof ledgerTypes)[number];

/**
 * One movement of credits; entries are written once and never changed, and the balance is their sum.
 * `credits` is the effect on `available`: a hold is negative, a capture 0. `quantity` is how many credits moved.
 */
export interface LedgerEntry {
  readonly id: string;
  readonly type: LedgerType;
  readonly credits: number;
  readonly quantity: number;
  readonly dispatchId: DispatchId | null;
  readonly note: string | null;
  readonly atMs: number;
}

/** What an owner has. `available + held + spent = granted`, and no part is ever negative. All in credits. */
export interface Balance {
  readonly available: number;
  readonly held: number;
  readonly spent: number;
  readonly granted: number;
}

export const emptyBalance: Balance = { available: 0, held: 0, spent: 0, granted: 0 };

/** How each movement of `quantity` credits changes a balance. The one table that money follows, everywhere. */
const effects: Readonly<Record<LedgerType, Balance>> = {
  grant: { available: 1, held: 0, spent: 0, granted: 1 },
  bonus: { available: 1, held: 0, spent: 0, granted: 1 },
  adjust: { available: 1, held: 0, spent: 0, granted: 1 },
  hold: { available: -1, held: 1, spent: 0, granted: 0 },
  capture: { available: 0, held: -1, spent: 1, granted: 0 },
  release: { available: 1, held: -1, spent: 0, granted: 0 },
  refund: { available: 1, held: 0, spent: -1, granted: 0 },
};

/** What moving `quantity` credits does to each part of a balance. Only `adjust` may have a negative quantity. */
export function effectOf(type: LedgerType, quantity: number): Balance {
  const e = effects[type];
  return {
    available: e.available * quantity,
    held: e.held * quantity,
    spent: e.spent * quantity,
    granted: e.granted * quantity,
  };
}

/** A balance after some movements. */
export function sumOf(start: Balance, entries: readonly Pick<LedgerEntry, 'type' | 'quantity'>[]): Balance {
  let { available, held, spent, granted } = start;
  for (const { type, quantity } of entries) {
    const e = effectOf(type, quantity);
    available += e.available;
    held += e.held;
    spent += e.spent;
    granted += e.granted;
  }
  return { available, held, spent, granted };
}
