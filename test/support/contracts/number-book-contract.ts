import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { NumberBook, PlacedNumber } from '../../../shared/domain/dispatches/ports.ts';
import { newOwner, noonMs, preparedOf, preparing } from './samples.ts';

export interface NumberBookWorld {
  readonly book: NumberBook;
  /** Stores a prepared dispatch with these numbers among its rows, as prepare leaves it. */
  store(dispatch: Dispatch, numbers: readonly PlacedNumber[]): Promise<void>;
}

const digits = '821012345678';
const from = noonMs - 86_400_000;
const until = noonMs + 86_400_000;
const keepMs = noonMs + 180 * 86_400_000;

const place = (row: number, kind: 'b' | 'x' = 'b', block = 0): PlacedNumber['place'] => ({ kind, block, row });
const numbersOf = (...rows: readonly number[]): PlacedNumber[] => rows.map((row) => ({ digits, place: place(row) }));
const textOf = (id: DispatchId, { kind, block, row }: PlacedNumber['place']) => `${id} ${kind}${block}r${row}`;

/** Reads page after page, and checks what every page promises. */
async function walk(book: NumberBook, owner: OwnerId, limit: number, range = { from, until }, number = digits) {
  const found: { at: string; place: string }[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 500; pages++) {
    const page = await book.search(owner, number, range.from, range.until, after, limit);
    expect(page.found.length).toBeLessThanOrEqual(limit);
    found.push(...page.found.map(({ at, place: where }) => ({ at, place: textOf(where.dispatchId, where) })));
    if (page.next === null) {
      const order = found.map(({ at }) => at);
      expect(order, 'newest first').toEqual([...order].sort().reverse());
      return found.map((entry) => entry.place);
    }
    after = page.next;
  }
  throw new Error('The search never ends');
}

/** What every number book must do. `open` may answer the same world again. */
export function numberBookContract(open: () => Promise<NumberBookWorld>): void {
  const stored = async (
    { book, store }: NumberBookWorld,
    owner: OwnerId,
    numbers: readonly PlacedNumber[],
    rowsIn: 'items' | 'objects',
    createdAtMs = noonMs,
  ) => {
    const dispatch = preparing({
      owner,
      createdAtMs,
      state: 'ready',
      prepared: preparedOf(numbers.length, { rowsIn }),
    });
    await book.remember(dispatch, rowsIn === 'items' ? numbers : 'in_object', keepMs);
    await store(dispatch, numbers);
    return dispatch;
  };

  describe.each(['items', 'objects'] as const)('a dispatch whose rows lie in %s', (rowsIn) => {
    test('is found by each of its numbers and by no other', async () => {
      const [world, owner] = [await open(), newOwner()];
      const other = { digits: '821099998888', place: place(1) };
      const dispatch = await stored(world, owner, [...numbersOf(0), other], rowsIn);
      expect(await walk(world.book, owner, 5)).toEqual([`${dispatch.id} b0r0`]);
      expect(await walk(world.book, owner, 5, undefined, '821099998888')).toEqual([`${dispatch.id} b0r1`]);
      expect(await walk(world.book, owner, 5, undefined, '8210123456')).toEqual([]);
      expect(await world.book.placesIn(dispatch, digits)).toEqual([place(0)]);
      expect(await world.book.placesIn(dispatch, '821000000000')).toEqual([]);
    });

    test('is found at every place of a number that it has more than once, left out ones too', async () => {
      const [world, owner] = [await open(), newOwner()];
      const twice = [...numbersOf(2), { digits, place: place(0, 'x') }];
      const dispatch = await stored(world, owner, twice, rowsIn);
      for (const limit of [1, 2, 3]) {
        expect((await walk(world.book, owner, limit)).sort()).toEqual([`${dispatch.id} b0r2`, `${dispatch.id} x0r0`]);
      }
      expect(await world.book.placesIn(dispatch, digits)).toHaveLength(2);
    });

    test('is not found for another owner, nor in the other mode', async () => {
      const [world, owner] = [await open(), newOwner()];
      await stored(world, owner, numbersOf(0), rowsIn);
      expect(await walk(world.book, newOwner(), 5)).toEqual([]);
      expect(await walk(world.book, `${owner}.test` as OwnerId, 5)).toEqual([]);
    });

    test('is found from the first moment on and until before the last', async () => {
      const [world, owner] = [await open(), newOwner()];
      const { id } = await stored(world, owner, numbersOf(0), rowsIn);
      expect(await walk(world.book, owner, 5, { from: noonMs, until: noonMs + 1 })).toEqual([`${id} b0r0`]);
      expect(await walk(world.book, owner, 5, { from: noonMs - 1, until: noonMs })).toEqual([]);
      expect(await walk(world.book, owner, 5, { from: noonMs + 1, until: noonMs + 2 })).toEqual([]);
      expect(await walk(world.book, owner, 5, { from: noonMs + 9, until: noonMs - 9 })).toEqual([]);
    });
  });

  test.each(['', '0', '~', '2099'])('a position that it never gave (%j) breaks nothing', async (after) => {
    const [world, owner] = [await open(), newOwner()];
    await stored(world, owner, numbersOf(0), 'items');
    await stored(world, owner, numbersOf(0), 'objects');
    const { found } = await world.book.search(owner, digits, from, until, after, 5);
    expect(found.length).toBeLessThanOrEqual(2);
  });

  test('a large dispatch that was remembered and never published is passed over', async () => {
    const [world, owner] = [await open(), newOwner()];
    const lost = preparing({ owner, createdAtMs: noonMs + 5, prepared: preparedOf(1, { rowsIn: 'objects' }) });
    await world.book.remember(lost, 'in_object', keepMs);
    const { id } = await stored(world, owner, numbersOf(0), 'objects');
    expect(await walk(world.book, owner, 1)).toEqual([`${id} b0r0`]);
  });

  test('a number that is in few of very many large dispatches is found in all of these', async () => {
    const [world, owner] = [await open(), newOwner()];
    const expected: string[] = [];
    for (let i = 0; i < 70; i++) {
      const has = i % 33 === 0;
      const numbers = has ? numbersOf(i) : [{ digits: '821000000001', place: place(0) }];
      const { id } = await stored(world, owner, numbers, 'objects', noonMs + i);
      if (has) expected.unshift(`${id} b0r${i}`);
    }
    expect(await walk(world.book, owner, 50)).toEqual(expected);
  });

  test('page by page shows every place once, newest first, small and large dispatches in one order', async () => {
    const each = fc.record({
      rowsIn: fc.constantFrom('items' as const, 'objects' as const),
      createdAtMs: fc.integer({ min: noonMs, max: noonMs + 2 }),
      rows: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(each, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), async (all, limit) => {
        const [world, owner] = [await open(), newOwner()];
        const expected: string[] = [];
        for (const { rowsIn, createdAtMs, rows } of all) {
          const { id } = await stored(world, owner, numbersOf(...rows), rowsIn, createdAtMs);
          expected.push(...rows.map((row) => `${id} b0r${row}`));
        }
        const found = await walk(world.book, owner, limit);
        expect([...found].sort()).toEqual(expected.sort());
      }),
      { numRuns: 80 },
    );
  });
}
