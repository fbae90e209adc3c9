import { describe, expect, it } from 'vitest';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { pollReports } from '../../../shared/domain/dispatches/poll-reports.ts';
import { emptyPage, mergeChanges, resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { sendBatch, UnknownBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { delivered, failed, failureOfReports, type MessageFate } from '../../support/fakes/carrier.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const hour = 60 * minute;

const statusesOf = async (world: World, dispatch: Dispatch) => {
  const { page, rows } = await world.batch(dispatch.id);
  return Array.from({ length: rows }, (_, row) => (page ? resultAt(page, row).status : null));
};
const poll = (world: World, { id }: Dispatch, nth = 0) =>
  pollReports(world.ports, { dispatchId: id, batch: 0, poll: nth });
const reportsQueued = (world: World) => world.queues.records.filter(({ work }) => work.queue === 'report');

describe('what is said of a message', () => {
  const outcomes: readonly (readonly [string, MessageFate, 'delivered' | 'failed' | 'no_report'])[] = [
    ['delivered', delivered, 'delivered'],
    ['failed', failed, 'failed'],
    ['nothing, for 72 hours', [], 'no_report'],
    ['delivered after ten minutes', [{ afterMs: 10 * minute, status: 'delivered' }], 'delivered'],
    ['delivered after three hours', [{ afterMs: 3 * hour, status: 'delivered' }], 'delivered'],
    ['failed after 71 hours', [{ afterMs: 71 * hour, status: 'failed' }], 'failed'],
    ['delivered twice', [...delivered, { afterMs: 2_000, status: 'delivered' }], 'delivered'],
    ['delivered, then failed', [...delivered, { afterMs: 30_000, status: 'failed' }], 'delivered'],
    ['failed, then delivered', [...failed, { afterMs: 30_000, status: 'delivered' }], 'failed'],
  ];
  it.each(outcomes)('%s', async (_, fate, status) => {
    const world = createWorld();
    world.carrier.fateOfMessage = () => fate;
    const dispatch = await sending(world);
    await world.run();
    expect(await statusesOf(world, dispatch)).toEqual([status, status, status]);
    const { totals } = world.dispatch(dispatch.id);
    const refunded = status === 'failed' ? 3 : 0;
    expect(totals.credits).toEqual({ held: 0, captured: 3, released: 0, refunded });
    if (status === 'failed') expect(totals.failedBy).toEqual({ [failureOfReports]: 3 });
    expect(brokenPromises(world)).toEqual([]);
    expect(unfinished(world)).toEqual([]);
  });

  it('rows of one batch end each in its own way, one of them never', async () => {
    const world = createWorld();
    world.carrier.fateOfMessage = (to) => (to.endsWith('0') ? delivered : to.endsWith('1') ? failed : []);
    const dispatch = await sending(world);
    await world.runFor(71 * hour);
    expect(await statusesOf(world, dispatch)).toEqual(['delivered', 'failed', 'submitted']);
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'completed', settledAtMs: null });
    await world.run();
    expect(await statusesOf(world, dispatch)).toEqual(['delivered', 'failed', 'no_report']);
    expect(world.dispatch(dispatch.id).settledAtMs).not.toBeNull();
  });

  it('a poll that died between its page and its fold asks for the fold when it comes again', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await sendBatch(world.ports, sendOf(dispatch.id));
    world.clock.advance(minute);
    const dying = watchPorts(world.ports, async (call, edge) => {
      if (call === 'queues.settle' && edge === 'before') throw new Crash();
    });
    await expect(pollReports(dying, { ...sendOf(dispatch.id), poll: 0 })).rejects.toThrow(Crash);
    expect(await statusesOf(world, dispatch)).toEqual(['delivered', 'delivered', 'delivered']);
    const settles = () => world.queues.records.filter(({ work }) => work.queue === 'settle').length;
    const before = settles();
    await poll(world, dispatch);
    expect(settles()).toBe(before + 1);
  });

  it('a report for somebody else changes nothing', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await sendBatch(world.ports, sendOf(dispatch.id));
    const talkative = {
      ...world.carrier,
      reports: async () => [{ to: '+821099999999', status: 'delivered' as const, atMs: world.clock.now() }],
    };
    await pollReports({ ...world.ports, carriers: { of: () => talkative } }, { ...sendOf(dispatch.id), poll: 0 });
    expect(await statusesOf(world, dispatch)).toEqual(['submitted', 'submitted', 'submitted']);
  });

  it('fails for a batch that never was', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await expect(pollReports(world.ports, { dispatchId: dispatch.id, batch: 9, poll: 0 })).rejects.toThrow(
      UnknownBatch,
    );
  });

  it('asks nothing about a batch that was not recorded, or is through', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.carrier.silent = true; // a question would be answered with a warning and a next one
    await poll(world, dispatch);
    expect(reportsQueued(world)).toEqual([]);
  });
});

describe('polling', () => {
  it('backs off, ends after less than an hour, and the sweeper goes on once an hour', async () => {
    const world = createWorld();
    world.carrier.fateOfMessage = () => [];
    const dispatch = await sending(world);
    await world.runFor(50 * minute);
    const chain = world.queues.sent
      .filter(({ work }) => work.queue === 'report')
      .map(({ delaySeconds }) => delaySeconds);
    expect(chain).toEqual([3, 5, 10, 20, 40, 80, 160, 320, 640, 900]);
    const before = world.queues.sent.length;
    await world.runFor(10 * hour);
    const polls = world.queues.sent.slice(before).filter(({ work }) => work.queue === 'report').length;
    expect(polls).toBeGreaterThanOrEqual(9);
    expect(polls).toBeLessThanOrEqual(11);
    world.carrier.fateOfMessage = () => delivered;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });

  it('a carrier that answers no question for a while is asked again', async () => {
    const world = createWorld();
    world.carrier.silent = true;
    const dispatch = await sending(world);
    await world.runFor(20 * hour);
    expect(await statusesOf(world, dispatch)).toEqual(['submitted', 'submitted', 'submitted']);
    expect(world.queues.dead).toEqual([]);
    world.carrier.silent = false;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });

  it('goes on while its dispatch still sends: one suspended half-way hears of what it sent', async () => {
    const world = createWorld();
    world.carrier.fateOfMessage = () => [{ afterMs: 2 * hour, status: 'delivered' }];
    // An SMS batch and an LMS batch; only the first goes before the tenant is suspended
    const dispatch = await sending(
      world,
      recipientsOf(4, (i) => i > 1),
    );
    await sendBatch(world.ports, sendOf(dispatch.id, 0));
    world.tenants.suspended = true;
    await world.runFor(5 * hour);
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'sending', totals: { delivered: 2, planned: 2 } });
    expect(world.queues.records.length).toBeLessThan(5);
    world.tenants.suspended = false;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(4);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('two polls at once, and one that dies at any of its calls: the result is the same', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      world.carrier.fateOfMessage = (to) => (to.endsWith('1') ? failed : delivered);
      const dispatch = await sending(world);
      await sendBatch(world.ports, sendOf(dispatch.id));
      world.clock.advance(5_000);
      const crash = crashAt(edge);
      const [record] = reportsQueued(world);
      const dying = world.receive(record!, watchPorts(world.ports, crash.watcher));
      await Promise.all([dying.catch((error: unknown) => expect(error).toBeInstanceOf(Crash)), poll(world, dispatch)]);
      await world.run();
      expect(await statusesOf(world, dispatch)).toEqual(['delivered', 'failed', 'delivered']);
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
      if (crash.reached() === null) {
        expect(edge).toBeGreaterThan(5);
        break;
      }
    }
  });
});

describe('an unclear submit', () => {
  async function unclear(world: World, fate: 'taken_then_timeout' | 'dropped_before', over = {}) {
    world.carrier.fateOfCall = () => fate;
    const dispatch = await sending(world, recipientsOf(3), over);
    await sendBatch(world.ports, sendOf(dispatch.id));
    world.carrier.fateOfCall = () => 'accept';
    return dispatch;
  }

  it('that was taken is found, taken over, and told as delivered', async () => {
    const world = createWorld();
    const dispatch = await unclear(world, 'taken_then_timeout');
    await world.runFor(10 * minute);
    expect(await world.batch(dispatch.id)).toMatchObject({ carrierId: 'call-1', carrier: 'fake' });
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.submits).toHaveLength(1);
  });

  it('that was not taken is unknown for 72 hours, then failed and refunded, and never sent', async () => {
    const world = createWorld();
    const dispatch = await unclear(world, 'dropped_before');
    await world.runFor(71 * hour);
    expect(world.dispatch(dispatch.id).totals).toMatchObject({ unknown: 3, credits: { captured: 3, refunded: 0 } });
    await world.runFor(3 * hour);
    const { totals } = world.dispatch(dispatch.id);
    expect(totals).toMatchObject({ unknown: 0, failedBy: { unresolved: 3 }, credits: { captured: 3, refunded: 3 } });
    expect(world.carrier.submits).toHaveLength(1);
    expect(unfinished(world)).toEqual([]);
  });

  it('of two that look the same, each takes over one', async () => {
    const world = createWorld();
    const first = await unclear(world, 'taken_then_timeout');
    const second = await unclear(world, 'taken_then_timeout');
    await world.run();
    expect((await world.batch(first.id)).carrierId).toBe('call-1');
    expect((await world.batch(second.id)).carrierId).toBe('call-2');
  });

  it('of two that look the same, one whose worker had taken its own call leaves the other its own', async () => {
    const world = createWorld();
    const lost = await unclear(world, 'taken_then_timeout');
    world.clock.advance(30_000);
    const died = await sending(world, recipientsOf(3), { message: { ...requestOf().message, text: 'another text' } });
    const dying = watchPorts(world.ports, (call, edge) => {
      if (`${edge} ${call}` === 'after accounts.take') throw new Crash();
    });
    await expect(sendBatch(dying, sendOf(died.id))).rejects.toThrow(Crash);
    world.clock.advance(10 * minute);
    await sendBatch(world.ports, sendOf(died.id)); // its submit is unclear by now
    await poll(world, died);
    expect((await world.batch(died.id)).carrierId).toBe('call-2');
    await world.run();
    expect((await world.batch(lost.id)).carrierId).toBe('call-1');
    expect(world.dispatch(lost.id).totals.failedBy).toEqual({});
  });

  it('does not take over a call that a later batch is about to write down', async () => {
    for (let seconds = 0; seconds <= 400; seconds += 5) {
      const world = createWorld();
      const lost = await unclear(world, 'dropped_before');
      world.clock.advance(seconds * 1_000);
      const same = { message: { ...requestOf().message, text: 'another text' } };
      const later = await sending(world, recipientsOf(3), same);
      let polled = false;
      const slow = watchPorts(world.ports, async (call, edge) => {
        if (`${edge} ${call}` !== 'after carriers.submit') return;
        polled = true;
        world.clock.advance(20_000); // the slowest answer there is
        await poll(world, lost);
      });
      await sendBatch(slow, sendOf(later.id));
      expect(polled).toBe(true);
      expect(world.raised, `${seconds} s later`).toEqual([]);
      expect(await statusesOf(world, lost), `${seconds} s later`).toEqual(['unclear', 'unclear', 'unclear']);
    }
  });

  it('that was found stays found when the carrier then says no more, even after 72 hours', async () => {
    const world = createWorld();
    const dispatch = await unclear(world, 'taken_then_timeout');
    world.clock.advance(73 * hour);
    const reports = () => {
      world.carrier.silent = true;
      return world.carrier.reports({ carrierId: 'call-1', acceptedAtMs: 0 }, []);
    };
    const halfSilent = { ...world.carrier, reports };
    await pollReports({ ...world.ports, carriers: { of: () => halfSilent } }, { ...sendOf(dispatch.id), poll: 0 });
    expect(await world.batch(dispatch.id)).toMatchObject({ carrierId: 'call-1' });
    expect(await statusesOf(world, dispatch)).not.toContain('unresolved');
  });

  it('ends for every row, also for one that a late answer did not name', async () => {
    const world = createWorld();
    const dispatch = await unclear(world, 'taken_then_timeout');
    const batch = await world.batch(dispatch.id);
    const [named, unnamed] = [0, 1].map((row) => ({ row, status: 'unclear' as const, code: null, atMs: 0 }));
    const page = mergeChanges(emptyPage(3), [named!, unnamed!, { ...unnamed!, row: 2 }]).page;
    const late = mergeChanges(page, [{ ...named!, status: 'submitted' }]).page;
    const found = { carrier: 'fake', carrierId: 'call-1', acceptedAtMs: world.clock.now(), page: late };
    await world.batches.write(dispatch.id, dispatch.prepared?.attempt ?? '', [{ ...batch, ...found }], 0);
    world.carrier.fateOfMessage = () => [];
    await world.run();
    expect(await statusesOf(world, dispatch)).toEqual(['no_report', 'unresolved', 'unresolved']);
    expect(unfinished(world)).toEqual([]);
  });
});
