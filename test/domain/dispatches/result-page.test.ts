import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureCodes, skipReasons } from '../../../shared/contracts/codes.ts';
import {
  emptyPage,
  mergeChanges,
  type ResultPage,
  type RowChange,
  resultAt,
  rowsOf,
} from '../../../shared/domain/dispatches/result-page.ts';
import { mayBecome, type RowStatus } from '../../../shared/domain/dispatches/row-status.ts';
import { changesOf } from '../../support/fakes/arbitraries.ts';

const read = (page: ResultPage) => Array.from({ length: rowsOf(page) }, (_, row) => resultAt(page, row));
const changes = fc.integer({ min: 1, max: 500 }).chain((rows) => fc.tuple(fc.constant(rows), changesOf(rows)));

describe('a result page', () => {
  it('keeps 500 results below 4 KB', () => {
    expect(emptyPage(500).length).toBeLessThan(4_096);
    expect(rowsOf(emptyPage(500))).toBe(500);
  });

  it('begins with everything planned', () => {
    expect(read(emptyPage(3))).toEqual(Array(3).fill({ status: 'planned', code: null, atMs: 0 }));
  });

  it('has a number of its own for every code, so that none is mistaken for another', () => {
    const numbers = [...Object.values(skipReasons), ...Object.values(failureCodes)];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.min(...numbers)).toBeGreaterThan(0);
    expect(Math.max(...numbers)).toBeLessThan(65_536);
  });

  it('gives back what was put in, row by row, wherever its bytes lie', () => {
    fc.assert(
      fc.property(changes, ([rows, learned]) => {
        const expected: Omit<RowChange, 'row'>[] = Array(rows).fill({ status: 'planned', code: null, atMs: 0 });
        for (const { row, ...change } of learned) {
          if (mayBecome(expected[row]?.status as RowStatus, change.status)) expected[row] = change;
        }
        const { page } = mergeChanges(emptyPage(rows), learned);
        expect(read(page)).toEqual(expected);
        // The table hands out a page as a view into a larger buffer
        const inside = new Uint8Array(page.length + 13);
        inside.set(page, 13);
        expect(read(inside.subarray(13))).toEqual(expected);
      }),
    );
  });

  it('does not touch the page it was given, and counts what it changed', () => {
    fc.assert(
      fc.property(changes, ([rows, learned]) => {
        const before = emptyPage(rows);
        const { page, changed } = mergeChanges(before, learned);
        expect(before).toEqual(emptyPage(rows));
        const moved = read(page).filter(({ status }) => status !== 'planned').length;
        expect(changed).toBeGreaterThanOrEqual(moved);
        if (changed === 0) expect(page).toEqual(before);
      }),
    );
  });

  it('may be told the same again, in one write or in many: once is enough', () => {
    fc.assert(
      fc.property(changes, fc.nat(60), ([rows, learned], at) => {
        const whole = mergeChanges(emptyPage(rows), learned).page;
        expect(mergeChanges(whole, []).page).toEqual(whole);
        const parts = mergeChanges(mergeChanges(emptyPage(rows), learned.slice(0, at)).page, learned.slice(at)).page;
        expect(parts).toEqual(whole);
        const lastOfRow = new Map(learned.map((change) => [change.row, change]));
        const results = read(whole);
        for (const change of lastOfRow.values()) {
          const { row, ...said } = change;
          if (JSON.stringify(results[row]) !== JSON.stringify(said)) continue;
          expect(mergeChanges(whole, [change])).toEqual({ page: whole, changed: 0 });
        }
      }),
    );
  });

  it('takes reports of different rows in any order', () => {
    const oneEach = changes.map(([rows, learned]) => {
      const byRow = new Map(learned.map((change) => [change.row, change]));
      return [rows, [...byRow.values()]] as const;
    });
    fc.assert(
      fc.property(oneEach, fc.infiniteStream(fc.nat()), ([rows, learned], keys) => {
        const shuffled = learned
          .map((change) => [keys.next().value as number, change] as const)
          .sort(([a], [b]) => a - b)
          .map(([, change]) => change);
        expect(mergeChanges(emptyPage(rows), shuffled).page).toEqual(mergeChanges(emptyPage(rows), learned).page);
      }),
    );
  });

  it('ends the same whether a message is known as taken before or after its final report', () => {
    const steps: RowChange[] = [
      { row: 0, status: 'unclear', code: null, atMs: 1_000 },
      { row: 0, status: 'submitted', code: null, atMs: 2_000 },
      { row: 0, status: 'delivered', code: null, atMs: 3_000 },
    ];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
      [1, 0, 2],
    ];
    for (const order of orders) {
      const { page } = mergeChanges(
        emptyPage(1),
        order.map((i) => steps[i]!),
      );
      expect(resultAt(page, 0)).toEqual({ status: 'delivered', code: null, atMs: 3_000 });
    }
  });

  it.each([
    ['delivered', 'failed'],
    ['failed', 'delivered'],
    ['delivered', 'no_report'],
    ['failed', 'unresolved'],
    ['canceled', 'submitted'],
    ['unresolved', 'delivered'],
    ['refused', 'submitted'],
  ] as const)('%s stays against a later %s', (first, second) => {
    const change = (status: RowStatus): RowChange => ({
      row: 0,
      status,
      code: status === 'failed' ? 'power_off' : null,
      atMs: 0,
    });
    const path: RowStatus[] = first === 'unresolved' ? ['unclear', first] : [first];
    const page = mergeChanges(emptyPage(1), path.map(change)).page;
    expect(mergeChanges(page, [change(second)])).toEqual({ page, changed: 0 });
  });

  it('of another service or of another length is broken, not empty', () => {
    const strange = emptyPage(2);
    strange[0] = 99;
    expect(() => resultAt(strange, 0)).toThrow('no known status');
    expect(() => mergeChanges(emptyPage(2), [{ row: 2_000, status: 'submitted', code: null, atMs: 0 }])).toThrow();
  });
});
