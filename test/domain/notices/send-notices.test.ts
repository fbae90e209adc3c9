import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { listNotices } from '../../../shared/domain/notices/list-notices.ts';
import type { NoticeKind } from '../../../shared/domain/permissions/due.ts';
import { delivered, failed } from '../../support/fakes/carrier.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';
import { allDue, digitsOf, dueNow, e164Of, optOut, recordFor, say, tell, tellings } from './notice-world.ts';

const day = 86_400_000;
const everything = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER / 2, after: null, limit: 100 };
const listed = async (world: World, kind: NoticeKind, sent: boolean) =>
  (await listNotices(world.noticePorts, owner, kind, sent, { ...everything, untilMs: world.clock.now() + 4_000 * day }))
    .items;
const arrived = (world: World) =>
  world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to, text }) => [to.slice(1), text] as const));

async function sent(world: World, ...asked: Parameters<typeof tell> extends [World, ...infer R] ? R : never) {
  const result = await tell(world, ...asked);
  if (result.kind !== 'sent') throw new Error(`Not sent: ${result.kind}`);
  return result;
}

async function finish(world: World): Promise<void> {
  await world.runFor(8 * day);
  expect(brokenPromises(world)).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

describe('telling what came of it', () => {
  it('reaches those who opted out, whatever other messages do, and marks them', async () => {
    const world = createWorld();
    world.rules.informationalToOptedOut = 'exclude';
    await optOut(world, 0, 1);
    await say(world, 2, { marketing: true });
    const ready = await listed(world, 'result_notice', false);
    expect(ready.map(({ fact, told }) => [fact, told])).toEqual([
      ['opted_out', null],
      ['opted_out', null],
      ['consented', null],
    ]);
    const { dispatch } = await sent(world);
    expect(dispatch).toMatchObject({ purpose: 'notice', confirm: 'auto', state: 'sending' });
    expect(dueNow(world, 'result_notice')).toEqual([]);
    expect(await listed(world, 'result_notice', true)).toMatchObject([0, 1, 2].map(() => ({ status: 'planned' })));
    await finish(world);
    expect(arrived(world).sort()).toEqual(ready.map(({ digits, text }) => [digits, text]));
    const told = { dispatchId: dispatch.id, atMs: dispatch.createdAtMs };
    expect(await listed(world, 'result_notice', true)).toEqual(
      ready.map((notice) => ({ ...notice, told, status: 'delivered' })),
    );
    expect(await world.notices.round(owner)).toBeNull();
  });

  it('reaches a thousand at a time, the soonest due first, past those whom nothing can reach', async () => {
    const world = createWorld();
    await world.permissions.change(owner, '14155550123', { source: 'api', optedOut: true }, world.clock.now() - day);
    for (let i = 0; i < 1_203; i++) {
      await world.permissions.change(owner, digitsOf(i), { source: 'api', optedOut: true }, world.clock.now() - i);
    }
    const { messages } = await sent(world);
    expect(messages).toHaveLength(1_000);
    expect(messages[0]).toMatchObject({ to: e164Of(1_202), status: 'planned' });
    expect(dueNow(world, 'result_notice')).toHaveLength(204);
    expect((await sent(world)).messages).toHaveLength(203);
    expect(await tell(world)).toEqual({ kind: 'nothing_due', leftOut: [] });
    expect(dueNow(world, 'result_notice')).toEqual(['14155550123']);
  });

  it('says of everybody named who is not told, and why', async () => {
    const world = createWorld();
    await optOut(world, 0, 1);
    await sent(world, { numbers: [e164Of(0)] });
    await world.permissions.change(owner, '14155550123', { source: 'api', optedOut: true }, world.clock.now());
    const numbers = ['010-12', '01020000000', '+14155550123', '010-2000-0007', '010-2000-0001', e164Of(1)];
    const { messages, leftOut } = await sent(world, { numbers });
    expect(messages.map(({ to }) => to)).toEqual([e164Of(1)]);
    expect(leftOut).toEqual([
      { number: '010-12', reason: 'invalid_number' },
      { number: e164Of(0), reason: 'sent' },
      { number: '+14155550123', reason: 'unreachable' },
      { number: e164Of(7), reason: 'not_due' },
    ]);
    expect(await tell(world, { numbers: [e164Of(1)] })).toMatchObject({ kind: 'nothing_due' });
  });

  it.each(['result_notice', 'reconfirmation'] as const)(
    'of a %s again, by name, if its message failed, was skipped or called off; not if it arrived or may yet',
    async (kind) => {
      const world = createWorld();
      const soon = { marketing: true, consentAtMs: world.clock.now() - 720 * day } as const;
      for (let i = 0; i < 4; i++) await say(world, i, soon);
      const numbers = [0, 1, 2, 3].map(e164Of);
      // Called off while it waits for its time
      const schedule = { atMs: world.clock.now() + day };
      const { dispatch } = await sent(world, { kind, numbers, schedule });
      expect((await listed(world, kind, true)).map(({ told, status }) => [told?.atMs, status])).toEqual(
        numbers.map(() => [schedule.atMs, 'planned']),
      );
      expect(await tell(world, { kind, numbers })).toMatchObject({ kind: 'nothing_due' });
      await cancelDispatch(world.ports, world.dispatch(dispatch.id), 'requested');
      await world.run();
      expect(await tell(world, { kind })).toMatchObject({ kind: 'nothing_due' });

      // Some arrive, one fails
      world.carrier.fateOfMessage = (to) => (to === e164Of(1) ? failed : delivered);
      const again = await sent(world, { kind, numbers });
      expect(again.messages).toHaveLength(4);
      await finish(world);
      const statuses = (await listed(world, kind, true)).map(({ told, status }) => [told?.dispatchId, status]);
      expect(statuses.filter(([, status]) => status === 'canceled')).toHaveLength(4);
      expect(
        statuses
          .filter(([id]) => id === again.dispatch.id)
          .map(([, status]) => status)
          .sort(),
      ).toEqual(['delivered', 'delivered', 'delivered', 'failed']);
      const third = await sent(world, { kind, numbers });
      expect(third.messages.map(({ to }) => to)).toEqual([e164Of(1)]);
      expect(third.leftOut.map(({ reason }) => reason)).toEqual(['sent', 'sent', 'sent']);
    },
  );

  it('of a reconfirmation not before a month of its time, and then every two years from its sending', async () => {
    const world = createWorld();
    await say(world, 0, { marketing: true });
    expect(await tell(world, { kind: 'reconfirmation', numbers: [e164Of(0)] })).toMatchObject({ kind: 'nothing_due' });
    world.clock.advance(702 * day);
    const first = await sent(world, { kind: 'reconfirmation' });
    expect(await tell(world, { kind: 'reconfirmation', numbers: [e164Of(0)] })).toMatchObject({ kind: 'nothing_due' });
    expect((await listed(world, 'reconfirmation', false))[0]?.dueAtMs).toBe(first.dispatch.createdAtMs + 730 * day);
    world.clock.advance(702 * day);
    await sent(world, { kind: 'reconfirmation', numbers: [e164Of(0)] });
    expect(await listed(world, 'reconfirmation', true)).toHaveLength(2);
  });
});

describe('what cannot be sent', () => {
  it('leaves everything due, and nothing in the way of the next call', async () => {
    const world = createWorld({ credits: 1 });
    await optOut(world, 0, 1);
    world.tenants.approved = false;
    expect(await tell(world)).toEqual({ kind: 'sender_not_approved' });
    world.tenants.approved = true;
    expect(await tell(world)).toEqual({ kind: 'short', required: 2, available: 1 });
    const past = { atMs: world.clock.now() - 1 };
    expect(await tell(world, { schedule: past })).toMatchObject({ kind: 'schedule' });
    expect(dueNow(world, 'result_notice')).toHaveLength(2);
    expect(await world.notices.round(owner)).toBeNull();
    expect(world.dispatches.all.size).toBe(0);
    expect((await sent(world, { numbers: [e164Of(0)] })).messages).toHaveLength(1);
  });

  it('because another call is at it, says so, until that has had its time', async () => {
    const world = createWorld();
    await optOut(world, 0);
    const theirs = { dispatchId: 'dsp_theirs', kind: 'result_notice', made: false } as const;
    await world.notices.begin(owner, null, { ...theirs, untilMs: world.clock.now() + 30_000 });
    expect(await tell(world)).toEqual({ kind: 'busy' });
    expect(await listed(world, 'result_notice', false)).toHaveLength(1);
    world.clock.advance(30_000);
    await sent(world);
  });

  it('because it was overtaken makes nothing, even if it comes back long after', async () => {
    const world = createWorld();
    await optOut(world, 0);
    let other: Awaited<ReturnType<typeof tell>> | null = null;
    const hung = watchPorts(world.noticePorts, async (call, edge) => {
      if (`${edge} ${call}` !== 'before dispatches.start' || other) return;
      world.clock.advance(31_000);
      other = await tell(world);
    });
    expect(await tell(world, {}, hung)).toEqual({ kind: 'busy' });
    expect(other).toMatchObject({ kind: 'sent' });
    expect(await tellings(world)).toHaveLength(1);
    expect(allDue(world)).toEqual([]);
    expect(await world.notices.round(owner)).toBeNull();
  });
});

describe('a call that ends anywhere', () => {
  const ways = {
    'the same call again': (world: World) => tell(world, {}, world.noticePorts, recordFor(world, 'mine')),
    'another call': (world: World) => tell(world, {}, world.noticePorts, recordFor(world, 'other')),
    'a look at the list, then another call': async (world: World) => {
      await listed(world, 'result_notice', false);
      return tell(world);
    },
  };

  it.each(Object.entries(ways))('is made good by %s', async (_, again) => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      await optOut(world, 0, 1, 2);
      const crash = crashAt(edge);
      const work = tell(world, {}, watchPorts(world.noticePorts, crash.watcher), recordFor(world, 'mine'));
      await work.catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      if (crash.reached() === null) {
        expect(edge).toBeGreaterThan(30);
        break;
      }
      const where = `ends ${crash.reached()}`;
      const before = await tellings(world);
      // Half a minute at most, and nobody waits where the dispatch was made
      if (before.length === 0) world.clock.advance(30_000);
      const result = await again(world);
      const expected = before.length === 0 ? ['sent'] : ['nothing_due', 'replayed'];
      expect(expected, where).toContain(result.kind);
      expect(allDue(world), where).toEqual([]);
      expect((await tellings(world)).map(({ digits }) => digits).sort(), where).toEqual([0, 1, 2].map(digitsOf));
      expect(world.notices.toldOf(owner), where).toHaveLength(3);
      expect(await world.notices.round(owner), where).toBeNull();
      await world.runFor(8 * day);
      expect(brokenPromises(world), where).toEqual([]);
      expect(arrived(world), where).toHaveLength(3);
    }
  });
});
