import type { Movement } from '../../domain/credits/hold.ts';
import { effectOf, type LedgerEntry } from '../../domain/credits/ledger.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { Ids } from '../../domain/dispatches/ports.ts';
import { balanceUpdate, ledgerPut } from './credit-store.ts';
import { keptUntilSeconds } from './dispatch-item.ts';
import { holdKey } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** The items through which credits of a dispatch move, always as part of the dispatch's own transaction. */
const absent = 'attribute_not_exists(pk)';

export type CreditPart = 'balance' | 'hold' | 'ledger';
export type CreditItem = readonly [CreditPart, TransactItem];

/** Takes `quantity` credits from available to held, if there are as many, and opens the dispatch's hold. */
export function holdItems(table: Table, ids: Ids, dispatch: Dispatch, quantity: number): readonly CreditItem[] {
  if (quantity === 0) return [];
  const Item = {
    ...holdKey(dispatch.id),
    entity: 'hold',
    quantity,
    captured: 0,
    released: 0,
    refunded: 0,
    expiresAt: keptUntilSeconds(dispatch.createdAtMs),
  };
  return [
    ['balance', balanceUpdate(table, dispatch.owner, effectOf('hold', quantity))],
    ['hold', { Put: { TableName: table.name, Item, ConditionExpression: absent } }],
    entryPut(table, ids, dispatch, 'hold', quantity, dispatch.startedAtMs ?? dispatch.createdAtMs),
  ];
}

function entryPut(
  table: Table,
  ids: Ids,
  dispatch: Dispatch,
  type: LedgerEntry['type'],
  quantity: number,
  atMs: number,
): CreditItem {
  const credits = effectOf(type, quantity).available;
  const entry = { id: ids.ulid(), type, credits, quantity, dispatchId: dispatch.id, note: null, atMs };
  return ['ledger', ledgerPut(table, dispatch.owner, entry)];
}

/** Moves credits after a fold. The hold's own condition holds even if a fold were wrong: never more than was held. */
export function settleItems(
  table: Table,
  ids: Ids,
  dispatch: Dispatch,
  movements: readonly Movement[],
): readonly CreditItem[] {
  if (movements.length === 0) return [];
  const sum = { available: 0, held: 0, spent: 0, granted: 0 };
  const moved = { capture: 0, release: 0, refund: 0 };
  for (const { type, quantity } of movements) {
    const effect = effectOf(type, quantity);
    sum.available += effect.available;
    sum.held += effect.held;
    sum.spent += effect.spent;
    moved[type] += quantity;
  }
  const { captured, released, refunded } = dispatch.totals.credits;
  if (refunded > captured) throw new Error(`A fold of ${dispatch.id} would refund more than it captured`);
  return [
    ['balance', balanceUpdate(table, dispatch.owner, sum)],
    [
      'hold',
      {
        Update: {
          TableName: table.name,
          Key: holdKey(dispatch.id),
          UpdateExpression: 'SET captured = :captured, released = :released, refunded = :refunded',
          // what stood before plus what moves now is what the fold says, and it is covered
          ConditionExpression:
            'captured = :capturedBefore AND released = :releasedBefore AND refunded = :refundedBefore AND quantity >= :used',
          ExpressionAttributeValues: {
            ':captured': captured,
            ':released': released,
            ':refunded': refunded,
            ':capturedBefore': captured - moved.capture,
            ':releasedBefore': released - moved.release,
            ':refundedBefore': refunded - moved.refund,
            ':used': captured + released,
          },
        },
      },
    ],
    ...movements.map(({ type, quantity }) => entryPut(table, ids, dispatch, type, quantity, dispatch.foldedAtMs)),
  ];
}
