import type { FailureCode, SkipReason } from '../../contracts/codes.ts';
import type { Batch } from './batch.ts';
import type { PreparedTotals } from './prepared.ts';
import { type RowResult, resultAt } from './result-page.ts';
import { factsOf } from './row-status.ts';

/**
 * Where every accepted recipient of a dispatch stands, and where its credits are. Always a fold of the batches, never
 * counted along: `recipients` is the sum of all other counts.
 */
export interface Totals {
  readonly recipients: number;
  readonly planned: number;
  readonly canceled: number;
  readonly submitted: number;
  readonly delivered: number;
  readonly unknown: number;
  readonly skippedBy: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failedBy: Readonly<Partial<Record<FailureCode, number>>>;
  /** Rows whose outcome somebody still has to find out. */
  readonly open: number;
  /** Credits. `captured` is all that was ever spent, refunds not taken off. */
  readonly credits: Credits;
}

export interface Credits {
  readonly held: number;
  readonly captured: number;
  readonly released: number;
  readonly refunded: number;
}

/** The last affordable row of a dispatch that was sent on too few credits; later rows are skipped, and nothing is held for them. */
export interface Cut {
  readonly row: number;
  /** For the few batches that lie on both sides: how many of their rows, from the first, are within. */
  readonly straddling: readonly { readonly batch: number; readonly within: number }[];
}

export const sumBy = (by: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(by).reduce<number>((sum, n) => sum + (n ?? 0), 0);
export const skippedOf = (totals: Totals): number => sumBy(totals.skippedBy);
export const failedOf = (totals: Totals): number => sumBy(totals.failedBy);

/** Nothing known yet but how many were accepted. */
export const acceptedOnly = (recipients: number): Totals => ({
  recipients,
  planned: recipients,
  canceled: 0,
  submitted: 0,
  delivered: 0,
  unknown: 0,
  skippedBy: {},
  failedBy: {},
  open: recipients,
  credits: { held: 0, captured: 0, released: 0, refunded: 0 },
});

/** How many rows of a batch, from the first, may be sent under a cut. */
export function rowsWithin(batch: Pick<Batch, 'n' | 'rows' | 'firstRow' | 'lastRow'>, cut: Cut | null): number {
  if (cut === null || batch.lastRow <= cut.row) return batch.rows;
  if (batch.firstRow > cut.row) return 0;
  const straddling = cut.straddling.find(({ batch: n }) => n === batch.n);
  if (!straddling) throw new Error(`Batch ${batch.n} lies on both sides of the cut, and the cut does not say how`);
  return straddling.within;
}

/** How a dispatch stands before any credits were held: excluded rows are skipped, the others `rest`. */
export function totalsBeforeHold(prepared: PreparedTotals, rest: 'planned' | 'canceled'): Totals {
  return {
    ...acceptedOnly(prepared.recipients),
    planned: rest === 'planned' ? prepared.sendable : 0,
    canceled: rest === 'canceled' ? prepared.sendable : 0,
    open: rest === 'planned' ? prepared.sendable : 0,
    skippedBy: prepared.excluded,
  };
}

/** Folds all batches of a dispatch into its totals. `batches` must be all of them, each read after META. */
export function foldBatches(prepared: PreparedTotals, batches: readonly Batch[], cut: Cut | null): Totals {
  const tally = new Tally(prepared.excluded);
  for (const batch of batches) {
    const within = rowsWithin(batch, cut);
    tally.addUnheld('insufficient_credits', batch.rows - within);
    if (batch.page === null) {
      tally.add(
        { status: batch.state === 'canceled' ? 'canceled' : 'planned', code: null, atMs: 0 },
        within,
        batch.priceCredits,
      );
      continue;
    }
    for (let row = 0; row < within; row++) tally.add(resultAt(batch.page, row), 1, batch.priceCredits);
  }
  return tally.totals();
}

class Tally {
  readonly #shown = { planned: 0, canceled: 0, submitted: 0, delivered: 0, unknown: 0 };
  readonly #skippedBy: Partial<Record<SkipReason, number>>;
  readonly #failedBy: Partial<Record<FailureCode, number>> = {};
  readonly #credits = { held: 0, captured: 0, released: 0, refunded: 0 };
  #open = 0;

  constructor(excluded: PreparedTotals['excluded']) {
    this.#skippedBy = { ...excluded };
  }

  /** Rows that no credits were ever held for. */
  addUnheld(reason: SkipReason, rows: number): void {
    if (rows > 0) this.#skippedBy[reason] = (this.#skippedBy[reason] ?? 0) + rows;
  }

  add({ status, code }: RowResult, rows: number, priceCredits: number): void {
    if (rows === 0) return;
    const { shown, credits, open } = factsOf(status);
    if (open) this.#open += rows;
    if (shown === 'skipped') {
      if (code === null) throw new Error('A skipped row without a reason');
      this.#skippedBy[code as SkipReason] = (this.#skippedBy[code as SkipReason] ?? 0) + rows;
    } else if (shown === 'failed') {
      const failure = status === 'unresolved' ? 'unresolved' : ((code ?? 'unknown') as FailureCode);
      this.#failedBy[failure] = (this.#failedBy[failure] ?? 0) + rows;
    } else {
      this.#shown[shown] += rows;
    }
    const quantity = rows * priceCredits;
    if (credits === 'refunded') {
      this.#credits.captured += quantity;
      this.#credits.refunded += quantity;
    } else {
      this.#credits[credits] += quantity;
    }
  }

  totals(): Totals {
    const { planned, canceled, submitted, delivered, unknown } = this.#shown;
    return {
      recipients: planned + canceled + submitted + delivered + unknown + sumBy(this.#skippedBy) + sumBy(this.#failedBy),
      planned,
      canceled,
      submitted,
      delivered,
      unknown,
      skippedBy: this.#skippedBy,
      failedBy: this.#failedBy,
      open: this.#open,
      credits: { ...this.#credits },
    };
  }
}
