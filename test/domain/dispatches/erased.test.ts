import { beforeEach, describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { contradictions, explained } from '../../support/fakes/explained.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const day = 86_400_000;
const digitsOf = (i: number) => `8210${20_000_000 + i}`;
const ulidAt = (atMs: number, rest = 'A') => {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const time = Array.from({ length: 10 }, (_, i) => letters[Math.floor(atMs / 32 ** (9 - i)) % 32]).join('');
  return `${time}${rest.repeat(16)}`;
};

let world: World;
beforeEach(() => {
  world = createWorld();
});
const erase = (i: number) => world.erasures.put(owner, digitsOf(i), world.clock.now());
const reached = () => world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to.slice(1))).sort();
const others = (count: number, ...but: readonly number[]) =>
  Array.from({ length: count }, (_, i) => i)
    .filter((i) => !but.includes(i))
    .map(digitsOf);

async function finish(): Promise<void> {
  await world.runFor(8 * day);
  expect(brokenPromises(world)).toEqual([]);
  expect(unfinished(world)).toEqual([]);
  expect(world.queues.dead).toEqual([]);
}

describe('who is deleted before a dispatch is sent', () => {
  const kinds: readonly Partial<DispatchRequest>[] = [
    {},
    { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' },
    { purpose: 'test' },
    { purpose: 'notice' },
    { message: { ...requestOf().message, type: 'auth', text: '{{ name }} 인증번호' } },
  ];
  it.each(kinds)('is skipped, with the credits given back, whatever it is: %j', async (over) => {
    world.clock.advance(minute);
    const { id } = await sending(world, recipientsOf(4), {
      ...over,
      split: null,
      schedule: { atMs: world.clock.now() + 5 * minute },
    });
    world.clock.advance(minute);
    erase(2);
    await finish();
    expect(reached()).toEqual(others(4, 2));
    const { page } = await world.batch(id);
    expect(resultAt(page!, 2)).toMatchObject({ status: 'skipped', code: 'erased' });
    expect(world.dispatch(id).totals).toMatchObject({
      recipients: 4,
      skippedBy: { erased: 1 },
      delivered: 3,
      credits: { released: 1 },
    });
    for (const one of await explained(world, id)) expect(contradictions(one)).toEqual([]);
  });

  it('is reached by a dispatch that was made after the deletion', async () => {
    world.clock.advance(minute);
    erase(1);
    world.clock.advance(1);
    await sending(world, recipientsOf(3));
    await finish();
    expect(reached()).toEqual(others(3));
  });

  it('is another owner’s, or of the other mode: nothing changes', async () => {
    await sending(world, recipientsOf(3), { schedule: { atMs: world.clock.now() + 5 * minute } });
    world.erasures.put(`${owner}.test` as typeof owner, digitsOf(0), world.clock.now());
    world.erasures.put('ten_01HZZZZZZZZZZZZZZZZZZZZZZ0', digitsOf(1), world.clock.now());
    await finish();
    expect(reached()).toEqual(others(3));
  });

  it('is the only one of a batch: no call is made', async () => {
    const { id } = await sending(world, recipientsOf(1), { schedule: { atMs: world.clock.now() + 5 * minute } });
    erase(0);
    await finish();
    expect([reached(), world.dispatch(id).state]).toEqual([[], 'completed']);
  });

  it('is seen whenever the deletion was answered before the batch was submitting', async () => {
    const { id } = await sending(world, recipientsOf(2));
    const watched = watchPorts(world.ports, async (call, edge, { args }) => {
      const after = args[3] as { state?: string } | undefined;
      if (call === 'batches.change' && edge === 'before' && after?.state === 'submitting') erase(0);
    });
    await sendBatch(watched, sendOf(id));
    expect(reached()).toEqual([digitsOf(1)]);
  });

  it('cannot be told: nothing is offered, and the batch comes again', async () => {
    const { id } = await sending(world, recipientsOf(2));
    const broken = watchPorts(world.ports, (call) => {
      if (call === 'erasures.among') throw new Crash(call);
    });
    await expect(sendBatch(broken, sendOf(id))).rejects.toThrow(Crash);
    expect([reached(), (await world.batch(id)).state]).toEqual([[], 'planned']);
    erase(1);
    await finish();
    expect(reached()).toEqual([digitsOf(0)]);
  });

  it('and then the dispatch is canceled: canceled it is', async () => {
    const dispatch = await sending(world, recipientsOf(2), { schedule: { atMs: world.clock.now() + 60 * minute } });
    erase(0);
    await cancelDispatch(world.ports, world.dispatch(dispatch.id), 'requested');
    await finish();
    expect(world.dispatch(dispatch.id).totals).toMatchObject({ canceled: 2, skippedBy: {} });
  });
});

describe('who is deleted before a dispatch is prepared', () => {
  it('is left out, nothing of them is written, and nobody pays', async () => {
    const created = await createDispatch(world.ports, owner, requestOf(), { list: recipientsOf(3) }, null);
    if (created.kind !== 'created') throw new Error(created.kind);
    erase(1);
    await world.runFor(minute);
    const dispatch = world.dispatch(created.dispatch.id);
    expect(dispatch.prepared?.totals).toMatchObject({ sendable: 2, excluded: { erased: 1 }, credits: 2 });
    expect(await world.files.rows.excluded(dispatch, 0)).toEqual([[2, '', 'erased']]);
    await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
    await finish();
    expect(reached()).toEqual(others(3, 1));
  });

  it('is left out of every wave alike', async () => {
    world.clock.advance(minute);
    const created = await createDispatch(
      world.ports,
      owner,
      requestOf({ split: { count: 2, intervalMinutes: 10 } }),
      { list: recipientsOf(5) },
      null,
    );
    if (created.kind !== 'created') throw new Error(created.kind);
    erase(0);
    await world.runFor(minute);
    expect(world.dispatch(created.dispatch.id).prepared?.waveRows).toEqual([2, 2]);
  });

  it('is left out of what is made later from a list that is older than the deletion', async () => {
    world.clock.to(Date.parse('2026-11-21T03:00:00Z'));
    const uploadId = `upl_${ulidAt(world.clock.now())}` as const;
    const rows = [1, 2, 3].map((n) => [n + 1, digitsOf(n - 1), 'Kim'] as const);
    const list = world.files.keepList('old', rows);
    world.dispatches.uploads.set(uploadId, { status: 'ready', list } as never);
    world.clock.advance(minute);
    erase(1);
    world.clock.advance(minute);
    const created = await createDispatch(world.ports, owner, requestOf(), { uploadId }, null);
    if (created.kind !== 'created') throw new Error(created.kind);
    await world.runFor(minute);
    expect(world.dispatch(created.dispatch.id).prepared?.totals.excluded).toEqual({ erased: 1 });
  });
});

describe('rows that were blanked', () => {
  const blank = [3, ''] as const;
  it('of a list are left out as erased, and count', async () => {
    const rows = [[2, digitsOf(0), 'Kim'], blank, [4, digitsOf(2), 'Lee']] as const;
    const stored = world.files.keepList('blanked', rows, [[5, 'duplicate_number', 'phoneNumber', '']]);
    const created = await createDispatch(world.ports, owner, requestOf(), { stored }, null);
    if (created.kind !== 'created') throw new Error(created.kind);
    await world.runFor(minute);
    const dispatch = world.dispatch(created.dispatch.id);
    expect(dispatch.prepared?.totals).toMatchObject({
      recipients: 4,
      sendable: 2,
      excluded: { erased: 1, duplicate_number: 1 },
    });
  });

  it('of a batch are skipped though no deletion is noted any more', async () => {
    const { id } = await sending(world, recipientsOf(3));
    const rowsOf: typeof world.ports.rows.rowsOf = async (dispatch, batch) =>
      (await world.ports.rows.rowsOf(dispatch, batch)).map((row, i) => (i === 1 ? [row[0], ''] : row));
    await sendBatch({ ...world.ports, rows: { ...world.ports.rows, rowsOf } }, sendOf(id));
    expect(reached()).toEqual(others(3, 1));
    expect(resultAt((await world.batch(id)).page!, 1)).toMatchObject({ status: 'skipped', code: 'erased' });
    await finish();
  });
});
