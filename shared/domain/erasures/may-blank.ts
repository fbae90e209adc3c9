import type { MessagePlace } from '../../contracts/ids.ts';
import type { Batch } from '../dispatches/batch.ts';
import type { Dispatch } from '../dispatches/dispatch.ts';
import type { BatchStore } from '../dispatches/ports.ts';
import { statusAt } from '../dispatches/result-page.ts';
import { factsOf } from '../dispatches/row-status.ts';
import { rowsWithin } from '../dispatches/totals.ts';

export type RowPlace = Pick<MessagePlace, 'kind' | 'block' | 'row'>;

/**
 * Whether a deleted person's rows can be blanked without taking from the dispatch what it needs yet: a number on its way
 * is what its report, or its unclear call, is known by. What is still to be sent needs none of it: the person is left out,
 * by the deletion as long as that is noted, and then by the blank itself.
 */
export async function mayBlank(
  batches: Pick<BatchStore, 'read'>,
  dispatch: Dispatch,
  places: readonly RowPlace[],
): Promise<boolean> {
  const { id, state, prepared } = dispatch;
  if (state === 'preparing') return false;
  if (!prepared) return true;
  for (const { kind, block, row } of places) {
    const batch = kind === 'b' ? await batches.read(id, prepared.attempt, block) : null;
    if (batch && !isOver(dispatch, batch, row)) return false;
  }
  return true;
}

function isOver(dispatch: Dispatch, { state, page, ...batch }: Batch, row: number): boolean {
  if (state === 'submitting') return false;
  if (state !== 'recorded' || page === null) return true;
  return row >= rowsWithin(batch, dispatch.cut) || !factsOf(statusAt(page, row)).open;
}
