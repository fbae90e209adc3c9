import { describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const day = 86_400_000;
const digitsOf = (i: number) => `8210${20_000_000 + i}`;
const optOut = (world: World, i: number, optedOut = true) =>
  world.permissions.change(owner, digitsOf(i), { source: 'api', optedOut }, world.clock.now());
const reached = (world: World): readonly string[] =>
  world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to.slice(1))).sort();

async function finish(world: World): Promise<void> {
  await world.runFor(8 * day);
  expect(brokenPromises(world)).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

/** A campaign for three people whose second one opts out while it is queued. */
async function withOneLess(world: World) {
  const { id } = await sending(world, recipientsOf(3), { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
  await optOut(world, 1);
  return id;
}

/** Works on its batch until just after (or before) a call, and dies. */
async function dyingAt(world: World, id: `dsp_${string}`, at: string, when: 'before' | 'after'): Promise<void> {
  let dead = false;
  const ports = watchPorts(world.ports, (call, edge) => {
    dead ||= call === at && edge === when;
    if (dead) throw new Crash();
  });
  await expect(sendBatch(ports, sendOf(id))).rejects.toThrow(Crash);
}

describe('who is left out of a batch', () => {
  it('is in no doubt when its worker dies in the call, and the call of the others is found', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    await dyingAt(world, id, 'carriers.submit', 'after');
    await finish(world);
    expect(reached(world)).toEqual([digitsOf(0), digitsOf(2)]);
    expect(world.dispatch(id).totals).toMatchObject({
      delivered: 2,
      skippedBy: { opted_out: 1 },
      failedBy: {},
      credits: { captured: 2, released: 1, refunded: 0 },
    });
  });

  it('is paid back when its worker dies before the call, which nobody took', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    await dyingAt(world, id, 'carriers.submit', 'before');
    await finish(world);
    expect(reached(world)).toEqual([]);
    expect(world.dispatch(id).totals).toMatchObject({
      skippedBy: { opted_out: 1 },
      failedBy: { unresolved: 2 },
      credits: { captured: 2, released: 1, refunded: 2 },
    });
  });

  it('stays so when the carrier wants the batch again later, even if they come back', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    world.carrier.fateOfCall = () => 'throttled';
    await sendBatch(world.ports, sendOf(id));
    world.carrier.fateOfCall = () => 'accept';
    await optOut(world, 1, false);
    await finish(world);
    expect(reached(world)).toEqual([digitsOf(0), digitsOf(2)]);
    expect(world.dispatch(id).totals).toMatchObject({ delivered: 2, skippedBy: { opted_out: 1 } });
  });

  it('stays so when the rest is canceled before the carrier takes it', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    world.carrier.fateOfCall = () => 'throttled';
    await sendBatch(world.ports, sendOf(id));
    await cancelDispatch(world.ports, world.dispatch(id), 'requested');
    await finish(world);
    expect(reached(world)).toEqual([]);
    expect(world.dispatch(id)).toMatchObject({
      state: 'canceled',
      totals: { canceled: 2, skippedBy: { opted_out: 1 }, credits: { held: 0, captured: 0, released: 3 } },
    });
  });

  it('stays so when the sender number goes before the batch comes again', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    world.carrier.fateOfCall = () => 'throttled';
    await sendBatch(world.ports, sendOf(id));
    world.tenants.approved = false;
    await finish(world);
    expect(world.dispatch(id).totals).toMatchObject({ skippedBy: { opted_out: 1, sender_not_approved: 2 } });
  });

  it('costs no batch when it cannot be written down: it is offered again', async () => {
    const world = createWorld();
    const id = await withOneLess(world);
    let refuses = true;
    const ports = watchPorts(world.ports, (call, edge, { args }) => {
      const { page } = (args[3] ?? {}) as { page?: unknown };
      if (call !== 'batches.change' || edge !== 'before' || !page || !refuses) return;
      refuses = false;
      throw new Error('busy');
    });
    await expect(sendBatch(ports, sendOf(id))).rejects.toThrow('busy');
    expect((await world.batch(id)).state).toBe('planned');
    await finish(world);
    expect(world.dispatch(id).totals).toMatchObject({ delivered: 2, skippedBy: { opted_out: 1 } });
  });

  it('costs a write only where somebody is', async () => {
    const world = createWorld();
    const { id } = await sending(world, recipientsOf(3), { message: requestOf().message });
    const states: string[] = [];
    const ports = watchPorts(world.ports, (call, edge, { args }) => {
      if (call === 'batches.change' && edge === 'before') states.push((args[3] as { state: string }).state);
    });
    await sendBatch(ports, sendOf(id));
    expect(states).toEqual(['claimed', 'submitting', 'recorded']);
  });
});
