import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movementsBetween } from '../../../shared/domain/credits/hold.ts';
import { emptyBalance, sumOf } from '../../../shared/domain/credits/ledger.ts';

const credits = fc.record({
  held: fc.nat(100),
  captured: fc.nat(100),
  released: fc.nat(100),
  refunded: fc.nat(100),
});

describe('what a fold moves', () => {
  it('leads from one state of a hold to the next, and never moves nothing', () => {
    fc.assert(
      fc.property(credits, credits, (before, after) => {
        const movements = movementsBetween(before, after);
        const backwards =
          after.captured < before.captured || after.released < before.released || after.refunded < before.refunded;
        expect(movements === null).toBe(backwards);
        if (movements === null) return;
        for (const { quantity } of movements) expect(quantity).toBeGreaterThan(0);
        const of = (type: string) => movements.find((one) => one.type === type)?.quantity ?? 0;
        expect(before.captured + of('capture')).toBe(after.captured);
        expect(before.released + of('release')).toBe(after.released);
        expect(before.refunded + of('refund')).toBe(after.refunded);
      }),
    );
  });

  it('gives a hold back to the last credit: what was neither spent nor given back is still held', () => {
    const parts = fc.record({ granted: fc.nat(1_000), ways: fc.array(fc.nat(2), { maxLength: 50 }) });
    fc.assert(
      fc.property(parts, ({ granted, ways }) => {
        const quantity = ways.length;
        const total = { held: quantity, captured: 0, released: 0, refunded: 0 };
        let balance = sumOf(emptyBalance, [
          { type: 'grant', quantity: granted + quantity },
          { type: 'hold', quantity },
        ]);
        for (const way of ways) {
          const after = { ...total, held: total.held - 1 };
          if (way === 0) after.released++;
          else after.captured++;
          if (way === 2) after.refunded++;
          balance = sumOf(balance, movementsBetween(total, after) ?? []);
          Object.assign(total, after);
          expect(Math.min(balance.available, balance.held, balance.spent)).toBeGreaterThanOrEqual(0);
          expect(balance.held).toBe(total.held);
          expect(balance.spent).toBe(total.captured - total.refunded);
        }
        expect(balance.held).toBe(0);
        expect(balance.available + balance.spent).toBe(balance.granted);
      }),
    );
  });
});
