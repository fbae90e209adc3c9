import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { settleDispatch, UnknownDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import { delivered, failed } from '../../support/fakes/carrier.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const settlesQueued = (world: World) => world.queues.records.filter(({ work }) => work.queue === 'settle');
const settle = (world: World, { id }: Dispatch, hurry = true) => settleDispatch(world.ports, id, hurry);

/** Sent, recorded and not yet folded. */
async function recorded(world: World): Promise<Dispatch> {
  const dispatch = await sending(world);
  await sendBatch(world.ports, sendOf(dispatch.id));
  world.queues.clear();
  return dispatch;
}

describe('a fold', () => {
  it('moves what changed since the last one, and completes', async () => {
    const world = createWorld({ credits: 10 });
    const dispatch = await recorded(world);
    expect(await settle(world, dispatch)).toMatchObject({
      state: 'completed',
      totals: { submitted: 3, planned: 0, credits: { held: 0, captured: 3 } },
    });
    expect(world.credits.balanceOf(owner)).toEqual({ available: 7, held: 0, spent: 3, granted: 10 });
    expect(world.credits.ledgerOf(owner).map(({ type, credits }) => [type, credits])).toEqual([
      ['grant', 10],
      ['hold', -3],
      ['capture', 0],
    ]);
  });

  it('writes nothing when nothing changed', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    const first = await settle(world, dispatch);
    world.clock.advance(minute);
    expect(await settle(world, dispatch)).toEqual(first);
    expect(world.dispatch(dispatch.id).version).toBe(first.version);
  });

  it('that comes too early is put off, and made once its time has come', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.clock.advance(10_000);
    await sendBatch(world.ports, sendOf(dispatch.id));
    await settle(world, dispatch);
    world.queues.clear();
    const before = world.dispatch(dispatch.id);
    world.clock.advance(500);
    await settle(world, dispatch, false);
    expect(world.dispatch(dispatch.id)).toEqual(before);
    expect(settlesQueued(world).map(({ visibleAtMs }) => visibleAtMs - world.clock.now())).toEqual([2_000]);
  });

  it('of a dispatch that never started does nothing, of one that never was fails', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    expect(await settle(world, dispatch)).toEqual(dispatch);
    await expect(settleDispatch(world.ports, 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ')).rejects.toThrow(UnknownDispatch);
  });

  it('whose dispatch moved meanwhile starts over, pages included', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    let races = 0;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` !== 'before dispatches.fold' || races++ > 2) return;
      world.clock.advance(2_000);
      const current = world.dispatch(dispatch.id);
      await world.ports.dispatches.move(current, 'check', { ...current, nextCheckAtMs: world.clock.now() });
    });
    expect((await settleDispatch(ports, dispatch.id, true)).state).toBe('completed');
    expect(races).toBeGreaterThan(3);
    expect(world.credits.ledgerOf(owner).filter(({ type }) => type === 'capture')).toHaveLength(1);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('twice at once captures once, and says once that it is complete', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    await Promise.all([settle(world, dispatch), settle(world, dispatch), settle(world, dispatch)]);
    expect(world.credits.balanceOf(owner)).toMatchObject({ held: 0, spent: 3 });
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(['dispatch.completed']);
  });

  it('of totals that went backwards raises the alarm and writes nothing', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    const folded = await settle(world, dispatch);
    const { credits, ...totals } = folded.totals;
    const ahead = { ...folded, totals: { ...totals, credits: { ...credits, captured: credits.captured + 1 } } };
    world.dispatches.seed(ahead);
    world.carrier.fateOfMessage = () => failed;
    expect(await settle(world, dispatch)).toEqual(ahead);
    expect(world.dispatch(dispatch.id)).toEqual(ahead);
    expect(world.raised).toEqual(['negativeCapture']);
    expect(world.credits.balanceOf(owner)).toMatchObject({ spent: 3 });
  });

  it('throws when batches are missing: a sum over some of them would be wrong', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    const some = { ...world.batches, all: async () => [] };
    await expect(settleDispatch({ ...world.ports, batches: some }, dispatch.id, true)).rejects.toThrow('0 of 1');
  });
});

describe('events', () => {
  it.each([
    ['all delivered', 3, ['dispatch.completed', 'dispatch.settled']],
    ['nothing to send', 0, ['dispatch.completed', 'dispatch.settled']],
  ])('%s: each exactly once, whatever is folded and swept afterwards', async (_, count, types) => {
    const world = createWorld();
    world.carrier.fateOfMessage = () => delivered;
    const recipients = count > 0 ? recipientsOf(count) : [{ to: '1', variables: {} }];
    const dispatch = await sending(world, recipients, { confirm: 'manual' });
    await world.run();
    for (let i = 0; i < 3; i++) await settle(world, dispatch);
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(types);
    expect(new Set(world.dispatches.published.map(({ id }) => id)).size).toBe(types.length);
  });

  it('are never lost, wherever a fold dies', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await recorded(world);
      const crash = crashAt(edge);
      await settleDispatch(watchPorts(world.ports, crash.watcher), dispatch.id, true).catch((error: unknown) =>
        expect(error).toBeInstanceOf(Crash),
      );
      if (crash.reached() === null) break;
      await world.run();
      const types = world.dispatches.published.map(({ type }) => type);
      expect(types, crash.reached() ?? '').toEqual(['dispatch.completed', 'dispatch.settled']);
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    }
  });

  it('of a cancel made where there is no way to the bus are published by the next fold', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const { queues } = world.ports;
    const busless = { ...world.ports, events: { publishWaiting: ({ id }: Dispatch) => queues.settle(id, 2) } };
    await cancelDispatch(busless, dispatch, 'requested');
    expect(world.dispatch(dispatch.id).state).toBe('canceled');
    expect(world.dispatches.published).toEqual([]);
    await world.runFor(6_000); // long before the sweeper would look
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(['dispatch.canceled', 'dispatch.settled']);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('wait in the table while the bus takes none', async () => {
    const world = createWorld();
    const dispatch = await recorded(world);
    const deaf = { ...world.ports, events: { publishWaiting: () => Promise.reject(new Error('no bus')) } };
    await expect(settleDispatch(deaf, dispatch.id, true)).rejects.toThrow('no bus');
    expect(world.dispatch(dispatch.id).state).toBe('completed');
    await world.runFor(7 * minute);
    expect(world.dispatches.published.map(({ type }) => type)).toContain('dispatch.completed');
  });
});
