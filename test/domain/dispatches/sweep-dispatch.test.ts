import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { sweepDispatch } from '../../../shared/domain/dispatches/sweep-dispatch.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, sending } from '../../support/fakes/sends.ts';
import { crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const queued = (world: World) => world.queues.records.map(({ work }) => work.queue).sort();

/** Seeds the dispatch as it is plus `over`, due for a look now, its queues empty. */
function due(world: World, dispatch: Dispatch, over: Partial<Dispatch> = {}): Dispatch {
  world.queues.clear();
  const now = { ...world.dispatch(dispatch.id), nextCheckAtMs: world.clock.now(), ...over };
  world.dispatches.seed(now);
  return now;
}
async function putBatch(world: World, dispatch: Dispatch, over: Partial<Batch>): Promise<void> {
  const batch = { ...(await world.batch(dispatch.id)), ...over };
  await world.batches.write(dispatch.id, dispatch.prepared?.attempt ?? '', [batch], 0);
}

describe('looking after a dispatch', () => {
  it('does nothing before its time, and nothing for one that has gone', async () => {
    const world = createWorld();
    const dispatch = due(world, await sending(world), { nextCheckAtMs: world.clock.now() + 1 });
    await sweepDispatch(world.ports, dispatch.id);
    await sweepDispatch(world.ports, 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ');
    expect(world.dispatch(dispatch.id)).toEqual(dispatch);
    expect(queued(world)).toEqual([]);
  });

  it.each([
    ['nobody prepares', { state: 'preparing', lease: null }, ['prepare']],
    ['somebody prepares', { state: 'preparing', lease: { attempt: 'a', untilMs: Number.MAX_SAFE_INTEGER } }, []],
    ['a worker that prepared died', { state: 'preparing', lease: { attempt: 'a', untilMs: 1 } }, ['prepare']],
    ['automatic and still ready', { state: 'ready', confirm: 'auto' }, ['prepare']],
    ['completed, all known', { state: 'completed', settledAtMs: 1 }, []],
    ['canceled, all known', { state: 'canceled', settledAtMs: 1 }, []],
    ['failed', { state: 'failed', settledAtMs: 1, prepared: null }, []],
  ] as const)('%s', async (_, over, expected) => {
    const world = createWorld();
    const dispatch = due(world, await ready(world), over);
    await sweepDispatch(world.ports, dispatch.id);
    expect(queued(world)).toEqual(expected);
    const { nextCheckAtMs } = world.dispatch(dispatch.id);
    if ('settledAtMs' in over) expect(nextCheckAtMs).toBeNull();
    else expect(nextCheckAtMs).toBeGreaterThan(world.clock.now());
  });

  it('cancels what a closed tenant would never send, and gives its credits back', async () => {
    const world = createWorld({ credits: 10 });
    const dispatch = await sending(world, recipientsOf(3));
    world.tenants.closed = true;
    await world.runFor(5 * minute);
    expect(world.dispatch(dispatch.id).state).toBe('sending');
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({
      state: 'canceled',
      cancelReason: 'account_closed',
      totals: { canceled: 3, credits: { held: 0, released: 3 } },
    });
    expect(world.carrier.taken).toEqual([]);
    expect(brokenPromises(world)).toEqual([]);
  });

  const claimed = { state: 'claimed', claim: 1 } as const;
  const submitting = { state: 'submitting', claim: 1, submittingAtMs: 1 } as const;
  it.each([
    ['planned, moved just now', { state: 'planned' }, 0, ['settle']],
    ['planned, still for ten minutes', { state: 'planned' }, 10 * minute, ['send', 'settle']],
    ['claimed and leased', { ...claimed, leaseUntilMs: Number.MAX_SAFE_INTEGER }, 0, ['settle']],
    ['claimed, lease over', { ...claimed, leaseUntilMs: 1 }, 0, ['send', 'settle']],
    ['submitting and leased', { ...submitting, leaseUntilMs: Number.MAX_SAFE_INTEGER }, 0, ['settle']],
    ['submitting, deadline passed', { ...submitting, leaseUntilMs: 1 }, 0, ['report', 'settle']],
  ] as const)('a batch %s', async (_, over, stillMs, expected) => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.clock.advance(2 * minute + stillMs);
    await putBatch(world, dispatch, over);
    expect(await world.ports.releases.all(dispatch.id)).toHaveLength(1);
    due(world, dispatch);
    await sweepDispatch(world.ports, dispatch.id);
    expect(queued(world)).toEqual(expected);
    if (over.state === 'submitting' && over.leaseUntilMs === 1) {
      expect((await world.batch(dispatch.id)).state).toBe('recorded');
    }
  });

  it('a wave that is due and was not released is asked for again, one that was is not', async () => {
    const world = createWorld();
    const dispatch = due(world, await sending(world, recipientsOf(5_100)));
    await sweepDispatch(world.ports, dispatch.id);
    expect(queued(world)).toEqual(['settle', 'wave']);
  });

  it('twice is once', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.clock.advance(12 * minute);
    due(world, dispatch);
    await Promise.all([sweepDispatch(world.ports, dispatch.id), sweepDispatch(world.ports, dispatch.id)]);
    await world.run();
    expect(world.carrier.submits).toHaveLength(1);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('dies at any of its calls: the next look does the same', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await sending(world);
      world.clock.advance(12 * minute);
      await putBatch(world, dispatch, {
        state: 'submitting',
        claim: 1,
        leaseUntilMs: 1,
        submittingAtMs: world.clock.now(),
      });
      due(world, dispatch);
      const crash = crashAt(edge);
      await sweepDispatch(watchPorts(world.ports, crash.watcher), dispatch.id).catch(() => {});
      if (crash.reached() === null) break;
      await world.run();
      expect(world.dispatch(dispatch.id).totals.failedBy, crash.reached() ?? '').toEqual({ unresolved: 3 });
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    }
  });
});
