import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { sendBatch, UnknownBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { settleDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import type { CallFate } from '../../support/fakes/carrier.ts';
import { arrivals, brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { queueSettings } from '../../support/fakes/queues.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, type PipelinePorts, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Puts the only batch of a dispatch into a state, as if that had happened. */
async function putBatch(world: World, dispatch: Dispatch, over: Partial<Batch>): Promise<Batch> {
  const batch = { ...(await world.batch(dispatch.id)), ...over };
  await world.batches.write(dispatch.id, dispatch.prepared?.attempt ?? '', [batch], 0);
  return batch;
}
const statusesOf = async (world: World, dispatch: Dispatch) => {
  const { page, rows } = await world.batch(dispatch.id);
  return Array.from({ length: rows }, (_, row) => (page ? resultAt(page, row).status : null));
};
const queuedOf = (world: World, queue: string) => world.queues.records.filter((one) => one.work.queue === queue);

describe('a record for a batch in every state', () => {
  const now = createWorld().clock.now();
  const leased = { leaseUntilMs: now + 30_000 };
  const lapsed = { leaseUntilMs: now - 1 };
  const sent = { submittingAtMs: now - minute };
  type Row = readonly [batch: Partial<Batch>, dispatch: Dispatch['state'], after: Batch['state'], submits: number];
  const situations: readonly Row[] = [
    [{ state: 'planned' }, 'sending', 'recorded', 1],
    [{ state: 'planned' }, 'canceling', 'canceled', 0],
    [{ state: 'planned' }, 'completed', 'planned', 0],
    [{ state: 'planned' }, 'canceled', 'planned', 0],
    [{ state: 'planned' }, 'failed', 'planned', 0],
    [{ state: 'claimed', claim: 1, ...leased }, 'sending', 'claimed', 0],
    [{ state: 'claimed', claim: 1, ...leased }, 'canceling', 'claimed', 0],
    [{ state: 'claimed', claim: 1, ...lapsed }, 'sending', 'recorded', 1],
    [{ state: 'claimed', claim: 1, ...lapsed }, 'canceling', 'canceled', 0],
    [{ state: 'submitting', claim: 1, ...leased, ...sent }, 'sending', 'submitting', 0],
    [{ state: 'submitting', claim: 1, ...leased, ...sent }, 'canceling', 'submitting', 0],
    [{ state: 'submitting', claim: 1, ...lapsed, ...sent }, 'sending', 'recorded', 0],
    [{ state: 'submitting', claim: 1, ...lapsed, ...sent }, 'canceling', 'recorded', 0],
    [{ state: 'recorded', claim: 1, ...sent }, 'sending', 'recorded', 0],
    [{ state: 'recorded', claim: 1, ...sent }, 'canceling', 'recorded', 0],
    [{ state: 'canceled' }, 'canceling', 'canceled', 0],
    [{ state: 'canceled' }, 'sending', 'canceled', 0],
  ];
  it.each(situations)('%o of a %s dispatch becomes %s after %i submits', async (before, state, after, submits) => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.dispatches.seed({ ...dispatch, state });
    await putBatch(world, dispatch, before);
    await sendBatch(world.ports, sendOf(dispatch.id));
    expect((await world.batch(dispatch.id)).state).toBe(after);
    expect(world.carrier.submits).toHaveLength(submits);
  });

  it('fails for a batch or dispatch that never was, so that somebody looks at it', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await expect(sendBatch(world.ports, sendOf(dispatch.id, 7))).rejects.toThrow(UnknownBatch);
    await expect(sendBatch(world.ports, sendOf('dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ'))).rejects.toThrow(UnknownBatch);
  });
});

describe('what the carrier answers', () => {
  const answers: readonly (readonly [CallFate, Batch['state'], string | null, number])[] = [
    ['accept', 'recorded', 'submitted', 1],
    ['refuse', 'recorded', 'refused', 0],
    ['taken_then_timeout', 'recorded', 'unclear', 1],
    ['taken_then_dropped', 'recorded', 'unclear', 1],
    ['dropped_before', 'recorded', 'unclear', 0],
    ['account_error', 'planned', null, 0],
    ['throttled', 'planned', null, 0],
    ['unavailable', 'planned', null, 0],
    ['connection_refused', 'planned', null, 0],
  ];
  it.each(answers)('%s leaves the batch %s and its rows %s', async (fate, state, status, taken) => {
    const world = createWorld();
    world.carrier.fateOfCall = () => fate;
    const dispatch = await sending(world);
    await sendBatch(world.ports, sendOf(dispatch.id));
    expect((await world.batch(dispatch.id)).state).toBe(state);
    expect(await statusesOf(world, dispatch)).toEqual([status, status, status]);
    expect(world.carrier.taken).toHaveLength(taken);
  });

  it.each(answers)('%s, and the same again once faults stopped: sent at most once, and nobody lost', async (fate) => {
    const world = createWorld();
    let calls = 0;
    world.carrier.fateOfCall = () => (calls++ === 0 ? fate : 'accept');
    const dispatch = await sending(world);
    await world.run();
    expect(brokenPromises(world)).toEqual([]);
    expect(unfinished(world)).toEqual([]);
    const { totals } = world.dispatch(dispatch.id);
    const lost = fate === 'refuse' || fate === 'dropped_before';
    expect(totals.delivered).toBe(lost ? 0 : 3);
    expect(totals.failedBy).toEqual(fate === 'refuse' ? { content: 3 } : lost ? { unresolved: 3 } : {});
    expect(world.credits.balanceOf(dispatch.owner).spent).toBe(lost ? 0 : 3);
    expect([...arrivals(world).values()]).toEqual(lost ? [] : [1, 1, 1]);
  });

  it('waits as long as the carrier asks for, with a new record, and lets the old one go', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'throttled';
    world.carrier.retryAfterSeconds = 120;
    const dispatch = await sending(world);
    for (const record of world.queues.due()) await world.receive(record);
    const [again, ...others] = queuedOf(world, 'send');
    expect(others).toEqual([]);
    expect(again?.visibleAtMs).toBeGreaterThanOrEqual(world.clock.now() + 120_000);
    expect(again?.receives).toBe(0);
    expect((await world.batch(dispatch.id)).page).toBeNull();
  });

  it('pauses the account for its own trouble: an alarm, no call meanwhile, and no message fails', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'account_error';
    const first = await sending(world, recipientsOf(3), { message: { ...requestOf().message, text: 'first' } });
    const second = await sending(world, recipientsOf(3), { message: { ...requestOf().message, text: 'second' } });
    await sendBatch(world.ports, sendOf(first.id));
    await sendBatch(world.ports, sendOf(second.id));
    expect(world.carrier.submits).toHaveLength(1);
    expect(world.raised).toEqual(['carrierAccountPaused']);
    world.carrier.fateOfCall = () => 'accept';
    await world.run();
    for (const { id } of [first, second]) expect(world.dispatch(id).totals.delivered).toBe(3);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('an account that cannot even be paused costs nobody a message', async () => {
    const world = createWorld();
    let calls = 0;
    world.carrier.fateOfCall = () => (calls++ === 0 ? 'account_error' : 'accept');
    const dispatch = await sending(world);
    const unwritable = {
      ...world.ports,
      accounts: { ...world.ports.accounts, pause: () => Promise.reject(new Crash()) },
    };
    const [record] = queuedOf(world, 'send');
    await expect(world.receive(record!, unwritable)).rejects.toThrow(Crash);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });

  it('a long outage does not pile up records', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'connection_refused';
    const dispatch = await sending(world);
    await world.runFor(3 * hour);
    expect(queuedOf(world, 'send').length).toBeLessThanOrEqual(1);
    expect(world.queues.dead).toEqual([]);
    world.carrier.fateOfCall = () => 'accept';
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.taken).toHaveLength(1);
  });
});

describe('what is read directly before the call', () => {
  it('a sender number that lost its approval sends nothing, and the credits come back', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.tenants.approved = false;
    await world.run();
    expect(world.carrier.submits).toEqual([]);
    expect(world.dispatch(dispatch.id)).toMatchObject({
      state: 'completed',
      totals: { skippedBy: { sender_not_approved: 3 } },
    });
    expect(world.credits.balanceOf(dispatch.owner).spent).toBe(0);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('a suspended tenant sends nothing, for hours, without piling up records; a resumed one sends once', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.tenants.suspended = true;
    await world.runFor(5 * hour);
    expect(world.carrier.submits).toEqual([]);
    expect(queuedOf(world, 'send')).toEqual([]);
    world.tenants.suspended = false;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.submits).toHaveLength(1);
  });

  it('whether its tenant may send is asked once, last of all', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const calls: string[] = [];
    const ports = watchPorts(world.ports, (call, edge) => void (edge === 'before' && calls.push(call)));
    await sendBatch(ports, sendOf(dispatch.id));
    expect(calls.filter((call) => call === 'tenants.isSuspended')).toHaveLength(1);
    expect(calls.filter((call) => call === 'tenants.isApprovedSender')).toHaveLength(1);
    expect(calls[calls.findIndex((call) => call.endsWith('.submit')) - 1]).toBe('tenants.isSuspended');
  });

  it('whoever was suspended for a moment waits no longer than for anything else that stands still', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.tenants.suspended = true;
    await world.runFor(30_000);
    expect(queuedOf(world, 'send')).toEqual([]);
    world.tenants.suspended = false;
    await world.runFor(12 * 60_000);
    expect(world.carrier.submits).toHaveLength(1);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });

  it('whoever is suspended with its batch submitting sends nothing; once resumed it goes, once', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const ports = watchPorts(world.ports, (call, edge, { answer }) => {
      const isSubmitting = call === 'batches.change' && edge === 'after' && (answer as Batch).state === 'submitting';
      if (isSubmitting) world.tenants.suspended = true;
    });
    for (const record of world.queues.due('wave')) await world.receive(record);
    for (const record of world.queues.due('send')) await world.receive(record, ports);
    expect(world.tenants.suspended).toBe(true);
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'planned', leaseUntilMs: 0, page: null });
    await world.runFor(5 * hour);
    expect(world.carrier.submits).toEqual([]);
    expect(queuedOf(world, 'send')).toEqual([]);
    expect(world.dispatch(dispatch.id).totals).toMatchObject({ planned: 3, credits: { captured: 0 } });
    world.tenants.suspended = false;
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.submits).toHaveLength(1);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('a batch whose tenant cannot be read is planned again, and its record comes again', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const isSuspended = async () => {
      throw new Error('The table does not answer');
    };
    const ports = { ...world.ports, tenants: { ...world.ports.tenants, isSuspended } };
    await expect(sendBatch(ports, sendOf(dispatch.id))).rejects.toThrow('does not answer');
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'planned', leaseUntilMs: 0, page: null });
    expect(world.carrier.submits).toEqual([]);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.submits).toHaveLength(1);
  });
});

describe('a worker that dies at any of its calls', () => {
  const faults: readonly CallFate[] = ['accept', 'taken_then_timeout', 'refuse', 'account_error', 'throttled'];
  const ways = ['its record comes again', 'only the sweeper is left'] as const;
  it.each(faults.flatMap((fate) => ways.map((way) => [fate, way] as const)))('after %s: %s', async (fate, way) => {
    for (let edge = 0; ; edge++) {
      const world = createWorld();
      const dispatch = await sending(world);
      const crash = crashAt(edge);
      let calls = 0;
      world.carrier.fateOfCall = () => (calls++ === 0 ? fate : 'accept');
      const [record] = queuedOf(world, 'send');
      const work = world.receive(record!, watchPorts(world.ports, crash.watcher));
      await work.catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      if (crash.reached() === null) {
        expect(edge).toBeGreaterThan(10);
        break;
      }
      if (way === 'only the sweeper is left') world.queues.clear();
      await world.run();
      const where = `dies ${crash.reached()}`;
      expect(brokenPromises(world), where).toEqual([]);
      expect(unfinished(world), where).toEqual([]);
      // Whatever was taken is told as sent, whatever was not is not
      const { delivered, unknown } = world.dispatch(dispatch.id).totals;
      expect(delivered + unknown, where).toBe(arrivals(world).size);
    }
  });

  it('a batch that cannot be read ends in the dead-letter queue, where somebody sees it', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const broken: PipelinePorts = {
      ...world.ports,
      accounts: {
        ...world.ports.accounts,
        read: async (carrier) => {
          world.clock.advance(20); // a claim is made a little after its record was received
          return world.ports.accounts.read(carrier);
        },
      },
      rows: {
        ...world.ports.rows,
        rowsOf: async () => {
          throw new Error('the object has gone');
        },
      },
    };
    for (let tries = 0; tries <= queueSettings.send.receives; tries++) {
      const [record] = queuedOf(world, 'send');
      if (!record) break;
      world.clock.to(record.visibleAtMs);
      await world.receive(record, broken).catch(() => {});
    }
    expect(world.queues.dead.map(({ work }) => work)).toEqual([{ queue: 'send', body: sendOf(dispatch.id) }]);
    expect(world.carrier.submits).toEqual([]);
  });
});

describe('a worker that hangs and goes on after its time', () => {
  /** Runs `meanwhile` when the worker is about to make that call, and then lets it go on. */
  async function hangingAt(world: World, dispatch: Dispatch, at: string, meanwhile: () => Promise<void>) {
    let hung = false;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (hung || `${edge} ${call}` !== at) return;
      hung = true;
      await meanwhile();
    });
    await sendBatch(ports, sendOf(dispatch.id));
    expect(hung).toBe(true);
  }
  const takenOver = (world: World, dispatch: Dispatch) => async () => {
    world.clock.advance(61_000);
    await sendBatch(world.ports, sendOf(dispatch.id));
  };

  it('between claim and submit: the other sends, it does not', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await hangingAt(world, dispatch, 'before tenants.isApprovedSender', takenOver(world, dispatch));
    await world.run();
    expect(world.carrier.submits).toHaveLength(1);
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });

  it('between saying that it submits and submitting: nobody else does', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await hangingAt(world, dispatch, 'before carriers.submit', takenOver(world, dispatch));
    expect(world.carrier.submits).toHaveLength(1);
    expect(await statusesOf(world, dispatch)).toEqual(['submitted', 'submitted', 'submitted']);
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('a late answer that the carrier took it counts', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await hangingAt(world, dispatch, 'after carriers.submit', takenOver(world, dispatch));
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'recorded', carrierId: 'call-1' });
    expect(await statusesOf(world, dispatch)).toEqual(['submitted', 'submitted', 'submitted']);
  });

  it('a late answer that the carrier refused it counts: failed now, not unknown for three days', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'refuse';
    const dispatch = await sending(world);
    await hangingAt(world, dispatch, 'after carriers.submit', async () => {
      await takenOver(world, dispatch)();
      await settleDispatch(world.ports, dispatch.id, true);
    });
    await world.runFor(minute);
    const { totals } = world.dispatch(dispatch.id);
    expect(totals.failedBy).toEqual({ content: 3 });
    expect(totals.credits).toEqual({ held: 0, captured: 3, released: 0, refunded: 3 });
    expect(brokenPromises(world)).toEqual([]);
  });

  it('a late answer that the carrier did not take it sends nothing again', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'throttled';
    const dispatch = await sending(world);
    await hangingAt(world, dispatch, 'after carriers.submit', takenOver(world, dispatch));
    world.carrier.fateOfCall = () => 'accept';
    await world.run();
    expect(world.carrier.submits).toHaveLength(1);
    expect(world.dispatch(dispatch.id).totals.failedBy).toEqual({ unresolved: 3 });
    expect(world.credits.balanceOf(dispatch.owner).spent).toBe(0);
  });

  it('a batch that was canceled meanwhile stays canceled', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    world.tenants.approved = false;
    await hangingAt(world, dispatch, 'after tenants.isApprovedSender', async () => {
      world.clock.advance(61_000);
      await cancelDispatch(world.ports, dispatch, 'requested');
    });
    await world.run();
    expect(await world.batch(dispatch.id)).toMatchObject({ state: 'canceled', page: null });
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'canceled', totals: { canceled: 3 } });
    expect(brokenPromises(world)).toEqual([]);
  });
});

describe('a cancel in the middle', () => {
  /** Cancels at that edge of the first such call; answers what the customer is told. */
  async function canceledAt(world: World, dispatch: Dispatch, at: string) {
    let told: Awaited<ReturnType<typeof cancelDispatch>> | null = null;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (told === null && `${edge} ${call}` === at) told = await cancelDispatch(world.ports, dispatch, 'requested');
    });
    await sendBatch(ports, sendOf(dispatch.id));
    return told;
  }

  it('does not take a batch from a worker that has claimed it: that one goes out, and counts as gone', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    const told = await canceledAt(world, dispatch, 'before tenants.isApprovedSender');
    expect(told).toMatchObject({ kind: 'canceled', canceled: 0, gone: 3 });
    expect(world.carrier.submits).toHaveLength(1);
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'canceled', totals: { delivered: 3, canceled: 0 } });
  });

  it('is found by whoever puts a batch back: it is canceled at once, not queued', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'throttled';
    const dispatch = await sending(world);
    world.queues.clear();
    await canceledAt(world, dispatch, 'before carriers.submit');
    expect((await world.batch(dispatch.id)).state).toBe('canceled');
    expect(queuedOf(world, 'send')).toEqual([]);
  });

  const edges = ['before', 'after'] as const;
  const calls = [
    'dispatches.read',
    'batches.read',
    'rows.rowsOf',
    'batches.change',
    'carriers.submit',
    'accounts.take',
  ];
  const fates: readonly CallFate[] = ['accept', 'throttled', 'account_error', 'refuse', 'taken_then_timeout'];
  it.each(fates)('of a call that meets %s: each recipient is canceled or sent, and the sum is right', async (fate) => {
    for (const at of calls.flatMap((call) => edges.map((edge) => `${edge} ${call}`))) {
      for (const nth of [1, 2, 3]) {
        const world = createWorld();
        let first = true;
        world.carrier.fateOfCall = () => {
          const now = first ? fate : 'accept';
          first = false;
          return now;
        };
        const dispatch = await sending(world, recipientsOf(3));
        let seen = 0;
        const ports = watchPorts(world.ports, async (call, edge) => {
          if (`${edge} ${call}` === at && ++seen === nth) await cancelDispatch(world.ports, dispatch, 'requested');
        });
        await sendBatch(ports, sendOf(dispatch.id));
        await world.run();
        if (seen < nth) continue;
        const { state, totals } = world.dispatch(dispatch.id);
        expect(state, at).toBe('canceled');
        expect(brokenPromises(world), at).toEqual([]);
        expect(unfinished(world), at).toEqual([]);
        expect(totals.delivered, at).toBe(arrivals(world).size);
        expect(world.carrier.submits.length, at).toBeLessThanOrEqual(1);
      }
    }
  });
});
