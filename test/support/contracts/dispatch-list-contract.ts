import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { DispatchList, DispatchQuery, DispatchStore } from '../../../shared/domain/dispatches/ports.ts';
import { newOwner, noonMs, preparing } from './samples.ts';

export interface DispatchListWorld {
  readonly dispatches: Pick<DispatchStore, 'create'>;
  readonly list: DispatchList;
}

const everything: DispatchQuery = { fromMs: 0, untilMs: noonMs + 86_400_000, status: null, after: null, limit: 50 };

/** Reads page after page, and checks what every page promises. */
export async function walk(list: DispatchList, owner: OwnerId, query: DispatchQuery): Promise<readonly Dispatch[]> {
  const found: Dispatch[] = [];
  let { after } = query;
  for (let pages = 0; pages < 200; pages++) {
    const { items, next } = await list.list(owner, { ...query, after });
    expect(items.length).toBeLessThanOrEqual(query.limit);
    found.push(...items);
    if (next === null) return found;
    expect(after === null || next < after, 'a page goes on from the one before').toBe(true);
    after = next;
  }
  throw new Error('The list never ends');
}

/** Newest first; of the same time, the later id first. */
const newestFirst = (a: Dispatch, b: Dispatch) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);

/** What every list of dispatches must do. `open` may answer the same world again. */
export function dispatchListContract(open: () => Promise<DispatchListWorld>): void {
  const withDispatches = async (over: readonly Partial<Dispatch>[]) => {
    const [world, owner] = [await open(), newOwner()];
    const dispatches = over.map((each) => preparing({ owner, ...each }));
    for (const dispatch of dispatches) await world.dispatches.create(dispatch, null);
    return { ...world, owner, dispatches };
  };

  describe('the list of an owner', () => {
    test('of nothing is one empty page', async () => {
      const { list } = await open();
      expect(await list.list(newOwner(), everything)).toEqual({ items: [], next: null });
    });

    test('has nothing of anybody else, nor of the other mode', async () => {
      const { list, owner } = await withDispatches([{}, {}]);
      const { list: others, owner: other, dispatches } = await withDispatches([{}]);
      expect(await walk(list, owner, everything)).toHaveLength(2);
      expect(await walk(others, other, everything)).toEqual(dispatches);
      expect(await walk(list, `${owner}.test` as OwnerId, everything)).toEqual([]);
    });

    test('begins with `fromMs` and ends before `untilMs`', async () => {
      const { list, owner } = await withDispatches([-1, 0, 1, 2].map((ms) => ({ createdAtMs: noonMs + ms })));
      const within = await walk(list, owner, { ...everything, fromMs: noonMs, untilMs: noonMs + 2 });
      expect(within.map(({ createdAtMs }) => createdAtMs - noonMs)).toEqual([1, 0]);
    });

    test('of a time that ends before it begins is empty', async () => {
      const { list, owner } = await withDispatches([{}]);
      const backwards = { ...everything, fromMs: noonMs + 5, untilMs: noonMs - 5 };
      expect(await list.list(owner, backwards)).toEqual({ items: [], next: null });
    });

    test.each(['', '0', '~', 'dsp_'])('a position that it never gave (%j) breaks nothing', async (after) => {
      const { list, owner } = await withDispatches([{}]);
      const { items } = await list.list(owner, { ...everything, after });
      for (const dispatch of items) expect(dispatch.owner).toBe(owner);
    });

    test('a last page that is full says that it is the last', async () => {
      const { list, owner } = await withDispatches([{}, {}, {}, {}]);
      const first = await list.list(owner, { ...everything, limit: 2 });
      expect(first.next).not.toBeNull();
      expect((await list.list(owner, { ...everything, limit: 2, after: first.next })).next).toBeNull();
    });

    test('a new dispatch does not shift the pages of somebody who reads', async () => {
      const { list, owner, dispatches, dispatches: old } = await withDispatches([{}, {}, {}]);
      const world = await open();
      const first = await list.list(owner, { ...everything, limit: 2 });
      await world.dispatches.create(preparing({ owner, createdAtMs: noonMs + 1 }), null);
      const second = await list.list(owner, { ...everything, limit: 2, after: first.next });
      expect([...first.items, ...second.items]).toEqual([...dispatches].sort(newestFirst));
      expect(old).toHaveLength(3);
    });

    test('page by page shows each that passes once, newest first, whatever the pages and the filter', async () => {
      const each = fc.record({
        createdAtMs: fc.integer({ min: noonMs, max: noonMs + 3 }),
        state: fc.constantFrom('ready' as const, 'sending' as const),
      });
      const asked = fc.record({
        limit: fc.integer({ min: 1, max: 3 }),
        status: fc.constantFrom(null, 'ready' as const, 'sending' as const),
        fromMs: fc.integer({ min: noonMs, max: noonMs + 2 }),
        untilMs: fc.integer({ min: noonMs + 2, max: noonMs + 4 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(each, { maxLength: 12 }), asked, async (over, query) => {
          const { list, owner, dispatches } = await withDispatches(over);
          const passing = dispatches.filter(
            ({ createdAtMs, state }) =>
              createdAtMs >= query.fromMs &&
              createdAtMs < query.untilMs &&
              (query.status === null || state === query.status),
          );
          expect(await walk(list, owner, { ...query, after: null })).toEqual(passing.sort(newestFirst));
        }),
        { numRuns: 60 },
      );
    });
  });
}
