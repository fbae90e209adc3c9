import { beforeEach, describe, expect, it } from 'vitest';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Message } from '../../../shared/domain/dispatches/dispatch.ts';
import type { FingerprintStore } from '../../../shared/domain/dispatches/fingerprint.ts';
import { firstMessage, listMessages } from '../../../shared/domain/dispatches/list-messages.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, optOutNumber, owner, type World } from '../../support/fakes/world.ts';

const [second, minute, day] = [1_000, 60_000, 86_400_000];
const block = 10;

let world: World;
beforeEach(() => {
  world = createWorld();
  world.tenants.duplicateBlockMinutes = block;
});

const saying = (over: Partial<Message> = {}, request: Partial<DispatchRequest> = {}): Partial<DispatchRequest> => ({
  ...request,
  message: { ...requestOf().message, text: 'Hello {{ name }}', ...over },
});

/** Sends to so many people and lets a minute pass. */
async function send(people = 1, over: Partial<DispatchRequest> = saying(), first = 0) {
  const { id } = await sending(world, recipientsOf(people, undefined, first), over);
  await world.runFor(minute);
  return id;
}
/** A dispatch to so many people whose batches wait to be sent. */
async function released(people = 1): Promise<DispatchId> {
  const { id } = await sending(world, recipientsOf(people), saying());
  for (const record of world.queues.due('wave')) await world.receive(record);
  return id;
}
const totals = (id: DispatchId) => world.dispatch(id).totals;
const isSkipped = (id: DispatchId) => totals(id).skippedBy.duplicate_content === totals(id).recipients;
const arrivals = () => world.carrier.taken.flatMap(({ batch }) => batch.messages);

async function finish(): Promise<void> {
  await world.runFor(8 * day);
  expect(brokenPromises(world).filter((broken) => !/ was taken \d+ times$/.test(broken))).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

describe('while claims take their time', () => {
  /** Sends what waits, and lets something happen once the first claim is made. */
  async function meanwhile(happens: () => void): Promise<DispatchId> {
    const id = await released(2);
    const ports = watchPorts(world.ports, (call, edge) => {
      if (call === 'fingerprints.claim' && edge === 'after') happens();
    });
    await sendBatch(ports, sendOf(id));
    expect(world.carrier.submits).toEqual([]);
    return id;
  }

  it('a tenant that is suspended sends nothing, and its own claims do not hold it up once it is resumed', async () => {
    const id = await meanwhile(() => {
      world.tenants.suspended = true;
    });
    expect(await world.batch(id)).toMatchObject({ state: 'planned', page: null });
    await world.runFor(60 * minute);
    expect(world.carrier.submits).toEqual([]);
    world.tenants.suspended = false;
    await finish();
    expect(totals(id).delivered).toBe(2);
  });

  it('a sender number that is blocked sends nothing more', async () => {
    const id = await meanwhile(() => {
      world.tenants.approved = false;
    });
    await finish();
    expect(totals(id)).toMatchObject({ skippedBy: { sender_not_approved: 2 }, credits: { captured: 0, released: 2 } });
    world.tenants.approved = true;
    await send(2);
    expect(arrivals()).toHaveLength(2);
  });
});

describe('a repeat', () => {
  it('is skipped within the block, told by its reason and paid back; another’s recipients get it', async () => {
    await send(3);
    const again = await send(5);
    expect(totals(again)).toMatchObject({
      skippedBy: { duplicate_content: 3 },
      delivered: 2,
      credits: { released: 3, captured: 2 },
    });
    const { items } = await listMessages(
      { batches: world.batches, rows: world.files.rows },
      world.dispatch(again),
      { status: 'skipped', code: 'duplicate_content' },
      firstMessage,
      10,
      true,
    );
    expect(items).toHaveLength(3);
    for (const item of items) expect(item).toMatchObject({ status: 'skipped', reason: 'duplicate_content' });
    await finish();
  });

  it('goes once the block is over, counted from when the first one was taken, and begins another', async () => {
    const first = await released();
    world.carrier.fateOfCall = () => {
      world.clock.advance(15 * second); // it takes its time
      return 'accept';
    };
    await sendBatch(world.ports, sendOf(first));
    world.carrier.fateOfCall = () => 'accept';
    const { acceptedAtMs } = await world.batch(first);
    const [early, onTime] = [await released(), await released()];
    world.clock.to(acceptedAtMs + block * minute - 1);
    await sendBatch(world.ports, sendOf(early));
    world.clock.to(acceptedAtMs + block * minute);
    await sendBatch(world.ports, sendOf(onTime));
    await world.runFor(minute);
    expect(isSkipped(early)).toBe(true);
    expect(totals(onTime).delivered).toBe(1);
    expect(isSkipped(await send())).toBe(true);
    await finish();
  });

  const likeTheFirst: readonly (readonly [string, Partial<DispatchRequest>])[] = [
    ['text', saying({ text: 'Hello  {{ name }}' })],
    ['subject', saying({ type: 'lms', subject: 'Other' })],
    ['type', saying({ type: 'lms' })],
    ['sender', saying({ from: '0212349999' })],
    ['kind', saying({ type: 'auth', text: '인증 {{ name }}' })],
    ['campaign’s kind', saying({}, { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' })],
  ];
  it.each(likeTheFirst)('of another %s is none', async (_, other) => {
    await send();
    await send(1, saying({ type: 'lms', subject: 'Subject' }));
    await send(1, saying({ text: '인증 {{ name }}' }));
    const id = await send(1, other);
    expect(totals(id).delivered).toBe(1);
    expect(isSkipped(await send(1, other))).toBe(true);
  });

  it('is one by what people read: of other templates and values, and of characters that are replaced', async () => {
    world.tenants.characters = 'swap';
    await send(1, saying({ text: '₩ Kim' }));
    expect(isSkipped(await send(1, saying({ text: '￦ {{ name }}' })))).toBe(true);
    expect(isSkipped(await send(1, saying({ text: '￦ 가'.normalize('NFD') })))).toBe(false);
    expect(isSkipped(await send(1, saying({ text: '￦ 가' })))).toBe(true);
  });

  it('of an advertisement is one, though the same text as a notice is none', async () => {
    world.optOutNumbers.push({ number: optOutNumber, businessName: '봉수상점' });
    const text = '(광고)봉수상점\nHello\n무료수신거부 0801234567';
    const advertisement = { optOutNumber: null, addParts: false };
    expect(totals(await send(1, saying({ text, advertisement }))).delivered).toBe(1);
    expect(isSkipped(await send(1, saying({ text, advertisement })))).toBe(true);
    expect(totals(await send(1, saying({ text }))).delivered).toBe(1);
  });

  it('of a test send goes, and counts for nobody', async () => {
    const test = saying({}, { purpose: 'test', campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
    for (let i = 0; i < 3; i++) expect(totals(await send(1, test)).delivered).toBe(1);
    expect(totals(await send(1, saying({}, { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' }))).delivered).toBe(1);
    expect(world.fingerprints.claims).toBe(1);
  });

  it('is judged by the rule that its dispatch was created under', async () => {
    await send();
    const under = await released();
    world.tenants.duplicateBlockMinutes = 0;
    const free = await send();
    expect(isSkipped(under)).toBe(true);
    expect(totals(free).delivered).toBe(1);
  });
});

describe('what never went', () => {
  it.each(['refuse', 'throttled', 'account_error', 'connection_refused'] as const)(
    'because of a carrier’s `%s` keeps nobody else from sending it',
    async (fate) => {
      world.carrier.fateOfCall = () => fate;
      const { id } = await sending(world, recipientsOf(2), saying());
      await world.runFor(500);
      expect(world.carrier.submits.length).toBeGreaterThan(0);
      world.carrier.fateOfCall = () => 'accept';
      if (fate !== 'refuse') await cancelDispatch(world.ports, world.dispatch(id), 'requested');
      await world.runFor(2 * minute); // the account is paused for one
      const again = await send(2);
      expect(totals(again).delivered).toBe(2);
      expect(arrivals()).toHaveLength(2);
      await finish();
    },
  );

  it('because it waits after all goes later, unless the other one did', async () => {
    world.carrier.fateOfCall = () => 'throttled';
    const { id } = await sending(world, recipientsOf(2), saying());
    await world.runFor(500);
    world.carrier.fateOfCall = () => 'accept';
    const again = await released();
    await sendBatch(world.ports, sendOf(again));
    await world.runFor(5 * minute);
    expect(totals(again).delivered).toBe(1);
    expect(totals(id)).toMatchObject({ delivered: 1, skippedBy: { duplicate_content: 1 } });
    await finish();
  });

  it('but comes again at that moment is not overtaken', async () => {
    world.carrier.fateOfCall = () => 'throttled';
    const [first, again] = [await released(), await released()];
    await sendBatch(world.ports, sendOf(first));
    world.carrier.fateOfCall = () => 'accept';
    let looks = 0;
    const looking = watchPorts(world.ports, async (call, edge, { args }) => {
      if (call !== 'batches.read' || edge !== 'after' || args[0] !== first || looks++ > 0) return;
      await sendBatch(world.ports, sendOf(first));
    });
    await sendBatch(looking, sendOf(again));
    expect(looks).toBe(2);
    expect(arrivals()).toHaveLength(1);
    await world.runFor(minute);
    expect(totals(first).delivered).toBe(1);
    expect(isSkipped(again)).toBe(true);
    await finish();
  });

  it('because its recipient opted out meanwhile counts for nobody', async () => {
    world.rules.informationalToOptedOut = 'exclude';
    world.carrier.fateOfCall = () => 'throttled';
    const first = await sending(world, recipientsOf(2), saying());
    await world.runFor(500);
    world.carrier.fateOfCall = () => 'accept';
    const change = (optedOut: boolean) =>
      world.permissions.change(owner, '821020000001', { source: 'api', optedOut }, world.clock.now());
    await change(true);
    await world.runFor(2 * minute);
    expect(totals(first.id)).toMatchObject({ delivered: 1, skippedBy: { opted_out: 1 } });
    await change(false);
    const again = await send(2);
    expect(totals(again)).toMatchObject({ delivered: 1, skippedBy: { duplicate_content: 1 } });
  });
});

describe('what may have gone', () => {
  it.each(['taken_then_timeout', 'dropped_before'] as const)('after `%s` holds a repeat back', async (fate) => {
    world.carrier.fateOfCall = () => fate;
    await send();
    world.carrier.fateOfCall = () => 'accept';
    expect(isSkipped(await send())).toBe(true);
    await world.runFor(block * minute);
    expect(totals(await send()).delivered).toBe(1);
  });

  it('and is not decided yet is waited for: the equal batch goes if it does not', async () => {
    const [first, again] = [await released(), await released(2)];
    let waited = 0;
    world.carrier.fateOfCall = () => 'throttled';
    const calling = watchPorts(world.ports, async (call, edge) => {
      if (call !== 'carriers.submit' || edge !== 'before') return;
      await sendBatch(world.ports, sendOf(again));
      waited = (await world.batch(again)).state === 'planned' ? waited + 1 : waited;
    });
    await sendBatch(calling, sendOf(first));
    expect(waited).toBe(1);
    expect(totals(again).skippedBy).toEqual({});
    expect(world.carrier.submits).toHaveLength(1);
    await cancelDispatch(world.ports, world.dispatch(first), 'requested');
    world.carrier.fateOfCall = () => 'accept';
    await world.runFor(minute);
    expect(totals(again).delivered).toBe(2);
    await finish();
  });

  it('by a worker that died before its call is repeated by nobody, its own batch least of all', async () => {
    const id = await released(2);
    const dying = watchPorts(world.ports, (call) => {
      if (call === 'carriers.submit') throw new Crash();
    });
    await expect(sendBatch(dying, sendOf(id))).rejects.toThrow(Crash);
    expect((await world.batch(id)).state).toBe('submitting');
    const again = await released(2);
    await world.runFor(30 * second);
    expect(await world.batch(again)).toMatchObject({ state: 'planned', claim: expect.any(Number) }); // it waits for that
    await world.runFor(2 * minute);
    expect(isSkipped(again)).toBe(true);
    expect(arrivals()).toEqual([]);
    await finish();
  });
});

describe('a batch that is claimed again', () => {
  it('is in nobody’s way, least of all its own', async () => {
    let calls = 0;
    world.carrier.fateOfCall = () => (calls++ < 3 ? 'throttled' : 'accept');
    const { id } = await sending(world, recipientsOf(3), saying());
    await finish();
    expect(totals(id).delivered).toBe(3);
    expect(arrivals()).toHaveLength(3);
    expect(world.fingerprints.claims).toBe(12);
  });

  it('after a crash at any port call goes as a whole, once', async () => {
    const reachedCalls = new Set<string>();
    for (let n = 0; n < 200; n++) {
      world = createWorld();
      world.tenants.duplicateBlockMinutes = block;
      const id = await released(3);
      const { watcher, reached } = crashAt(n);
      const record = world.queues.due('send')[0]!;
      await world.receive(record, watchPorts(world.ports, watcher)).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      const crashed = reached();
      if (crashed === null) break;
      reachedCalls.add(crashed);
      await finish();
      const { delivered, skippedBy, failedBy } = totals(id);
      expect(delivered + (failedBy.unresolved ?? 0), crashed).toBe(3);
      expect(skippedBy, crashed).toEqual({});
      expect(arrivals(), crashed).toHaveLength(delivered);
    }
    expect([...reachedCalls]).toContain('before fingerprints.claim');
    expect([...reachedCalls]).toContain('after fingerprints.claim');
  });
});

describe('claims', () => {
  it('cost nothing where the block is off', async () => {
    const callsOf = async (minutes: number) => {
      world = createWorld();
      world.tenants.duplicateBlockMinutes = minutes;
      const id = await released(700);
      const calls: Record<string, number> = {};
      const counted = watchPorts(world.ports, (call, edge) => {
        if (edge === 'before') calls[call] = (calls[call] ?? 0) + 1;
      });
      for (let n = 0; n < 2; n++) await sendBatch(counted, sendOf(id, n));
      return calls;
    };
    const [off, on] = [await callsOf(0), await callsOf(block)];
    expect(off['fingerprints.claim']).toBeUndefined();
    expect(on).toEqual({ ...off, 'fingerprints.claim': 700 });
  });

  it('read how another’s batch stands once, however many messages they share', async () => {
    await send(500);
    const id = await released(500);
    let reads = 0;
    const counted = watchPorts(world.ports, (call, edge) => {
      if (call === 'batches.read' && edge === 'before') reads++;
    });
    await sendBatch(counted, sendOf(id));
    expect(reads).toBe(2);
    await world.runFor(minute);
    expect(isSkipped(id)).toBe(true);
  });

  const withClaims = (claim: FingerprintStore['claim']) => ({ ...world.ports, fingerprints: { claim } });

  it.each<[string, () => FingerprintStore['claim']]>([
    [
      'slow',
      () =>
        async (...asked) => {
          world.clock.advance(200);
          return world.fingerprints.claim(...asked);
        },
    ],
    ['throttled', () => async () => 'busy'],
  ])('that are %s keep a batch from going only for now, and leave a carrier call its time', async (_, claims) => {
    const id = await released(200);
    const beganMs = world.clock.now();
    await sendBatch(withClaims(claims()), sendOf(id));
    expect(world.clock.now() - beganMs).toBeLessThan(25 * second);
    expect(world.carrier.submits).toEqual([]);
    expect(await world.batch(id)).toMatchObject({ state: 'planned', leaseUntilMs: 0 });
    await finish();
    expect(totals(id).delivered).toBe(200);
  });

  it('that break leave the batch planned, and its record to come again', async () => {
    const id = await released(200);
    let claims = 0;
    const broken = withClaims(async (...asked) => {
      if (claims++ === 20) throw new Error('no table');
      return world.fingerprints.claim(...asked);
    });
    await expect(sendBatch(broken, sendOf(id))).rejects.toThrow('no table');
    expect(claims).toBeLessThan(100);
    expect(await world.batch(id)).toMatchObject({ state: 'planned' });
    expect(world.carrier.submits).toEqual([]);
    await finish();
    expect(totals(id).delivered).toBe(200);
  });

  it('are made at most 25 at a time', async () => {
    const id = await released(200);
    let [running, most] = [0, 0];
    const counted = withClaims(async (...asked) => {
      most = Math.max(most, ++running);
      await new Promise((resume) => setImmediate(resume));
      running--;
      return world.fingerprints.claim(...asked);
    });
    await sendBatch(counted, sendOf(id));
    expect(most).toBe(25);
  });
});
