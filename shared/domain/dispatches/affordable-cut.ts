import type { Dispatch } from './dispatch.ts';
import type { BatchStore, RowStore } from './ports.ts';
import { findCut } from './prepare/cut.ts';
import type { Cut } from './totals.ts';

interface CutPorts {
  readonly batches: Pick<BatchStore, 'all'>;
  readonly rows: Pick<RowStore, 'manifest' | 'rowsOf'>;
}

/**
 * How far `availableCredits` reach into the sendable rows of a prepared dispatch, in file order, and what that costs.
 * Null when not even the first row fits.
 */
export async function affordableCut(
  ports: CutPorts,
  dispatch: Dispatch,
  availableCredits: number,
): Promise<{ readonly cut: Cut; readonly credits: number } | null> {
  if (!dispatch.prepared) return null;
  const batches = await ports.batches.all(dispatch.id, dispatch.prepared.attempt);
  const { runningCost } = await ports.rows.manifest(dispatch);
  const byNumber = new Map(batches.map((batch) => [batch.n, batch]));
  const found = await findCut({
    batches,
    runningCost,
    affordableCredits: availableCredits,
    rowsOf: async ({ n }) => {
      const batch = byNumber.get(n);
      return batch ? ports.rows.rowsOf(dispatch, batch) : [];
    },
  });
  if (found.rows === 0) return null;
  const straddling = found.straddling.map(({ n, rows }) => ({ batch: n, within: rows }));
  return { cut: { row: found.row, straddling }, credits: found.credits };
}
