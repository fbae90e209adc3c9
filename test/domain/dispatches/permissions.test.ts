import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const day = 86_400_000;

/** Digits of recipient `i` of `recipientsOf`. */
const digitsOf = (i: number) => `8210${20_000_000 + i}`;
const campaign: Partial<DispatchRequest> = { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' };

const optOut = (world: World, i: number) =>
  world.permissions.change(owner, digitsOf(i), { source: 'api', optedOut: true }, world.clock.now());
const consent = (world: World, i: number, marketing: boolean | null) =>
  world.permissions.change(owner, digitsOf(i), { source: 'api', marketing }, world.clock.now());

const reached = (world: World): readonly string[] =>
  world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to.slice(1))).sort();
const digits = (...of: readonly number[]) => of.map(digitsOf);

/** To its end, with everything that must hold then. */
async function finish(world: World): Promise<void> {
  await world.runFor(8 * day);
  expect(brokenPromises(world)).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

describe('the quote of a campaign', () => {
  it('leaves out who opted out or refused, and counts those of whom nothing is known', async () => {
    const world = createWorld();
    await optOut(world, 0);
    await consent(world, 1, false);
    await consent(world, 2, true);
    const { prepared } = await ready(world, recipientsOf(6), campaign);
    expect(prepared?.totals).toMatchObject({
      sendable: 4,
      excluded: { opted_out: 1, consent_denied: 1 },
      credits: 4,
      consentUnknown: 3,
    });
  });

  it('leaves out those of whom nothing is known too, if the tenant wants it so', async () => {
    const world = createWorld();
    world.rules.unknownConsent = 'exclude';
    await optOut(world, 0);
    await consent(world, 2, true);
    const { prepared } = await ready(world, recipientsOf(5), campaign);
    expect(prepared?.totals).toMatchObject({
      sendable: 1,
      excluded: { opted_out: 1, consent_denied: 3 },
      consentUnknown: 0,
    });
  });

  it('counts the same in waves', async () => {
    const world = createWorld();
    for (const i of [0, 5, 9]) await optOut(world, i);
    await consent(world, 1, true);
    const { prepared } = await ready(world, recipientsOf(10), {
      ...campaign,
      split: { count: 3, intervalMinutes: 10 },
    });
    expect(prepared).toMatchObject({
      waveRows: [3, 2, 2],
      totals: { sendable: 7, excluded: { opted_out: 3 }, consentUnknown: 6 },
    });
  });

  it('keeps the lease of a prepare that reads very many permissions', async () => {
    const world = createWorld();
    for (let i = 0; i < 3_000; i++) await optOut(world, 100 + i);
    let reads = 0;
    const { suppressed } = world.permissions;
    world.permissions.suppressed = async function* (of) {
      for await (const one of suppressed(of)) {
        if (++reads % 500 === 0) world.clock.advance(20_000);
        yield one;
      }
    };
    const { state, attempts } = await ready(world, recipientsOf(3), campaign);
    expect([state, attempts]).toEqual(['ready', 1]);
  });
});

describe('an opt-out before the batch is submitting', () => {
  const scheduled = (world: World, ms: number, over: Partial<DispatchRequest> = {}) =>
    sending(world, recipientsOf(3), { ...campaign, schedule: { atMs: world.clock.now() + ms }, ...over });

  it('means no arrival and released credits, of what is queued', async () => {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), campaign);
    expect(world.dispatch(id).totals.credits.held).toBe(3);
    await optOut(world, 1);
    await finish(world);
    expect(reached(world)).toEqual(digits(0, 2));
    expect(world.dispatch(id).totals).toMatchObject({
      skippedBy: { opted_out: 1 },
      credits: { captured: 2, released: 1 },
    });
  });

  it('means the same for a consent that is withdrawn', async () => {
    const world = createWorld();
    await consent(world, 0, true);
    const { id } = await sending(world, recipientsOf(3), campaign);
    await consent(world, 0, false);
    await finish(world);
    expect(reached(world)).toEqual(digits(1, 2));
    expect(world.dispatch(id).totals).toMatchObject({ skippedBy: { consent_denied: 1 }, credits: { released: 1 } });
  });

  it('means the same for what was scheduled weeks ago, and for a later wave', async () => {
    const world = createWorld();
    const { id } = await scheduled(world, 50 * day, { split: { count: 3, intervalMinutes: 60 } });
    await world.runFor(30 * day);
    await optOut(world, 0);
    await world.runFor(20 * day + 30 * minute);
    expect(reached(world)).toEqual([]);
    await optOut(world, 2);
    await finish(world);
    expect(reached(world)).toEqual(digits(1));
    expect(world.dispatch(id).totals).toMatchObject({
      skippedBy: { opted_out: 2 },
      credits: { captured: 1, released: 2 },
    });
  });

  it('means the same while the batch waits for room at its carrier', async () => {
    const world = createWorld();
    world.carrier.messagesPerSecond = 3;
    await sending(world, recipientsOf(3, undefined, 50), { message: { ...requestOf().message, text: 'first' } });
    await sending(world, recipientsOf(3), campaign);
    const ports = watchPorts(world.ports, async (call) => {
      if (call === 'accounts.admit') await optOut(world, 0);
    });
    for (const record of world.queues.due()) await world.receive(record, ports);
    await finish(world);
    expect(reached(world)).toEqual([...digits(1, 2), ...digits(50, 51, 52)]);
  });

  it('counts up to the very write that says so', async () => {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), campaign);
    const ports = watchPorts(world.ports, async (call, edge, { args }) => {
      const { state } = (args[3] ?? {}) as { state?: string };
      if (call === 'batches.change' && edge === 'before' && state === 'submitting') await optOut(world, 2);
    });
    await sendBatch(ports, sendOf(id));
    await finish(world);
    expect(reached(world)).toEqual(digits(0, 1));
  });

  it('of all rows of a batch calls no carrier and gives its room back', async () => {
    const world = createWorld();
    world.carrier.messagesPerSecond = 10;
    const { id } = await sending(world, recipientsOf(3), campaign);
    for (const i of [0, 1, 2]) await optOut(world, i);
    await sendBatch(world.ports, sendOf(id));
    expect(world.carrier.submits).toEqual([]);
    expect((await world.ports.accounts.read(world.carrier.name)).permits).toEqual([]);
    expect((await world.batch(id)).state).toBe('recorded');
    await finish(world);
    expect(world.dispatch(id)).toMatchObject({
      state: 'completed',
      totals: { skippedBy: { opted_out: 3 }, credits: { held: 0, captured: 0, released: 3 } },
    });
  });

  it('skips the right rows beside those that were skipped for their text', async () => {
    const world = createWorld();
    const long = '가'.repeat(45);
    const recipients = recipientsOf(4).map((one, i) => ({
      ...one,
      variables: { name: i === 1 ? `${long}${long}` : long },
    }));
    const { id } = await sending(world, recipients, campaign);
    await optOut(world, 3);
    await finish(world);
    const statuses: unknown[] = [];
    for (const { page, rows } of await world.batchesOf(id)) {
      for (let row = 0; row < rows; row++) statuses.push(page && resultAt(page, row));
    }
    expect(statuses.filter((one) => (one as { code: string }).code === 'opted_out')).toHaveLength(1);
    expect(reached(world)).toEqual(digits(0, 1, 2));
  });
});

describe('who is not asked', () => {
  it('are recipients of what is no advertising, without a read', async () => {
    const world = createWorld();
    await optOut(world, 0);
    await consent(world, 1, false);
    const before = world.permissions.reads;
    await sending(world, recipientsOf(3));
    const message = { ...requestOf().message, text: '{{ name }} again' };
    await sendMessages(world.ports, owner, requestOf({ confirm: 'auto', message }), recipientsOf(1), null);
    await finish(world);
    expect(world.permissions.reads).toBe(before);
    expect(reached(world)).toEqual(digits(0, 0, 1, 2));
  });

  it('are those of test sends and of what somebody waits for at a log-in', async () => {
    const world = createWorld();
    world.rules.informationalToOptedOut = 'exclude';
    world.rules.unknownConsent = 'exclude';
    await optOut(world, 0);
    const before = world.permissions.reads;
    const auth = { ...requestOf().message, type: 'auth' as const, text: '인증번호 {{ name }}' };
    const test = requestOf({ ...campaign, purpose: 'test', confirm: 'auto' });
    const sent = [
      await sendMessages(world.ports, owner, test, recipientsOf(1), null),
      await sendMessages(world.ports, owner, requestOf({ confirm: 'auto', message: auth }), recipientsOf(1), null),
    ];
    expect(sent.map(({ kind }) => kind)).toEqual(['sent', 'sent']);
    await finish(world);
    expect(reached(world)).toEqual(digits(0, 0));
    expect(world.permissions.reads).toBe(before);
  });
});

describe('a tenant that sends nothing at all to who opted out', () => {
  it('leaves them out of every way to send, but not those who only refused advertising', async () => {
    const world = createWorld();
    world.rules.informationalToOptedOut = 'exclude';
    await optOut(world, 0);
    await consent(world, 1, false);
    const { prepared } = await ready(world, recipientsOf(3));
    expect(prepared?.totals).toMatchObject({ sendable: 2, excluded: { opted_out: 1 }, consentUnknown: 0 });
    const sent = await sendMessages(world.ports, owner, requestOf({ confirm: 'auto' }), recipientsOf(3), null);
    expect(sent.kind === 'sent' && sent.messages.map(({ status, reason }) => [status, reason])).toEqual([
      ['skipped', 'opted_out'],
      ['planned', null],
      ['planned', null],
    ]);
    await optOut(world, 2);
    await finish(world);
    expect(reached(world)).toEqual(digits(1));
  });

  it('keeps to the rule that a dispatch was created under', async () => {
    const world = createWorld();
    const kept = await sending(world, recipientsOf(2));
    world.rules.informationalToOptedOut = 'exclude';
    await optOut(world, 0);
    await finish(world);
    expect(world.dispatch(kept.id).totals).toMatchObject({ skippedBy: {} });
    expect(reached(world)).toEqual(digits(0, 1));
  });
});

describe('permissions that cannot be read', () => {
  it('keep a batch from its carrier, which it goes to later', async () => {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), campaign);
    await optOut(world, 1);
    const broken = {
      ...world.ports,
      permissions: { ...world.permissions, readMany: () => Promise.reject(new Error('no')) },
    };
    await expect(sendBatch(broken, sendOf(id))).rejects.toThrow('no');
    expect((await world.batch(id)).state).toBe('planned');
    expect(world.carrier.submits).toEqual([]);
    await finish(world);
    expect(reached(world)).toEqual(digits(0, 2));
  });

  it('keep a batch that was canceled meanwhile canceled', async () => {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), campaign);
    const readMany = async () => {
      await cancelDispatch({ ...world.ports }, world.dispatch(id), 'requested');
      throw new Error('no');
    };
    await expect(
      sendBatch({ ...world.ports, permissions: { ...world.permissions, readMany } }, sendOf(id)),
    ).rejects.toThrow();
    expect((await world.batch(id)).state).toBe('canceled');
    await finish(world);
    expect(world.dispatch(id)).toMatchObject({ state: 'canceled', totals: { credits: { released: 3 } } });
  });
});

it('a worker that dies anywhere leaves nobody reached who had opted out', async () => {
  for (let n = 0; ; n++) {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), campaign);
    await optOut(world, 0);
    const { watcher, reached: edge } = crashAt(n);
    await sendBatch(watchPorts(world.ports, watcher), sendOf(id)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    await finish(world);
    expect(reached(world), `dead at ${edge()}`).not.toContain(digitsOf(0));
    if (edge() === null) return;
  }
});
