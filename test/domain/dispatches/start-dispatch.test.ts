import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { releaseWave } from '../../../shared/domain/dispatches/release-wave.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { UnknownDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { sweepDispatch } from '../../../shared/domain/dispatches/sweep-dispatch.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, recordOf, requestOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type PipelinePorts, type World } from '../../support/fakes/world.ts';

const once = { maxCredits: null, remember: null };
const numbersTaken = (world: World) => world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to));
/** Does something at that edge of the first such call. */
function meeting(world: World, at: string, meanwhile: () => unknown): PipelinePorts {
  let met = false;
  return watchPorts(world.ports, async (call, edge) => {
    if (met || `${edge} ${call}` !== at) return;
    met = true;
    await meanwhile();
  });
}

describe('starting', () => {
  it('holds exactly the quote, once, and sends', async () => {
    const world = createWorld({ credits: 10 });
    const dispatch = await ready(
      world,
      recipientsOf(3, (i) => i === 1),
    );
    expect(dispatch.prepared?.totals.credits).toBe(5);
    const started = await startDispatch(world.ports, dispatch, once);
    expect(started.kind).toBe('started');
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 5, held: 5 });
    await world.run();
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 5, held: 0, spent: 5 });
    expect(brokenPromises(world)).toEqual([]);
  });

  it.each(['preparing', 'sending', 'completed', 'canceling', 'canceled', 'failed'] as const)(
    'is refused while %s',
    async (state) => {
      const world = createWorld();
      const dispatch = { ...(await ready(world)), state };
      world.dispatches.seed(dispatch);
      expect(await startDispatch(world.ports, dispatch, once)).toEqual({ kind: 'wrong_state', dispatch });
      expect(world.credits.balanceOf(owner).held).toBe(0);
    },
  );

  it('a price above the guard is refused, one at it is not', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    expect(await startDispatch(world.ports, dispatch, { ...once, maxCredits: 2 })).toEqual({
      kind: 'quote_changed',
      credits: 3,
    });
    expect((await startDispatch(world.ports, dispatch, { ...once, maxCredits: 3 })).kind).toBe('started');
  });

  it('the guard of a partial send looks at what would be held, not at the whole quote', async () => {
    const world = createWorld({ credits: 2 });
    const dispatch = await ready(world, recipientsOf(3), { onShortfall: 'partial' });
    expect(await startDispatch(world.ports, dispatch, { ...once, maxCredits: 1 })).toEqual({
      kind: 'quote_changed',
      credits: 2,
    });
    expect((await startDispatch(world.ports, dispatch, { ...once, maxCredits: 2 })).kind).toBe('started');
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 0, held: 2 });
  });

  it('one credit short is short: nothing is held, and it may be tried again', async () => {
    const world = createWorld({ credits: 2 });
    const dispatch = await ready(world);
    expect(await startDispatch(world.ports, dispatch, once)).toEqual({ kind: 'short', required: 3, available: 2 });
    expect(world.dispatch(dispatch.id)).toEqual(dispatch);
    world.credits.grant(owner, 1);
    expect((await startDispatch(world.ports, dispatch, once)).kind).toBe('started');
  });

  it('the same key twice holds once', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    const options = { maxCredits: null, remember: () => recordOf('key') };
    const both = await Promise.all([1, 2].map(() => startDispatch(world.ports, dispatch, options)));
    expect(both.map(({ kind }) => kind).sort()).toEqual(['replayed', 'started']);
    expect(world.credits.balanceOf(owner).held).toBe(3);
  });

  it('credits that go between reading and writing are not spent twice', async () => {
    const world = createWorld({ credits: 4 });
    const [one, other] = [await ready(world), await ready(world)];
    const ports = meeting(world, 'after balances.read', () => startDispatch(world.ports, other, once));
    expect(await startDispatch(ports, one, once)).toEqual({ kind: 'short', required: 3, available: 1 });
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 1, held: 3 });
  });

  it('200 at once on a balance for half of them: half hold, the balance is never negative', async () => {
    const world = createWorld({ credits: 300, seed: 7 });
    const dispatches: Dispatch[] = [];
    for (let i = 0; i < 200; i++) dispatches.push(await ready(world));
    const turns = new Interleaver(createSeededRandom(7));
    const kinds: string[] = [];
    for (const dispatch of dispatches) {
      const ports = watchPorts(world.ports, () => turns.turn());
      turns.begin(async () => void kinds.push((await startDispatch(ports, dispatch, once)).kind));
    }
    await turns.finish();
    expect(kinds.filter((kind) => kind === 'started')).toHaveLength(100);
    expect(kinds.filter((kind) => kind === 'short')).toHaveLength(100);
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 0, held: 300 });
    await world.runFor(60_000);
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 0, held: 0, spent: 300 });
  });

  it('dies at any of its calls: either nothing happened, or it is sent', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await ready(world);
      const crash = crashAt(edge);
      await startDispatch(watchPorts(world.ports, crash.watcher), dispatch, once).catch((error: unknown) =>
        expect(error).toBeInstanceOf(Crash),
      );
      if (crash.reached() === null) break;
      await world.run();
      const { state, totals } = world.dispatch(dispatch.id);
      expect([state, totals.delivered], crash.reached() ?? '').toEqual(
        totals.delivered > 0 ? ['completed', 3] : ['canceled', 0], // the confirmation expired
      );
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    }
  });

  it('a large one goes through its wave, released once and again without harm', async () => {
    const world = createWorld();
    const dispatch = await ready(world, recipientsOf(5_600));
    await startDispatch(world.ports, dispatch, once);
    const [record] = world.queues.due();
    expect(record?.work.queue).toBe('wave');
    await world.receive(record!);
    const wave = { dispatchId: dispatch.id, wave: 1, revision: 1 };
    await releaseWave(world.ports, wave);
    await releaseWave(world.ports, { ...wave, revision: 2 });
    expect(world.queues.records.filter(({ work }) => work.queue === 'send')).toHaveLength(12);
    await expect(releaseWave(world.ports, { ...wave, wave: 2 })).rejects.toThrow(UnknownDispatch);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(5_600);
    expect(world.carrier.taken).toHaveLength(12);
  });

  it('a wave whose release dies at any of its calls is released by the sweeper', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await ready(world, recipientsOf(5_100));
      await startDispatch(world.ports, dispatch, once);
      const crash = crashAt(edge);
      const [record] = world.queues.due();
      await world.receive(record!, watchPorts(world.ports, crash.watcher)).catch(() => {});
      if (crash.reached() === null) break;
      world.queues.clear();
      await world.run();
      expect(world.dispatch(dispatch.id).totals.delivered, crash.reached() ?? '').toBe(5_100);
      expect(world.carrier.taken).toHaveLength(11);
    }
  });
});

describe('too few credits, and partial', () => {
  const mixed = (i: number) => i % 3 === 1;
  const prices = Array.from({ length: 12 }, (_, i) => (mixed(i) ? 3 : 1));

  it.each(Array.from({ length: 21 }, (_, credits) => credits))(
    '%i credits reach exactly as far as they can, in order',
    async (credits) => {
      const world = createWorld({ credits: credits + 1 });
      world.credits.hold(owner, 'dsp_other', 1, 0);
      const recipients = recipientsOf(12, mixed);
      const dispatch = await ready(world, recipients, { onShortfall: 'partial' });
      const started = await startDispatch(world.ports, dispatch, once);
      let [fits, cost] = [0, 0];
      while (fits < 12 && cost + (prices[fits] ?? 0) <= credits) cost += prices[fits++] ?? 0;
      if (fits === 0) {
        expect(started).toEqual({ kind: 'short', required: 20, available: 0 });
        return;
      }
      expect(world.credits.holdOf(dispatch.id)?.quantity).toBe(cost);
      await world.run();
      expect(numbersTaken(world).sort()).toEqual(recipients.slice(0, fits).map(({ to }) => `+82${to.slice(1)}`));
      const { state, totals } = world.dispatch(dispatch.id);
      expect(state).toBe('completed');
      expect(totals.skippedBy).toEqual(fits === 12 ? {} : { insufficient_credits: 12 - fits });
      expect(totals.credits).toEqual({ held: 0, captured: cost, released: 0, refunded: 0 });
    },
  );

  it('many at once share what there is, and none goes below', async () => {
    const world = createWorld({ credits: 50, seed: 3 });
    const turns = new Interleaver(createSeededRandom(3));
    for (let i = 0; i < 10; i++) {
      const dispatch = await ready(world, recipientsOf(12, mixed), { onShortfall: 'partial' });
      const ports = watchPorts(world.ports, () => turns.turn());
      turns.begin(async () => void (await startDispatch(ports, dispatch, once)));
    }
    await turns.finish();
    const { available, held } = world.credits.balanceOf(owner);
    expect(available + held).toBe(50);
    expect(available).toBeLessThan(3);
  });
});

describe('sending messages in one call', () => {
  const send = (world: World, over = {}, ports = world.ports, count = 3) =>
    sendMessages(ports, owner, requestOf({ confirm: 'auto', ...over }), recipientsOf(count), () => recordOf('key'));

  it('answers every recipient in order, and sends', async () => {
    const world = createWorld();
    const recipients = [
      ...recipientsOf(2),
      { to: '12', variables: {} },
      ...recipientsOf(1),
      { to: '+14155550100', variables: {} },
    ];
    const sent = await sendMessages(world.ports, owner, requestOf(), recipients, null);
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    expect(sent.messages.map(({ index, status, reason }) => [index, status, reason])).toEqual([
      [0, 'planned', null],
      [1, 'planned', null],
      [2, 'skipped', 'invalid_number'],
      [3, 'skipped', 'duplicate_number'],
      [4, 'skipped', 'foreign_number'],
    ]);
    expect(new Set(sent.messages.map(({ messageId }) => messageId)).size).toBe(5);
    await world.run();
    expect(world.dispatch(sent.dispatch.id).totals).toMatchObject({ recipients: 5, delivered: 2 });
    expect(brokenPromises(world)).toEqual([]);
  });

  it('refusals leave nothing behind', async () => {
    const world = createWorld({ credits: 2 });
    expect(await send(world)).toEqual({ kind: 'short', required: 3, available: 2 });
    world.tenants.approved = false;
    expect((await send(world)).kind).toBe('sender_not_approved');
    expect((await send(world, { message: { ...requestOf().message, text: '{{' } })).kind).toBe('content');
    expect([...world.dispatches.all]).toEqual([]);
    expect([...world.dispatches.remembered]).toEqual([]);
    expect(world.queues.sent).toEqual([]);
    expect(world.credits.ledgerOf(owner)).toHaveLength(1);
  });

  it('credits that go meanwhile: short, and nothing created', async () => {
    const world = createWorld({ credits: 3 });
    const ports = meeting(world, 'before dispatches.start', () => world.credits.hold(owner, 'dsp_other', 1, 0));
    expect(await send(world, {}, ports)).toEqual({ kind: 'short', required: 3, available: 2 });
    expect(world.dispatches.all.size).toBe(0);
  });

  it('credits that go meanwhile, and partial: fewer are sent, and the answer says who', async () => {
    const world = createWorld({ credits: 3 });
    const ports = meeting(world, 'before dispatches.start', () => world.credits.hold(owner, 'dsp_other', 1, 0));
    const sent = await send(world, { onShortfall: 'partial' }, ports);
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    expect(sent.messages.map(({ reason }) => reason)).toEqual([null, null, 'insufficient_credits']);
    await world.run();
    expect(numbersTaken(world)).toEqual(sent.messages.slice(0, 2).map(({ to }) => to));
  });

  it('the same key, at once or later, sends once; an external id names the first', async () => {
    const world = createWorld();
    const both = await Promise.all([send(world), send(world)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['replayed', 'sent']);
    expect((await send(world)).kind).toBe('replayed');
    const named = (key: string) =>
      sendMessages(world.ports, owner, requestOf({ externalId: 'x' }), recipientsOf(1), () => recordOf(key));
    const first = await named('a');
    expect(await named('b')).toEqual({
      kind: 'external_id_used',
      dispatchId: first.kind === 'sent' && first.dispatch.id,
    });
    await world.run();
    expect(world.carrier.taken).toHaveLength(2);
  });

  it('dies at any of its calls: nothing happened, or it is sent', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const crash = crashAt(edge);
      await send(world, {}, watchPorts(world.ports, crash.watcher)).catch((error: unknown) =>
        expect(error).toBeInstanceOf(Crash),
      );
      if (crash.reached() === null) break;
      await world.run();
      expect(world.carrier.taken.length, crash.reached() ?? '').toBe(world.dispatches.all.size);
      expect(world.dispatches.remembered.size).toBe(world.dispatches.all.size);
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    }
  });
});

describe('canceling', () => {
  it('gives all back before anything went, and says how many', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    expect(await cancelDispatch(world.ports, dispatch, 'requested')).toMatchObject({ canceled: 3, gone: 0 });
    expect(await cancelDispatch(world.ports, dispatch, 'requested')).toMatchObject({ kind: 'wrong_state' });
    await world.run();
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(['dispatch.canceled']);
    const started = await ready(world);
    await startDispatch(world.ports, started, once);
    expect(await cancelDispatch(world.ports, started, 'requested')).toMatchObject({ canceled: 3, gone: 0 });
    expect(world.credits.balanceOf(owner)).toMatchObject({ held: 0, spent: 0 });
    await world.run();
    expect(world.carrier.submits).toEqual([]);
    expect(brokenPromises(world)).toEqual([]);
    expect(unfinished(world)).toEqual([]);
  });

  it('a confirmation in the last second stands against the sweeper that was about to expire it', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    world.clock.to(dispatch.confirmByMs ?? 0);
    const ports = meeting(world, 'before dispatches.fold', () => startDispatch(world.ports, dispatch, once));
    await sweepDispatch(ports, dispatch.id);
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'completed', totals: { delivered: 3 } });
  });

  it('a customer’s cancel that meets the start cancels what it started', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    const ports = meeting(world, 'before dispatches.move', () => startDispatch(world.ports, dispatch, once));
    expect(await cancelDispatch(ports, dispatch, 'requested')).toMatchObject({ kind: 'canceled', canceled: 3 });
    await world.run();
    expect(world.carrier.submits).toEqual([]);
    expect(world.credits.balanceOf(owner)).toMatchObject({ held: 0, spent: 0 });
  });

  it('dies at any of its calls: the fold or the sweeper finishes it', async () => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await ready(
        world,
        recipientsOf(4, (i) => i === 1),
      );
      await startDispatch(world.ports, dispatch, once);
      const crash = crashAt(edge);
      await cancelDispatch(watchPorts(world.ports, crash.watcher), dispatch, 'requested').catch((error: unknown) =>
        expect(error).toBeInstanceOf(Crash),
      );
      if (crash.reached() === null) break;
      const asked = world.dispatch(dispatch.id).state !== 'sending';
      await world.run();
      expect(world.dispatch(dispatch.id).state, crash.reached() ?? '').toBe(asked ? 'canceled' : 'completed');
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    }
  });
});
