import type { Credits } from '../dispatches/totals.ts';
import type { LedgerType } from './ledger.ts';

/**
 * Credits set aside for one dispatch. `captured + released ≤ quantity` always, equal when settled;
 * `refunded ≤ captured`.
 */
export interface Hold {
  readonly quantity: number;
  readonly captured: number;
  readonly released: number;
  readonly refunded: number;
}

/** A movement that a fold asks for. */
export interface Movement {
  readonly type: Extract<LedgerType, 'capture' | 'release' | 'refund'>;
  readonly quantity: number;
}

/**
 * What must move so that a hold that stood as `before` stands as `after`. Nothing ever un-captures: null means that the
 * totals went backwards, which is a defect to raise an alarm for, and nothing may be written.
 */
export function movementsBetween(before: Credits, after: Credits): readonly Movement[] | null {
  const movements: Movement[] = [
    { type: 'capture', quantity: after.captured - before.captured },
    { type: 'release', quantity: after.released - before.released },
    { type: 'refund', quantity: after.refunded - before.refunded },
  ];
  if (movements.some(({ quantity }) => quantity < 0)) return null;
  return movements.filter(({ quantity }) => quantity > 0);
}
