import { beforeEach, describe, expect, it } from 'vitest';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { gatherMs } from '../../../shared/domain/erasures/erasure.ts';
import { mayBlank, type RowPlace } from '../../../shared/domain/erasures/may-blank.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
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

  it('while the dispatch is being made of the recipients that were given is left out', async () => {
    world.clock.advance(minute);
    const write: typeof world.ports.lists.write = async (place, recipients) => {
      world.clock.advance(100);
      erase(1);
      world.clock.advance(100);
      return world.ports.lists.write(place, recipients);
    };
    const ports = { ...world.ports, lists: { ...world.ports.lists, write } };
    const created = await createDispatch(ports, owner, requestOf({ confirm: 'auto' }), { list: recipientsOf(3) }, null);
    expect(created.kind).toBe('created');
    await finish();
    expect(reached()).toEqual(others(3, 1));
  });

  it('while a call that sends at once is answered is left out', async () => {
    world.clock.advance(minute);
    const isApprovedSender: typeof world.ports.tenants.isApprovedSender = async (...asked) => {
      world.clock.advance(100);
      erase(1);
      world.clock.advance(100);
      return world.ports.tenants.isApprovedSender(...asked);
    };
    const ports = { ...world.ports, tenants: { ...world.ports.tenants, isApprovedSender } };
    const sent = await sendMessages(ports, owner, requestOf({ confirm: 'auto' }), recipientsOf(3), null);
    expect(sent.kind).toBe('sent');
    await finish();
    expect(reached()).toEqual(others(3, 1));
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

/**
 * A dispatch that meets every fault while people in it are deleted, and their rows are blanked as soon as a pass may do
 * so: at any moment between two calls of the workers, as it would be from another process.
 */
async function lived(seed: number) {
  const random = createSeededRandom(seed);
  world = createWorld({ seed });
  world.carrier.messagesPerSecond = random.chance(0.5) ? 40 : null; // makes batches of a few
  const fates = ['accept', 'refuse', 'taken_then_timeout', 'dropped_before', 'throttled', 'unavailable'] as const;
  world.carrier.fateOfCall = () => (random.chance(0.4) ? fates[random.below(fates.length)]! : 'accept');
  const told = new Map(
    recipientsOf(30).map((_, i) => [`+${digitsOf(i)}`, random.chance(0.1) ? null : random.below(3 * 60 * minute)]),
  );
  world.carrier.fateOfMessage = (to) => {
    const afterMs = told.get(to) ?? null;
    return afterMs === null ? [] : [{ afterMs, status: 'delivered' }];
  };
  const deleted = new Map<number, number>();
  let isReady = false;
  const pass = async (id: DispatchId) => {
    const dispatch = world.dispatch(id);
    const gone = new Set<number>();
    for (const [i, atMs] of deleted) {
      if (world.clock.now() < atMs + gatherMs) continue;
      const places = await placesOf(dispatch, digitsOf(i));
      if (await mayBlank(world.batches, dispatch, places)) gone.add(Number(digitsOf(i)));
    }
    world.files.blank(dispatch, (number) => gone.has(number));
  };
  const placesOf = async (dispatch: Dispatch, digits: string) => {
    const places: RowPlace[] = [];
    for (const batch of await world.batchesOf(dispatch.id)) {
      const rows = await world.files.rows.rowsOf(dispatch, batch);
      rows.forEach(([, one], row) => {
        if (one === digits) places.push({ kind: 'b', block: batch.n, row });
      });
    }
    return places;
  };
  const { id } = await sending(world, recipientsOf(30), { split: { count: 2, intervalMinutes: 60 } });
  isReady = true;
  const rowsBefore = new Map<string, string>();
  for (const batch of await world.batchesOf(id)) {
    const rows = await world.files.rows.rowsOf(world.dispatch(id), batch);
    rows.forEach(([, digits], row) => {
      rowsBefore.set(`${batch.n}|${row}`, digits);
    });
  }
  const watched = watchPorts(world.ports, async (_call, _edge) => {
    if (!isReady) return;
    if (random.chance(0.02)) {
      const i = random.below(30);
      if (!deleted.has(i)) {
        erase(i);
        deleted.set(i, world.clock.now());
      }
    }
    if (random.chance(0.1)) await pass(id);
  });
  for (let steps = 0; steps < 400; steps++) {
    for (const record of world.queues.due()) await world.receive(record, watched).catch(() => {});
    await world.sweep(watched);
    await pass(id);
    const [next] = [world.queues.nextMs()];
    world.clock.to(Math.max(world.clock.now() + minute, Math.min(next ?? 0, world.clock.now() + 10 * minute)));
    // Of whoever is over, the note goes; the blank stays
    for (const [i, atMs] of deleted) {
      const isBlank = (await placesOf(world.dispatch(id), digitsOf(i))).length === 0;
      if (isBlank && world.clock.now() > atMs + 7 * 60 * minute) world.erasures.remove(owner, digitsOf(i));
    }
  }
  await finish();
  await pass(id);
  return { id, deleted, placesOf, rowsBefore, told };
}

describe('people who are deleted while their dispatch meets every fault', () => {
  it.each(Array.from({ length: 15 }, (_, i) => i + 1))('break none of its promises (seed %i)', async (seed) => {
    const { id, deleted, placesOf, rowsBefore, told } = await lived(seed);
    const dispatch = world.dispatch(id);
    expect(dispatch.settledAtMs).not.toBeNull();
    for (const [i, atMs] of deleted) {
      expect(await placesOf(dispatch, digitsOf(i))).toEqual([]);
      const late = world.carrier.taken.filter(
        (call) => call.atMs > atMs && call.batch.messages.some(({ to }) => to === `+${digitsOf(i)}`),
      );
      // A call that was about to be made in the moment of the deletion
      expect(late.every((call) => call.atMs - atMs < minute)).toBe(true);
    }
    // Whatever the carrier took and told is known, of the deleted and of everybody else
    const taken = new Set(world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to)));
    for (const batch of await world.batchesOf(id)) {
      for (let row = 0; row < batch.rows; row++) {
        const to = `+${rowsBefore.get(`${batch.n}|${row}`)}`;
        if (!taken.has(to)) continue;
        const status = batch.page && resultAt(batch.page, row).status;
        expect([to, status]).toEqual([to, told.get(to) === null ? 'no_report' : 'delivered']);
      }
    }
    expect(Object.keys(dispatch.totals.skippedBy).every((reason) => reason === 'erased')).toBe(true);
  });
});
