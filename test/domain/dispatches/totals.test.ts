import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movementsBetween } from '../../../shared/domain/credits/hold.ts';
import { type Batch, plannedBatch } from '../../../shared/domain/dispatches/batch.ts';
import type { PreparedTotals } from '../../../shared/domain/dispatches/prepared.ts';
import { emptyPage, mergeChanges } from '../../../shared/domain/dispatches/result-page.ts';
import {
  acceptedOnly,
  type Cut,
  failedOf,
  foldBatches,
  rowsWithin,
  skippedOf,
  sumBy,
  type Totals,
  totalsBeforeHold,
} from '../../../shared/domain/dispatches/totals.ts';
import { changesOf } from '../../support/fakes/arbitraries.ts';

/** A prepared dispatch in small: the file rows of each batch, two types mixed in file order, and some left out. */
interface Small {
  readonly prepared: PreparedTotals;
  readonly batches: readonly Batch[];
  readonly rows: readonly (readonly number[])[];
  readonly prices: ReadonlyMap<number, number>;
}

const small: fc.Arbitrary<Small> = fc
  .tuple(
    fc.array(fc.constantFrom('sms', 'lms', 'out'), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(([kinds, perBatch]) => {
    const batches: Batch[] = [];
    const rows: number[][] = [];
    const prices = new Map<number, number>();
    for (const type of ['sms', 'lms'] as const) {
      const priceCredits = type === 'sms' ? 1 : 3;
      const own = kinds.flatMap((kind, i) => (kind === type ? [i + 1] : []));
      for (const row of own) prices.set(row, priceCredits);
      for (let start = 0; start < own.length; start += perBatch) {
        const inBatch = own.slice(start, start + perBatch);
        const [firstRow, lastRow] = [inBatch[0] ?? 0, inBatch.at(-1) ?? 0];
        const place = { offset: 0, length: 0, wave: 1, night: false };
        const n = batches.length;
        batches.push(plannedBatch({ n, type, priceCredits, rows: inBatch.length, firstRow, lastRow, ...place }));
        rows.push(inBatch);
      }
    }
    const out = kinds.filter((kind) => kind === 'out').length;
    const credits = [...prices.values()].reduce((sum, price) => sum + price, 0);
    const excluded = out > 0 ? { invalid_number: out } : {};
    const prepared = {
      recipients: kinds.length,
      sendable: prices.size,
      excluded,
      byType: {},
      credits,
      cp949Only: 0,
      consentUnknown: 0,
    };
    return { prepared, batches, rows, prices };
  });

const cutAt = ({ rows }: Small, row: number | null): Cut | null => {
  if (row === null) return null;
  const straddling = rows.flatMap((inBatch, batch) => {
    const within = inBatch.filter((one) => one <= row).length;
    return within > 0 && within < inBatch.length ? [{ batch, within }] : [];
  });
  return { row, straddling };
};
const heldFor = ({ prices }: Small, cut: Cut | null): number =>
  [...prices].reduce((sum, [row, price]) => sum + (cut === null || row <= cut.row ? price : 0), 0);

/** Steps of a life: at each one batch is canceled or learns something. */
const lives = small.chain((it) =>
  fc.record({
    it: fc.constant(it),
    cutRow: fc.option(fc.integer({ min: 1, max: 40 })),
    steps: fc.array(
      fc.record({ batch: fc.nat(Math.max(0, it.batches.length - 1)), cancel: fc.boolean(), learned: changesOf(6, 8) }),
      { maxLength: 12 },
    ),
  }),
);

const sumOfParts = (totals: Totals) =>
  totals.planned +
  totals.canceled +
  totals.submitted +
  totals.delivered +
  totals.unknown +
  skippedOf(totals) +
  failedOf(totals);

describe('totals', () => {
  it('are whole and paid for at every moment of any life, and money only moves onward', () => {
    fc.assert(
      fc.property(lives, ({ it: dispatch, cutRow, steps }) => {
        const cut = cutAt(dispatch, cutRow);
        const quantity = heldFor(dispatch, cut);
        const batches = [...dispatch.batches];
        let before = foldBatches(dispatch.prepared, batches, cut);
        expect(before.credits).toEqual({ held: quantity, captured: 0, released: 0, refunded: 0 });
        const moved = { capture: 0, release: 0, refund: 0 };
        for (const { batch: n, cancel, learned } of steps) {
          const batch = batches[n];
          if (!batch) continue;
          if (cancel && batch.page === null) batches[n] = { ...batch, state: 'canceled' };
          else if (batch.state !== 'canceled') {
            const changes = learned.filter(({ row }) => row < batch.rows);
            batches[n] = { ...batch, page: mergeChanges(batch.page ?? emptyPage(batch.rows), changes).page };
          }
          const after = foldBatches(dispatch.prepared, batches, cut);
          expect(after.recipients).toBe(dispatch.prepared.recipients);
          expect(sumOfParts(after)).toBe(after.recipients);
          const { held, captured, released, refunded } = after.credits;
          expect(held + captured + released).toBe(quantity);
          expect(refunded).toBeLessThanOrEqual(captured);
          expect(after.open).toBeGreaterThanOrEqual(after.planned + after.submitted);
          const movements = movementsBetween(before.credits, after.credits);
          expect(movements).not.toBeNull();
          for (const { type, quantity: credits } of movements ?? []) moved[type] += credits;
          before = after;
        }
        expect(moved).toEqual({
          capture: before.credits.captured,
          release: before.credits.released,
          refund: before.credits.refunded,
        });
      }),
      { numRuns: 400 },
    );
  });

  it('skip exactly the rows behind a cut, and hold nothing for them', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 0, max: 45 }), (dispatch, row) => {
        const cut = cutAt(dispatch, row);
        const behind = [...dispatch.prices.keys()].filter((one) => one > row).length;
        const totals = foldBatches(dispatch.prepared, dispatch.batches, cut);
        expect(totals.skippedBy.insufficient_credits ?? 0).toBe(behind);
        expect(totals.planned).toBe(dispatch.prepared.sendable - behind);
        dispatch.batches.forEach((batch, n) => {
          expect(rowsWithin(batch, cut)).toBe(dispatch.rows[n]?.filter((one) => one <= row).length);
        });
      }),
    );
  });

  it('do not guess how a batch on both sides of a cut is divided', () => {
    const batch = { n: 3, rows: 10, firstRow: 1, lastRow: 10 };
    expect(() => rowsWithin(batch, { row: 5, straddling: [] })).toThrow('both sides');
    expect(rowsWithin(batch, { row: 5, straddling: [{ batch: 3, within: 5 }] })).toBe(5);
  });

  it('before a hold count everybody too', () => {
    fc.assert(
      fc.property(small, fc.constantFrom('planned' as const, 'canceled' as const), ({ prepared }, rest) => {
        const totals = totalsBeforeHold(prepared, rest);
        expect(sumOfParts(totals)).toBe(prepared.recipients);
        expect(totals[rest]).toBe(prepared.sendable);
        expect(sumBy({ ...totals.credits })).toBe(0);
      }),
    );
    expect(sumOfParts(acceptedOnly(7))).toBe(7);
  });

  it('tell the failure of a row by its code, and of an unresolved one as such', () => {
    const [batch] = [
      plannedBatch({
        n: 0,
        type: 'sms',
        priceCredits: 1,
        rows: 3,
        firstRow: 1,
        lastRow: 3,
        offset: 0,
        length: 0,
        wave: 1,
        night: false,
      }),
    ];
    const prepared = {
      recipients: 3,
      sendable: 3,
      excluded: {},
      byType: {},
      credits: 3,
      cp949Only: 0,
      consentUnknown: 0,
    };
    const page = mergeChanges(emptyPage(3), [
      { row: 0, status: 'failed', code: 'power_off', atMs: 0 },
      { row: 1, status: 'unclear', code: null, atMs: 0 },
      { row: 1, status: 'unresolved', code: 'unresolved', atMs: 0 },
      { row: 2, status: 'refused', code: 'content', atMs: 0 },
    ]).page;
    const totals = foldBatches(prepared, [{ ...batch!, page }], null);
    expect(totals.failedBy).toEqual({ power_off: 1, unresolved: 1, content: 1 });
    expect(totals.credits).toEqual({ held: 0, captured: 2, released: 1, refunded: 2 });
  });
});
