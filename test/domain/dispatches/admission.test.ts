import { describe, expect, it } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Permit } from '../../../shared/domain/carriers/carrier-account.ts';
import { roomWaitSeconds } from '../../../shared/domain/dispatches/admission.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import type { CallFate } from '../../support/fakes/carrier.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type PipelinePorts, type World } from '../../support/fakes/world.ts';
import { mostInASecond } from '../../support/sliding-window.ts';

const minute = 60_000;

/** A world whose carrier takes so many messages in any second. */
function limited(messagesPerSecond: number | null, options: Parameters<typeof createWorld>[0] = {}): World {
  const world = createWorld(options);
  world.carrier.messagesPerSecond = messagesPerSecond;
  return world;
}
const sends = (world: World) => world.queues.records.filter(({ work }) => work.queue === 'send');
const permitsOf = async (world: World): Promise<readonly Permit[]> => (await world.ports.accounts.read('fake')).permits;
const arrivalsOf = (world: World) =>
  world.carrier.taken.map(({ atMs, batch }) => ({ atMs, messages: batch.messages.length }));

/** Somebody else's call that takes up so much of the account for a while. */
async function occupy(world: World, messages: number, forMs: number): Promise<void> {
  const nowMs = world.clock.now();
  const permit = { id: 'other', holder: 'bulk:ten_other', messages, untilMs: nowMs + forMs };
  await world.ports.accounts.admit('fake', await world.ports.accounts.read('fake'), permit, nowMs);
}

/** Every call of a port that is made meanwhile. */
async function callsOf(world: World, work: (ports: PipelinePorts) => Promise<unknown>): Promise<readonly string[]> {
  const calls: string[] = [];
  await work(watchPorts(world.ports, (call, edge) => void (edge === 'before' && calls.push(call))));
  return calls;
}

describe('batches under a limit', () => {
  it('are so small that several fit into a second, whichever way they come', async () => {
    const world = limited(100);
    const { id } = await sending(world, recipientsOf(50));
    expect((await world.batchesOf(id)).map(({ rows }) => rows)).toEqual([22, 22, 6]);
    const sent = await sendMessages(world.ports, world.dispatch(id).owner, requestOf(), recipientsOf(30), null);
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    expect((await world.batchesOf(sent.dispatch.id)).map(({ rows }) => rows)).toEqual([22, 8]);
  });

  it('without one are as large as a call may be, and cost no look and no write more than one look at the account', async () => {
    const world = limited(null);
    const { id } = await sending(world, recipientsOf(501));
    expect((await world.batchesOf(id)).map(({ rows }) => rows)).toEqual([500, 1]);
    const calls = await callsOf(world, (ports) => sendBatch(ports, sendOf(id)));
    expect(calls.filter((call) => call.startsWith('accounts.'))).toEqual(['accounts.read', 'accounts.take']);
  });
});

describe('a batch that finds no room', () => {
  it('looks again for a while, then waits with a new record, unclaimed, and goes when there is', async () => {
    const world = limited(100);
    const dispatch = await sending(world, recipientsOf(22));
    await occupy(world, 69, 5_000);
    const calls = await callsOf(world, (ports) => sendBatch(ports, sendOf(dispatch.id)));
    expect(calls.filter((call) => call === 'patience.wait')).toHaveLength(9);
    expect(calls).not.toContain('batches.change');
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'planned', claim: 0 });
    expect(sends(world).map(({ work }) => work.body)).toContainEqual({ ...sendOf(dispatch.id), waits: 1 });
    await world.run();
    expect(world.carrier.taken).toHaveLength(1);
    expect(world.carrier.taken[0]?.atMs).toBeGreaterThanOrEqual(dispatch.createdAtMs + 5_000);
    expect(world.queues.dead).toEqual([]);
  });

  it('loses the race for the last room and waits, without a claim', async () => {
    const world = limited(100);
    const dispatch = await sending(world, recipientsOf(22));
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` === 'before accounts.admit') await occupy(world, 70, 5_000);
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'planned', claim: 0 });
    expect(world.carrier.submits).toEqual([]);
    expect(await permitsOf(world)).toHaveLength(1);
  });

  it('that loses race after race while there is room gives up its turn in the end', async () => {
    const world = limited(1_000);
    const dispatch = await sending(world, recipientsOf(1));
    let races = 0;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` !== 'before accounts.admit') return;
      races++;
      await occupy(world, 1, 5_000);
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(races).toBe(10);
    expect(world.carrier.submits).toEqual([]);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(1);
  });

  it('is not admitted by a look from before a pause', async () => {
    const world = limited(100);
    const dispatch = await sending(world, recipientsOf(22));
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` === 'before accounts.admit')
        await world.ports.accounts.pause('fake', world.clock.now() + 30_000, 'throttled');
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(world.carrier.submits).toEqual([]);
    await world.run();
    expect(world.carrier.taken[0]?.atMs).toBeGreaterThanOrEqual(dispatch.createdAtMs + 30_000);
  });

  it('waits for hours, if it must, without piling up records or a dead letter', async () => {
    const world = limited(100);
    const dispatch = await sending(world, recipientsOf(100));
    await occupy(world, 95, 3 * 3_600_000);
    for (let minutes = 0; minutes < 120; minutes += 10) {
      await world.runFor(600_000);
      // One for each of its five batches, and one more that the sweeper adds after an hour in which nothing moved
      expect(sends(world).length).toBeLessThanOrEqual(5 * (minutes < 60 ? 1 : 2));
    }
    expect(world.queues.dead).toEqual([]);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(100);
    expect(brokenPromises(world)).toEqual([]);
  });
});

describe('what happens while a batch waits for room', () => {
  it('its tenant is suspended: it is put down until the tenant is resumed, and looks for room no more', async () => {
    const world = limited(100);
    const dispatch = await sending(world, recipientsOf(20));
    await occupy(world, 100, 3_600_000);
    await world.runFor(minute);
    world.tenants.suspended = true;
    await world.runFor(10 * minute);
    expect(sends(world)).toEqual([]);
    await world.runFor(2 * 60 * minute);
    expect(sends(world)).toEqual([]);
    world.tenants.suspended = false;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(20);
    expect(brokenPromises(world)).toEqual([]);
  });

  const meanwhile: readonly (readonly [
    what: string,
    happens: (world: World, dispatch: Dispatch) => Promise<unknown>,
  ])[] = [
    ['its tenant is suspended', async ({ tenants }) => Object.assign(tenants, { suspended: true })],
    [
      'its dispatch is being canceled',
      async (world, { id }) => world.dispatches.seed({ ...world.dispatch(id), state: 'canceling' }),
    ],
  ];
  it.each(meanwhile)('%s: it is not sent, and takes no room', async (_, happens) => {
    const world = limited(100);
    const dispatch = await sending(world);
    await occupy(world, 100, 1_000);
    let looks = 0;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` === 'after patience.wait' && ++looks === 2) await happens(world, dispatch);
    });
    await sendBatch(ports, sendOf(dispatch.id));
    await world.runFor(2_000);
    expect(looks).toBeGreaterThan(2);
    expect(world.carrier.submits).toEqual([]);
    expect((await permitsOf(world)).filter(({ id }) => id !== 'other')).toEqual([]);
  });
});

describe('room that was taken', () => {
  type Row = readonly [fate: CallFate, held: 'not at all' | 'for a second' | 'to its deadline'];
  const rows: readonly Row[] = [
    ['accept', 'for a second'],
    ['refuse', 'for a second'],
    ['account_error', 'for a second'],
    ['throttled', 'for a second'],
    ['connection_refused', 'not at all'],
    ['taken_then_timeout', 'to its deadline'],
    ['taken_then_dropped', 'to its deadline'],
    ['dropped_before', 'to its deadline'],
  ];
  const endsAfterMs = { 'not at all': [], 'for a second': [1_100], 'to its deadline': [46_100] };
  it.each(rows)('by a call that meets %s is held %s', async (fate, held) => {
    const world = limited(100);
    world.carrier.fateOfCall = () => fate;
    const dispatch = await sending(world);
    await sendBatch(world.ports, sendOf(dispatch.id));
    const ends = (await permitsOf(world)).map(({ untilMs }) => untilMs - world.clock.now());
    expect(ends).toEqual(endsAfterMs[held]);
  });

  it('counts from before the call until a second after its answer, however slow the carrier is', async () => {
    const world = limited(100);
    const dispatch = await sending(world);
    const ports = watchPorts(world.ports, (call) => {
      if (call === 'carriers.submit') world.clock.advance(9_000);
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(await permitsOf(world)).toMatchObject([{ messages: 3, untilMs: world.clock.now() + 1_100 }]);
  });

  const meanwhile: readonly (readonly [
    what: string,
    happens: (world: World, dispatch: Dispatch) => Promise<unknown>,
  ])[] = [
    ['another worker was faster', (world, { id }) => sendBatch(world.ports, sendOf(id))],
    ['the dispatch was canceled', (world, dispatch) => cancelDispatch(world.ports, dispatch, 'requested')],
    ['its sender number is no longer approved', async ({ tenants }) => Object.assign(tenants, { approved: false })],
  ];
  it.each(meanwhile)('is given back at once when no call follows: %s', async (_, happens) => {
    const world = limited(100);
    const dispatch = await sending(world);
    let mine: readonly Permit[] = [];
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (`${edge} ${call}` !== 'after accounts.admit') return;
      mine = await permitsOf(world);
      await happens(world, dispatch);
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(mine).toHaveLength(1);
    expect((await permitsOf(world)).map(({ id }) => id)).not.toContain(mine[0]?.id);
  });

  it('by a worker that died holds others back until its deadline, and no longer', async () => {
    const world = limited(100);
    const dead = await sending(world, recipientsOf(22));
    const ports = watchPorts(world.ports, (call, edge) => {
      if (`${edge} ${call}` === 'before carriers.submit') throw new Crash('killed');
    });
    await expect(sendBatch(ports, sendOf(dead.id))).rejects.toThrow(Crash);
    world.carrier.messagesPerSecond = 30; // lowered meanwhile: nothing fits beside what the dead one holds
    const other = await sending(world, recipientsOf(6, undefined, 100), {
      message: { ...requestOf().message, text: 'other' },
    });
    await world.runFor(46_000);
    expect(world.carrier.submits).toEqual([]);
    await world.runFor(30_000);
    expect(world.carrier.submits.length).toBeGreaterThan(0);
    await world.run();
    expect(world.dispatch(other.id).totals.delivered).toBe(6);
    // Nobody knows whether the dead one called: it is never repeated, and resolved in the end
    expect(world.dispatch(dead.id).totals.failedBy).toEqual({ unresolved: 22 });
    expect(brokenPromises(world)).toEqual([]);
  });
});

describe('a worker that dies at any of its calls under a limit', () => {
  const fates: readonly CallFate[] = ['accept', 'taken_then_timeout', 'throttled', 'connection_refused'];
  it.each(fates)(
    'after %s: everybody is sent or told, no second is too full, and no room is lost for good',
    async (fate) => {
      for (let edge = 0; ; edge++) {
        const world = limited(10);
        const dispatch = await sending(world, recipientsOf(10));
        const crash = crashAt(edge);
        let calls = 0;
        world.carrier.fateOfCall = () => (calls++ === 0 ? fate : 'accept');
        const [record] = sends(world);
        await world
          .receive(record!, watchPorts(world.ports, crash.watcher))
          .catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
        if (crash.reached() === null) {
          expect(edge).toBeGreaterThan(14);
          return;
        }
        await world.run();
        const where = `dies ${crash.reached()}`;
        expect(brokenPromises(world), where).toEqual([]);
        expect(unfinished(world), where).toEqual([]);
        expect(mostInASecond(arrivalsOf(world)), where).toBeLessThanOrEqual(10);
        const { delivered, failedBy } = world.dispatch(dispatch.id).totals;
        expect(delivered + (failedBy.unresolved ?? 0), where).toBe(10);
        world.clock.advance(50_000);
        expect(
          (await permitsOf(world)).filter(({ untilMs }) => untilMs > world.clock.now()),
          where,
        ).toEqual([]);
      }
    },
  );
});

describe('a limit that was lowered', () => {
  it('lets a batch that is larger than it go alone, and never for ever wait', async () => {
    const world = limited(2_000);
    const dispatch = await sending(world, recipientsOf(900));
    expect((await world.batchesOf(dispatch.id)).map(({ rows }) => rows)).toEqual([450, 450]);
    world.carrier.messagesPerSecond = 100;
    const beforeMs = world.clock.now();
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(900);
    expect(arrivalsOf(world).map(({ messages }) => messages)).toEqual([450, 450]);
    expect(mostInASecond(arrivalsOf(world))).toBe(450);
    expect(world.carrier.taken[1]!.atMs - beforeMs).toBeLessThan(60_000);
  });
});

describe('how fast it goes', () => {
  const dispatchesOf = [1, 5, 40];
  it.each(dispatchesOf)('%i dispatches at once use more than half of the limit, without much ado', async (count) => {
    const world = limited(400, { seed: count });
    const beginMs = world.clock.now();
    world.carrier.fateOfCall = () => {
      world.clock.advance(world.random.below(50));
      return 'accept';
    };
    for (let i = 0; i < count; i++)
      await sending(world, recipientsOf(12_000 / count, undefined, 12_000 * i), {
        message: { ...requestOf().message, text: `{{ name }} ${i}` },
      });
    await world.run();
    const arrived = arrivalsOf(world);
    expect(arrived.reduce((sum, { messages }) => sum + messages, 0)).toBe(12_000);
    expect(mostInASecond(arrived)).toBeLessThanOrEqual(400);
    const tookMs = arrived.at(-1)!.atMs - beginMs;
    expect(12_000 / (tookMs / 1_000)).toBeGreaterThan(200);
    const records = world.queues.sent.filter(({ work }) => work.queue === 'send').length;
    expect(records / arrived.length).toBeLessThan(20);
  });

  it('a single message of somebody else, and the tenant’s own log-ins, go within seconds while many press', async () => {
    const world = limited(100, { seed: 7 });
    const other: OwnerId = 'ten_01HYYYYYYYYYYYYYYYYYYYYYYY';
    world.credits.grant(other, 100);
    await sending(world, recipientsOf(4_000));
    await world.runFor(10_000);
    for (let i = 0; i < 4; i++) {
      const atMs = world.clock.now();
      const request = requestOf({ message: { ...requestOf().message, text: `other ${i}` } });
      const sent = await sendMessages(world.ports, other, request, recipientsOf(1), null);
      expect(sent.kind).toBe('sent');
      const login = { ...requestOf().message, type: 'auth' as const, text: `auth ${i}` };
      const own = await sendMessages(world.ports, owner, requestOf({ message: login }), recipientsOf(1), null);
      expect(own.kind).toBe('sent');
      await world.runFor(5_000);
      for (const text of [`other ${i}`, `auth ${i}`]) {
        const call = world.carrier.taken.find(({ batch }) => batch.messages[0]?.text === text);
        expect(call?.atMs, text).toBeLessThan(atMs + 5_000);
      }
    }
    expect(mostInASecond(arrivalsOf(world))).toBeLessThanOrEqual(100);
  });

  it('many single messages of one tenant do not shut out another’s', async () => {
    const world = limited(20, { seed: 3 });
    const other: OwnerId = 'ten_01HYYYYYYYYYYYYYYYYYYYYYYY';
    world.credits.grant(other, 100);
    for (let i = 0; i < 200; i++)
      await sending(world, recipientsOf(1, undefined, i), { message: { ...requestOf().message, text: `flood ${i}` } });
    await world.runFor(5_000);
    const atMs = world.clock.now();
    await sendMessages(world.ports, other, requestOf(), recipientsOf(1), null);
    await world.runFor(5_000);
    const call = world.carrier.taken.find(({ batch }) => batch.messages[0]?.text === 'Kim hello');
    expect(call?.atMs).toBeLessThan(atMs + 5_000);
    expect(mostInASecond(arrivalsOf(world))).toBeLessThanOrEqual(20);
  });
});

describe('how long to stand back', () => {
  const waits: readonly (readonly [waits: number, from: number, to: number])[] = [
    [0, 1, 2],
    [5, 1, 5],
    [10, 1, 13],
    [20, 1, 60],
    [1_000_000, 1, 60],
  ];
  it.each(waits)('after %i waits: %i to %i s', (before, from, to) => {
    expect(roomWaitSeconds(before, { random: () => 0 })).toBe(from);
    expect(roomWaitSeconds(before, { random: () => 0.999_999 })).toBe(to);
  });
});
