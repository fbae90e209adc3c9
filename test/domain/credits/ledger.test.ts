import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectOf, emptyBalance, type LedgerType, ledgerTypes, sumOf } from '../../../shared/domain/credits/ledger.ts';

const entry = fc.record({ type: fc.constantFrom(...ledgerTypes), quantity: fc.nat(1_000_000) });

describe('the ledger', () => {
  it.each([
    ['grant', [5, 0, 0, 5]],
    ['bonus', [5, 0, 0, 5]],
    ['adjust', [5, 0, 0, 5]],
    ['hold', [-5, 5, 0, 0]],
    ['capture', [0, -5, 5, 0]],
    ['release', [5, -5, 0, 0]],
    ['refund', [5, 0, -5, 0]],
  ] as const satisfies readonly (readonly [LedgerType, readonly number[]])[])('%s of 5 credits', (type, effect) => {
    const { available, held, spent, granted } = effectOf(type, 5);
    expect([available + 0, held + 0, spent + 0, granted + 0]).toEqual(effect);
  });

  it('adds up after any entries at all: what is available, held and spent was granted', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const { available, held, spent, granted } = sumOf(emptyBalance, entries);
        expect(available + held + spent).toBe(granted);
      }),
    );
  });

  it('may be summed in parts: a balance is where the next sum begins', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(100), (entries, at) => {
        const parts = sumOf(sumOf(emptyBalance, entries.slice(0, at)), entries.slice(at));
        expect(parts).toEqual(sumOf(emptyBalance, entries));
      }),
    );
  });

  it('shows on each entry what it does to the credits available', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const shown = entries.reduce((sum, { type, quantity }) => sum + effectOf(type, quantity).available, 0);
        expect(shown).toBe(sumOf(emptyBalance, entries).available);
      }),
    );
  });
});
