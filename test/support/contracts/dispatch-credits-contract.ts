import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { movementsBetween } from '../../../shared/domain/credits/hold.ts';
import { type Balance, emptyBalance, sumOf } from '../../../shared/domain/credits/ledger.ts';
import type { Dispatch, DispatchState } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused, type NewEvent } from '../../../shared/domain/dispatches/ports.ts';
import type { Credits } from '../../../shared/domain/dispatches/totals.ts';
import type { DispatchWorld } from './dispatch-store-contract.ts';
import { newOwner, newUlid, noonMs, preparing, ready, recordOf, sendingOf } from './samples.ts';

const nothingMoved: Credits = { held: 0, captured: 0, released: 0, refunded: 0 };

/** What must be true of an owner's credits at any time: the parts make up the whole, and the ledger says the same. */
export async function expectBooksBalance(world: DispatchWorld, owner: OwnerId): Promise<Balance> {
  const balance = await world.balanceOf(owner);
  expect(balance.available + balance.held + balance.spent).toBe(balance.granted);
  for (const part of Object.values(balance)) expect(part).toBeGreaterThanOrEqual(0);
  const entries = await world.ledgerOf(owner);
  expect(sumOf(emptyBalance, entries)).toEqual(balance);
  expect(entries.reduce((sum, entry) => sum + entry.credits, 0)).toBe(balance.available);
  return balance;
}

const event = (type: NewEvent['type']): NewEvent => ({ id: `evt_${newUlid()}`, type, atMs: noonMs });

/** What every store of dispatches must do with credits. */
export function dispatchCreditsContract(open: () => Promise<DispatchWorld>): void {
  const worldWith = async (credits: number) => {
    const world = await open();
    const owner = newOwner();
    if (credits > 0) await world.grant(owner, credits);
    return { world, owner };
  };
  const started = async (credits: number, granted = credits) => {
    const { world, owner } = await worldWith(granted);
    const before = ready(credits, { owner });
    await world.dispatches.create(before, null);
    const outcome = await world.dispatches.start(before, sendingOf(before, credits), credits, null);
    if (outcome.kind !== 'started') throw new Error(outcome.kind);
    return { world, owner, dispatch: outcome.dispatch };
  };
  /** The dispatch after a fold that found `credits`. */
  const foldedTo = (dispatch: Dispatch, credits: Credits, over: Partial<Dispatch> = {}): Dispatch => ({
    ...dispatch,
    totals: { ...dispatch.totals, credits },
    foldedAtMs: noonMs,
    ...over,
  });
  const fold = (
    world: DispatchWorld,
    before: Dispatch,
    after: Dispatch,
    events: readonly NewEvent[] = [],
    credits = before.totals.credits,
  ) => world.dispatches.fold(before, after, movementsBetween(credits, after.totals.credits) ?? [], events);

  describe('starting', () => {
    test('moves the cost from available to held, opens the hold and says so in the ledger, all at once', async () => {
      const { world, owner, dispatch } = await started(4, 10);
      expect(dispatch).toMatchObject({ state: 'sending', version: 2 });
      expect(await world.dispatches.read(dispatch.id)).toEqual(dispatch);
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 6, held: 4, spent: 0, granted: 10 });
      expect(await world.holdOf(dispatch.id)).toEqual({ quantity: 4, captured: 0, released: 0, refunded: 0 });
      const entry = (await world.ledgerOf(owner)).find(({ type }) => type === 'hold');
      expect(entry).toMatchObject({ type: 'hold', credits: -4, quantity: 4, dispatchId: dispatch.id, atMs: noonMs });
    });

    test('takes the last credit, and not one more', async () => {
      const exact = await started(5, 5);
      expect((await expectBooksBalance(exact.world, exact.owner)).available).toBe(0);

      const { world, owner } = await worldWith(4);
      const before = ready(5, { owner });
      const record = recordOf(owner);
      await world.dispatches.create(before, null);
      const outcome = await world.dispatches.start(before, sendingOf(before, 5), 5, record);
      expect(outcome).toEqual({ kind: 'short', available: 4 });
      expect(await world.dispatches.read(before.id)).toEqual(before);
      expect(await world.holdOf(before.id)).toBeNull();
      expect(await world.rememberedOf(record)).toBeNull();
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 4, held: 0, spent: 0, granted: 4 });
    });

    test('an owner who was never given credits has 0 of them', async () => {
      const { world, owner } = await worldWith(0);
      const dispatch = sendingOf(preparing({ owner }), 1);
      expect(await world.dispatches.start(null, dispatch, 1, null)).toEqual({ kind: 'short', available: 0 });
      expect(await world.dispatches.read(dispatch.id)).toBeNull();
    });

    test('credits of the same tenant in the other mode do not count', async () => {
      const { world, owner } = await worldWith(10);
      const dispatch = sendingOf(preparing({ owner: `${owner}.test` as OwnerId }), 1);
      expect(await world.dispatches.start(null, dispatch, 1, null)).toEqual({ kind: 'short', available: 0 });
    });

    test('a dispatch of which nobody can be sent to costs nothing and needs no hold', async () => {
      const { world, owner } = await worldWith(0);
      const dispatch = sendingOf(preparing({ owner }), 0);
      expect(await world.dispatches.start(null, dispatch, 0, null)).toEqual({ kind: 'started', dispatch });
      expect(await world.holdOf(dispatch.id)).toBeNull();
      expect(await world.ledgerOf(owner)).toEqual([]);
    });

    test.each<DispatchState>(['preparing', 'sending', 'completed', 'canceling', 'canceled', 'failed'])(
      'a dispatch that is %s is not started, and holds nothing',
      async (state) => {
        const { world, owner } = await worldWith(10);
        const before = ready(3, { owner, state });
        await world.dispatches.create(before, null);
        const outcome = await world.dispatches.start(before, sendingOf(before, 3), 3, null);
        expect(outcome).toEqual({ kind: 'moved', dispatch: before });
        expect(await expectBooksBalance(world, owner)).toEqual({ available: 10, held: 0, spent: 0, granted: 10 });
        expect(await world.holdOf(before.id)).toBeNull();
      },
    );

    test('a call repeated because its answer was lost holds once', async () => {
      const { world, owner, dispatch } = await started(3, 10);
      const before = { ...dispatch, state: 'ready', version: 1 } as const;
      const again = await world.dispatches.start(before, sendingOf(before, 3), 3, null);
      expect(again).toEqual({ kind: 'moved', dispatch });
      expect((await expectBooksBalance(world, owner)).held).toBe(3);
    });

    test('one key starts once; being short comes after being a repetition', async () => {
      const { world, owner } = await worldWith(3);
      const record = recordOf(owner);
      const [one, two] = [sendingOf(preparing({ owner }), 3), sendingOf(preparing({ owner }), 3)];
      expect(await world.dispatches.start(null, one, 3, record)).toEqual({ kind: 'started', dispatch: one });
      expect(await world.dispatches.start(null, two, 3, record)).toEqual({ kind: 'replayed' });
      expect(await world.dispatches.read(two.id)).toBeNull();
      expect((await expectBooksBalance(world, owner)).held).toBe(3);
    });

    test('an external id is unique for dispatches sent in one call too', async () => {
      const { world, owner } = await worldWith(9);
      const first = sendingOf(preparing({ owner, externalId: 'nov-1' }), 3);
      const second = sendingOf(preparing({ owner, externalId: 'nov-1' }), 3);
      expect((await world.dispatches.start(null, first, 3, null)).kind).toBe('started');
      const used = { kind: 'external_id_used', dispatchId: first.id };
      expect(await world.dispatches.start(null, second, 3, null)).toEqual(used);
      expect(await world.dispatches.create(preparing({ owner, externalId: 'nov-1' }), null)).toEqual(used);
      expect((await expectBooksBalance(world, owner)).held).toBe(3);
    });

    test('100 at once on a balance that covers 50 start exactly 50', async () => {
      const { world, owner } = await worldWith(150);
      const all = Array.from({ length: 100 }, () => sendingOf(preparing({ owner }), 3));
      const outcomes = await Promise.all(all.map((dispatch) => world.dispatches.start(null, dispatch, 3, null)));
      expect(outcomes.filter(({ kind }) => kind === 'started')).toHaveLength(50);
      expect(outcomes.filter(({ kind }) => kind === 'short')).toHaveLength(50);
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 0, held: 150, spent: 0, granted: 150 });
      const holds = await Promise.all(all.map(({ id }) => world.holdOf(id)));
      expect(holds.filter((hold) => hold !== null)).toHaveLength(50);
    });

    test('20 at once of one dispatch hold once', async () => {
      const { world, owner } = await worldWith(100);
      const before = ready(3, { owner });
      await world.dispatches.create(before, null);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => world.dispatches.start(before, sendingOf(before, 3), 3, null)),
      );
      expect(outcomes.filter(({ kind }) => kind === 'started')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'moved')).toHaveLength(19);
      expect((await expectBooksBalance(world, owner)).held).toBe(3);
    });
  });

  describe('folding', () => {
    test('captures, releases and refunds in one write, with an entry for each movement', async () => {
      const { world, owner, dispatch } = await started(10);
      const after = foldedTo(dispatch, { held: 1, captured: 7, released: 2, refunded: 3 });
      const written = await fold(world, dispatch, after);
      expect(written).toEqual({ ...after, version: 3 });
      expect(await world.dispatches.read(dispatch.id)).toEqual(written);
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 5, held: 1, spent: 4, granted: 10 });
      expect(await world.holdOf(dispatch.id)).toEqual({ quantity: 10, captured: 7, released: 2, refunded: 3 });
      const moved = (await world.ledgerOf(owner)).filter(({ type }) => type !== 'hold' && type !== 'grant');
      const shown = moved.map(({ type, credits, quantity }) => `${type} ${credits} ${quantity}`).sort();
      expect(shown).toEqual(['capture 0 7', 'refund 3 3', 'release 2 2']);
    });

    test('step by step comes to the same as at once, and ends with nothing held', async () => {
      const { world, owner, dispatch } = await started(10);
      let current = dispatch;
      for (const credits of [
        { held: 6, captured: 4, released: 0, refunded: 0 },
        { held: 6, captured: 4, released: 0, refunded: 1 },
        { held: 0, captured: 8, released: 2, refunded: 5 },
      ]) {
        const written = await fold(world, current, foldedTo(current, credits));
        if (isRefused<Dispatch>(written)) throw new Error('refused');
        current = written;
        await expectBooksBalance(world, owner);
      }
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 7, held: 0, spent: 3, granted: 10 });
    });

    test('leaves its events to be published, numbered on from those before', async () => {
      const { world, dispatch } = await started(2);
      const [completed, settled] = [event('dispatch.completed'), event('dispatch.settled')];
      const one = await fold(world, dispatch, foldedTo(dispatch, dispatch.totals.credits, { events: 1 }), [completed]);
      if (isRefused<Dispatch>(one)) throw new Error('refused');
      await fold(world, one, foldedTo(one, one.totals.credits, { events: 2 }), [settled]);
      expect(await world.eventsOf(dispatch.id)).toEqual([completed, settled]);
    });

    test('of a version that has passed moves nothing and tells what is there', async () => {
      const { world, owner, dispatch } = await started(10);
      const after = foldedTo(dispatch, { held: 4, captured: 6, released: 0, refunded: 0 });
      const written = await fold(world, dispatch, after, [event('dispatch.completed')]);
      // The same fold again, as after a lost answer
      expect(await fold(world, dispatch, after, [event('dispatch.completed')])).toEqual({ refused: written });
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 0, held: 4, spent: 6, granted: 10 });
      expect(await world.eventsOf(dispatch.id)).toHaveLength(1);
    });

    test('10 at once from one version move credits once', async () => {
      const { world, owner, dispatch } = await started(10);
      const after = foldedTo(dispatch, { held: 0, captured: 10, released: 0, refunded: 0 });
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => fold(world, dispatch, after)));
      expect(outcomes.filter((outcome) => !isRefused<Dispatch>(outcome))).toHaveLength(1);
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 0, held: 0, spent: 10, granted: 10 });
    });

    test.each<DispatchState>(['preparing', 'ready'])('a dispatch that is %s cannot be folded', async (state) => {
      const { world, owner } = await worldWith(0);
      const before = preparing({ owner, state });
      await world.dispatches.create(before, null);
      expect(await fold(world, before, foldedTo(before, nothingMoved))).toEqual({ refused: before });
    });

    /** Two dispatches of one owner, so that what one may not take is there to be taken from the other. */
    const startedTwice = async () => {
      const { world, owner, dispatch: other } = await started(50, 100);
      const before = ready(10, { owner });
      await world.dispatches.create(before, null);
      const outcome = await world.dispatches.start(before, sendingOf(before, 10), 10, null);
      if (outcome.kind !== 'started') throw new Error(outcome.kind);
      return { world, owner, other, dispatch: outcome.dispatch };
    };

    test('never takes more than was held, even if the owner has more held, whatever it says', async () => {
      const { world, owner, dispatch } = await startedTwice();
      const tooMuch = foldedTo(dispatch, { held: 0, captured: 8, released: 3, refunded: 0 });
      await expect(fold(world, dispatch, tooMuch)).rejects.toThrow();
      expect(await world.dispatches.read(dispatch.id)).toEqual(dispatch);
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 40, held: 60, spent: 0, granted: 100 });
    });

    test('never refunds more than was captured, even if the owner spent more, whatever it says', async () => {
      const { world, owner, other, dispatch } = await startedTwice();
      await fold(world, other, foldedTo(other, { held: 0, captured: 50, released: 0, refunded: 0 }));
      const tooMuch = foldedTo(dispatch, { held: 6, captured: 4, released: 0, refunded: 5 });
      await expect(fold(world, dispatch, tooMuch)).rejects.toThrow(/refund/);
      expect((await expectBooksBalance(world, owner)).spent).toBe(50);
    });

    test('that does not go on from what the hold says is refused whole', async () => {
      const { world, owner, dispatch } = await started(10);
      const after = foldedTo(dispatch, { held: 0, captured: 10, released: 0, refunded: 0 });
      const before = { held: 6, captured: 4, released: 0, refunded: 0 };
      await expect(fold(world, dispatch, after, [], before)).rejects.toThrow();
      expect(await expectBooksBalance(world, owner)).toEqual({ available: 0, held: 10, spent: 0, granted: 10 });
    });
  });
}
