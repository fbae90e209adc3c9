import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch, type DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { planWaves } from '../../../shared/domain/dispatches/plan-waves.ts';
import { releaseWave } from '../../../shared/domain/dispatches/release-wave.ts';
import { rescheduleDispatch } from '../../../shared/domain/dispatches/reschedule-dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { settleDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { sweepDispatch } from '../../../shared/domain/dispatches/sweep-dispatch.ts';
import { waveTotalsOf } from '../../../shared/domain/dispatches/waves.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const once = { maxCredits: null, remember: null };

const inMs = (world: World, ms: number) => ({ atMs: world.clock.now() + ms });
const scheduled = (world: World, ms: number, over: Partial<DispatchRequest> = {}, count = 3): Promise<Dispatch> =>
  sending(world, recipientsOf(count), { schedule: inMs(world, ms), ...over });

/** When the carrier took calls, relative to a moment. */
const takenAfter = (world: World, fromMs: number) => world.carrier.taken.map(({ atMs }) => atMs - fromMs);
const stateOf = (world: World, { id }: Dispatch) => world.dispatch(id).state;

function expectAllKept(world: World): void {
  expect(brokenPromises(world)).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

describe('a scheduled dispatch', () => {
  it.each([
    ['in a minute', minute],
    ['in an hour', hour],
    ['after 60 days', 60 * day],
  ])('%s holds its credits now and goes at its time, not before', async (_, ms) => {
    const world = createWorld();
    const dispatch = await scheduled(world, ms);
    const startMs = world.clock.now();
    expect(dispatch).toMatchObject({ state: 'scheduled', totals: { credits: { held: 3 } } });
    expect(world.credits.balanceOf(owner).held).toBe(3);
    await world.runFor(ms - 1);
    expect([stateOf(world, dispatch), world.carrier.taken.length]).toEqual(['scheduled', 0]);
    await world.run();
    expect(stateOf(world, dispatch)).toBe('completed');
    const [at = 0] = takenAfter(world, startMs);
    expect(at).toBeGreaterThanOrEqual(ms);
    expect(at).toBeLessThan(ms + minute);
    expectAllKept(world);
  });

  it('is looked at a few times in its 60 days, not every minute', async () => {
    const world = createWorld();
    const dispatch = await scheduled(world, 60 * day);
    const { version } = world.dispatch(dispatch.id);
    await world.runFor(59 * day);
    expect(world.dispatch(dispatch.id).version - version).toBeLessThan(10);
  });

  it('has one schedule, named by wave and revision, and none after it went', async () => {
    const world = createWorld();
    const { id } = await scheduled(world, hour);
    await world.runFor(minute);
    expect([...world.schedules.waiting.keys()]).toEqual([`${id}-w1-r1`]);
    await world.run();
    expect([...world.schedules.waiting]).toEqual([]);
  });

  it.each([
    ['was never made', async (world: World) => world.queues.clear()],
    [
      'was lost',
      async (world: World) => {
        await world.runFor(minute);
        for (const name of world.schedules.waiting.keys()) await world.schedules.remove(name);
      },
    ],
  ])('goes all the same, minutes late, if its schedule %s', async (_, lose) => {
    const world = createWorld();
    const dispatch = await scheduled(world, hour);
    const startMs = world.clock.now();
    await lose(world);
    expect([...world.schedules.waiting]).toEqual([]);
    await world.run();
    expect(stateOf(world, dispatch)).toBe('completed');
    expect(takenAfter(world, startMs)[0]).toBeLessThan(hour + 5 * minute);
    expectAllKept(world);
  });

  it('goes at once if its time passed before it was confirmed', async () => {
    const world = createWorld();
    const dispatch = await ready(world, recipientsOf(3), { schedule: inMs(world, hour) });
    world.clock.advance(2 * hour);
    const started = await startDispatch(world.ports, dispatch, once);
    expect(started).toMatchObject({ dispatch: { state: 'sending', firstWaveAtMs: world.clock.now() } });
    await world.run();
    expectAllKept(world);
  });

  it('with nobody to send to is over at once', async () => {
    const world = createWorld();
    const dispatch = await sending(world, [{ to: 'nobody', variables: {} }], { schedule: inMs(world, day) });
    await world.runFor(minute);
    expect(stateOf(world, dispatch)).toBe('completed');
    expectAllKept(world);
  });

  it('skips and releases what may no longer go when its time comes', async () => {
    const world = createWorld();
    const dispatch = await scheduled(world, day);
    world.tenants.approved = false;
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({
      state: 'completed',
      totals: { skippedBy: { sender_not_approved: 3 }, credits: { held: 0, released: 3, captured: 0 } },
    });
    expect(world.carrier.taken).toEqual([]);
    expectAllKept(world);
  });

  it('of the short form waits too, held in the same call', async () => {
    const world = createWorld();
    const request = requestOf({ confirm: 'auto', schedule: inMs(world, day) });
    const sent = await sendMessages(world.ports, owner, request, recipientsOf(2), null);
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    expect(stateOf(world, sent.dispatch)).toBe('scheduled');
    await world.runFor(day - 1);
    expect(world.carrier.taken).toEqual([]);
    await world.run();
    expect(world.carrier.taken).toHaveLength(1);
    expectAllKept(world);
  });

  it('never sends a batch early, whatever record asks for it', async () => {
    const world = createWorld();
    const dispatch = await scheduled(world, hour);
    await sendBatch(world.ports, sendOf(dispatch.id));
    await releaseWave(world.ports, { dispatchId: dispatch.id, wave: 1, revision: 1 });
    await settleDispatch(world.ports, dispatch.id, true);
    world.clock.advance(10 * minute);
    await sweepDispatch(world.ports, dispatch.id);
    expect(stateOf(world, dispatch)).toBe('scheduled');
    expect(world.queues.records.filter(({ work }) => work.queue === 'send')).toEqual([]);
    expect((await world.batch(dispatch.id)).state).toBe('planned');
  });
});

describe('a worker whose clock is behind that of whoever released the wave', () => {
  it.each([
    ['sent at once', {}],
    ['the first of several waves', { split: { count: 3, intervalMinutes: 10 } }],
  ])('waits for the time and does not forget the batch: %s', async (_, over) => {
    const world = createWorld();
    const dispatch = await sending(world, recipientsOf(3), over);
    const behind = { now: () => world.clock.now() - 50 };
    for (const record of world.queues.due('send')) world.queues.delete(world.queues.receive(record)!);
    await sendBatch({ ...world.ports, time: behind }, sendOf(dispatch.id));
    expect(world.carrier.taken).toEqual([]);
    await world.runFor(5_000);
    expect(world.carrier.taken).toHaveLength(1);
    await world.run();
    expectAllKept(world);
  });
});

describe('times that cannot be', () => {
  it.each([
    ['now', 0, null, { kind: 'in_the_past' }],
    ['a millisecond ago', -1, null, { kind: 'in_the_past' }],
    ['a second beyond 60 days', 60 * day + 1_000, null, { kind: 'too_far' }],
    ['59 days, then two more', 59 * day, { count: 3, intervalMinutes: 1_440 }, { kind: 'split_too_long' }],
  ])('%s', async (_, ms, split, problem) => {
    const world = createWorld();
    const request = requestOf({ schedule: inMs(world, ms), split });
    const created = await createDispatch(world.ports, owner, request, { list: recipientsOf(5) }, null);
    expect(created).toMatchObject({ kind: 'schedule', problem });
    expect(world.dispatches.all.size).toBe(0);
  });

  it('a split of now may last 60 days and no longer', async () => {
    const world = createWorld();
    const create = (count: number) =>
      createDispatch(
        world.ports,
        owner,
        requestOf({ split: { count, intervalMinutes: 1_440 } }),
        { list: recipientsOf(100) },
        null,
      );
    expect((await create(61)).kind).toBe('created');
    expect((await create(62)).kind).toBe('schedule');
  });

  it('more waves than recipients', async () => {
    const world = createWorld();
    const request = requestOf({ split: { count: 4, intervalMinutes: 1 } });
    const created = await createDispatch(world.ports, owner, request, { list: recipientsOf(3) }, null);
    expect(created).toEqual({ kind: 'too_many_waves', recipients: 3 });
  });
});

describe('a split send', () => {
  const split = { count: 4, intervalMinutes: 30 };

  it.each([
    ['now', 0],
    ['at a time', 5 * hour],
  ])('%s goes in waves of consecutive recipients, each at its time', async (_, ms) => {
    const world = createWorld();
    const schedule = ms === 0 ? null : inMs(world, ms);
    const dispatch = await sending(world, recipientsOf(11), { split, schedule });
    const startMs = world.clock.now();
    await world.run();
    expect(world.dispatch(dispatch.id).prepared?.waveRows).toEqual([3, 3, 3, 2]);
    const rows = world.carrier.taken.map(({ batch }) => batch.messages.map(({ to }) => Number(to.slice(-2))));
    expect(rows).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10],
    ]);
    takenAfter(world, startMs).forEach((at, i) => {
      expect(at).toBeGreaterThanOrEqual(ms + i * 30 * minute);
      expect(at).toBeLessThan(ms + i * 30 * minute + minute);
    });
    expect(waveTotalsOf(world.dispatch(dispatch.id))).toEqual([3, 3, 3, 2].map((rows) => [0, 0, 0, 0, rows, 0, 0]));
    expectAllKept(world);
  });

  it('has as many waves as there are recipients left to send to', async () => {
    const world = createWorld();
    const recipients = [...recipientsOf(2), { to: 'x', variables: {} }, { to: 'y', variables: {} }];
    const dispatch = await sending(world, recipients, { split });
    await world.run();
    expect(world.dispatch(dispatch.id).prepared?.waveRows).toEqual([1, 1]);
    expectAllKept(world);
  });

  it('shows each wave as it stands between two of them', async () => {
    const world = createWorld();
    const dispatch = await sending(world, recipientsOf(8), { split });
    await world.runFor(45 * minute);
    expect(waveTotalsOf(world.dispatch(dispatch.id))).toEqual([
      [0, 0, 0, 0, 2, 0, 0],
      [0, 0, 0, 0, 2, 0, 0],
      [2, 0, 0, 0, 0, 0, 0],
      [2, 0, 0, 0, 0, 0, 0],
    ]);
    expect(stateOf(world, dispatch)).toBe('sending');
  });

  it('on too few credits skips the rows that do not fit, wave by wave', async () => {
    const world = createWorld({ credits: 5 });
    const dispatch = await sending(world, recipientsOf(8), { split, onShortfall: 'partial' });
    expect(waveTotalsOf(dispatch).map(([planned, skipped]) => [planned, skipped])).toEqual([
      [2, 0],
      [2, 0],
      [1, 1],
      [0, 2],
    ]);
    await world.run();
    expect(world.dispatch(dispatch.id).totals).toMatchObject({ delivered: 5, skippedBy: { insufficient_credits: 3 } });
    expectAllKept(world);
  });

  it('canceled between two waves cancels and releases the rest at once, and tells how many had gone', async () => {
    const world = createWorld();
    const dispatch = await sending(world, recipientsOf(8), { split });
    await world.runFor(45 * minute);
    const canceled = await cancelDispatch(world.ports, world.dispatch(dispatch.id), 'requested');
    expect(canceled).toMatchObject({ kind: 'canceled', canceled: 4, gone: 4, dispatch: { state: 'canceled' } });
    expect(world.credits.balanceOf(owner)).toMatchObject({ held: 0, spent: 4 });
    await world.runFor(1_000);
    expect([...world.schedules.waiting]).toEqual([]);
    await world.run();
    expect(world.carrier.taken).toHaveLength(2);
    expectAllKept(world);
  });

  it('lies still for days between two waves without being looked at all the time', async () => {
    const world = createWorld();
    const dispatch = await sending(world, recipientsOf(3), { split: { count: 3, intervalMinutes: 1_440 } });
    await world.runFor(hour);
    const { version } = world.dispatch(dispatch.id);
    await world.runFor(22 * hour);
    expect(world.dispatch(dispatch.id).version - version).toBeLessThan(5);
    await world.run();
    expectAllKept(world);
  });

  it('whose schedules nobody could make for a while has them made long before the next wave', async () => {
    const world = createWorld();
    await sending(world, recipientsOf(4), { split: { count: 2, intervalMinutes: 1_440 } });
    for (const record of world.queues.due('wave')) world.queues.delete(world.queues.receive(record)!);
    await world.runFor(hour);
    expect(world.carrier.taken).toHaveLength(1);
    expect(world.schedules.waiting.size).toBe(1);
    await world.run();
    expectAllKept(world);
  });

  it('asks on for reports of a wave that went while the next one waits', async () => {
    const world = createWorld();
    world.carrier.fateOfMessage = () => [{ afterMs: 5 * hour, status: 'delivered' }];
    const dispatch = await sending(world, recipientsOf(2), { split: { count: 2, intervalMinutes: 1_440 } });
    await world.runFor(10 * hour);
    expect(waveTotalsOf(world.dispatch(dispatch.id))[0]).toEqual([0, 0, 0, 0, 1, 0, 0]);
  });

  it('lost records of a later wave are queued again, those of waves to come are not', async () => {
    const world = createWorld();
    const dispatch = await sending(world, recipientsOf(8), { split: { count: 4, intervalMinutes: 600 } });
    await world.runFor(hour);
    for (let i = 0; i < 30; i++) {
      world.clock.advance(minute);
      await world.sweep();
    }
    expect(world.queues.records.filter(({ work }) => work.queue === 'send')).toEqual([]);
    const due = world.dispatch(dispatch.id).firstWaveAtMs! + 600 * minute;
    await world.run(due - 1);
    world.clock.to(due);
    await world.fireSchedules();
    for (const record of world.queues.due()) if (record.work.queue === 'wave') await world.receive(record);
    world.queues.clear();
    await world.run();
    expect(world.carrier.taken).toHaveLength(4);
    expectAllKept(world);
  });
});

describe('rescheduling', () => {
  it.each([
    ['later', hour, 3 * day],
    ['earlier', 3 * day, hour],
    ['to within the next minute', 3 * day, 30_000],
  ])('%s: it goes at the new time, once', async (_, fromMs, toMs) => {
    const world = createWorld();
    const dispatch = await scheduled(world, fromMs, { split: { count: 3, intervalMinutes: 10 } });
    await world.runFor(minute);
    const startMs = world.clock.now();
    const moved = await rescheduleDispatch(world.ports, world.dispatch(dispatch.id), inMs(world, toMs));
    expect(moved).toMatchObject({ kind: 'rescheduled', dispatch: { state: 'scheduled', revision: 2 } });
    expect(world.credits.balanceOf(owner).held).toBe(3);
    await world.run();
    const at = takenAfter(world, startMs);
    expect(at).toHaveLength(3);
    at.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(toMs + i * 10 * minute);
      expect(ms).toBeLessThan(toMs + i * 10 * minute + minute);
    });
    expectAllKept(world);
  });

  it('takes the old schedules away and makes new ones', async () => {
    const world = createWorld();
    const { id } = await scheduled(world, hour, { split: { count: 2, intervalMinutes: 10 } });
    await world.runFor(minute);
    await rescheduleDispatch(world.ports, world.dispatch(id), inMs(world, day));
    await world.runFor(minute);
    expect([...world.schedules.waiting.keys()]).toEqual([`${id}-w1-r2`, `${id}-w2-r2`]);
  });

  it('without a schedule lets it go now', async () => {
    const world = createWorld();
    const dispatch = await scheduled(world, day);
    await world.runFor(minute);
    const startMs = world.clock.now();
    await rescheduleDispatch(world.ports, world.dispatch(dispatch.id), null);
    await world.run();
    expect(takenAfter(world, startMs)[0]).toBeLessThan(minute);
    expectAllKept(world);
  });

  it('one that waits for its confirmation changes its time, and holds nothing', async () => {
    const world = createWorld();
    const dispatch = await ready(world, recipientsOf(3), { schedule: inMs(world, hour) });
    const moved = await rescheduleDispatch(world.ports, dispatch, inMs(world, day));
    expect(moved).toMatchObject({ dispatch: { state: 'ready', firstWaveAtMs: null } });
    expect(world.credits.balanceOf(owner).held).toBe(0);
    await startDispatch(world.ports, world.dispatch(dispatch.id), once);
    await world.runFor(2 * hour);
    expect(stateOf(world, dispatch)).toBe('scheduled');
    await world.run();
    expectAllKept(world);
  });

  it.each(['canceled', 'sending', 'completed'] as const)('is refused when it is %s', async (state) => {
    const world = createWorld();
    const dispatch = await scheduled(world, hour, { split: { count: 2, intervalMinutes: 10 } });
    if (state === 'canceled') await cancelDispatch(world.ports, dispatch, 'requested');
    await world.runFor(state === 'completed' ? day : hour + minute);
    const before = world.dispatch(dispatch.id);
    expect(before.state).toBe(state);
    const moved = await rescheduleDispatch(world.ports, dispatch, inMs(world, day));
    expect(moved).toMatchObject({ kind: 'wrong_state', dispatch: { state } });
    expect(world.dispatch(dispatch.id)).toEqual(before);
  });

  it('again and again never leads beyond the time for which its rows are kept', async () => {
    const world = createWorld();
    const { id, createdAtMs } = await scheduled(world, 59 * day);
    const move = () => rescheduleDispatch(world.ports, world.dispatch(id), inMs(world, 59 * day));
    await world.runFor(58 * day);
    expect((await move()).kind).toBe('rescheduled');
    await world.runFor(58 * day);
    const latestMs = createdAtMs + 120 * day;
    expect(await move()).toMatchObject({ kind: 'schedule', problem: { kind: 'too_far', latestMs } });
    await world.run();
    expectAllKept(world);
  });

  it('a schedule of before that fires late does nothing', async () => {
    const world = createWorld();
    const dispatch = await scheduled(world, hour);
    await world.runFor(minute);
    const old = [...world.schedules.waiting];
    await rescheduleDispatch(world.ports, world.dispatch(dispatch.id), inMs(world, day));
    await world.runFor(2 * hour);
    for (const [name, { atMs, body }] of old) await world.schedules.create(name, atMs, body);
    await world.runFor(hour);
    expect([stateOf(world, dispatch), world.carrier.taken.length]).toEqual(['scheduled', 0]);
    await world.run();
    expectAllKept(world);
  });
});

describe('a process that ends in the middle', () => {
  const works = {
    'making schedules': async (_world: World, ports: World['ports'], dispatch: Dispatch) =>
      planWaves(ports, { dispatchId: dispatch.id, plan: 1 }),
    rescheduling: async (world: World, ports: World['ports'], dispatch: Dispatch) =>
      void (await rescheduleDispatch(ports, world.dispatch(dispatch.id), inMs(world, 2 * hour))),
    canceling: async (world: World, ports: World['ports'], dispatch: Dispatch) =>
      void (await cancelDispatch(ports, world.dispatch(dispatch.id), 'requested')),
    releasing: async (world: World, ports: World['ports'], dispatch: Dispatch) => {
      world.clock.advance(hour);
      await releaseWave(ports, { dispatchId: dispatch.id, wave: 1, revision: 1 });
    },
  };

  it.each(Object.entries(works))(
    '%s: it comes to its end all the same, whichever call was the last',
    async (_, work) => {
      for (let edge = 0; ; edge++) {
        const world = createWorld();
        const dispatch = await scheduled(world, hour, { split: { count: 3, intervalMinutes: 20 } }, 9);
        const crash = crashAt(edge);
        await work(world, watchPorts(world.ports, crash.watcher), dispatch).catch((error: unknown) =>
          expect(error).toBeInstanceOf(Crash),
        );
        await world.run();
        expect(brokenPromises(world), crash.reached() ?? '').toEqual([]);
        expect(unfinished(world), crash.reached() ?? '').toEqual([]);
        const { totals } = world.dispatch(dispatch.id);
        expect(totals.delivered + totals.canceled).toBe(9);
        if (crash.reached() === null) break;
      }
    },
  );
});
