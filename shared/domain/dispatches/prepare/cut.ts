import type { RecipientRow } from '../../recipients/recipient-list.ts';
import type { PreparedBatch, RunningCost } from '../prepared.ts';

/** How far the credits reach: everything up to and including file row `row` is sent, nothing behind it. */
export interface Cut {
  /** 0 if not even the first row fits. */
  readonly row: number;
  /** Sendable rows up to there, and what they cost. */
  readonly rows: number;
  readonly credits: number;
  /** Batches that lie on both sides of the cut, with the number of their rows within: those come first in them. */
  readonly straddling: readonly { readonly n: number; readonly rows: number }[];
}

export interface CutInput {
  readonly batches: readonly PreparedBatch[];
  readonly runningCost: readonly RunningCost[];
  readonly affordableCredits: number;
  /** The batch's rows. Asked only for the few batches around the cut. */
  readonly rowsOf: (batch: PreparedBatch) => Promise<readonly RecipientRow[]>;
}

/** Sendable rows in file order until the next does not fit, however cheap those behind it are. */
export async function findCut({ batches, runningCost, affordableCredits, rowsOf }: CutInput): Promise<Cut> {
  const beyond = runningCost.findIndex(({ credits }) => credits > affordableCredits);
  const known = runningCost.at(beyond < 0 ? -1 : beyond - 1);
  const from = beyond === 0 || !known ? { row: 0, credits: 0, rows: 0 } : known;
  if (beyond < 0) return { ...from, straddling: [] };

  const until = runningCost[beyond]!.row;
  const near = batches.filter(({ firstRow, lastRow }) => firstRow <= until && lastRow > from.row);
  const read = await Promise.all(
    near.map(async (batch) => ({ batch, rows: (await rowsOf(batch)).map(([row]) => row) })),
  );
  const candidates = read
    .flatMap(({ batch, rows }) => rows.map((row) => ({ row, priceCredits: batch.priceCredits })))
    .filter(({ row }) => row > from.row)
    .sort((a, b) => a.row - b.row);

  let { row, rows, credits } = from;
  for (const candidate of candidates) {
    if (credits + candidate.priceCredits > affordableCredits) break;
    row = candidate.row;
    credits += candidate.priceCredits;
    rows++;
  }
  const straddling = read
    .filter(({ batch }) => batch.firstRow <= row && batch.lastRow > row)
    .map(({ batch, rows: numbers }) => ({ n: batch.n, rows: numbers.filter((number) => number <= row).length }));
  return { row, rows, credits, straddling };
}
