import { describe, expect, it } from 'vitest';
import type { UploadId } from '../../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch, type UploadFacts } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { prepareDispatch } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import { UnknownDispatch } from '../../../shared/domain/dispatches/settle-dispatch.ts';
import type { RecipientRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { ready, recipientsOf, recordOf, requestOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const minute = 60_000;
const hour = 60 * minute;
const uploadId: UploadId = 'upl_01HZZZZZZZZZZZZZZZZZZZZZZZ';
const rows: readonly RecipientRow[] = [2, 3, 4].map((row) => [row, `82102000000${row}`, 'Kim']);

async function created(world: World, over = {}, recipients = recipientsOf(3)): Promise<Dispatch> {
  const outcome = await createDispatch(world.ports, owner, requestOf(over), { list: recipients }, null);
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome.dispatch;
}
async function ofUpload(world: World, upload: UploadFacts, over = {}): Promise<Dispatch> {
  world.dispatches.uploads.set(uploadId, upload);
  const outcome = await createDispatch(world.ports, owner, requestOf(over), { uploadId }, null);
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome.dispatch;
}
const prepare = (world: World, { id }: Dispatch, ports = world.ports) => prepareDispatch(ports, { dispatchId: id });

/** Prepares, and does `meanwhile` at that edge of the first such call. */
async function preparingWith(world: World, dispatch: Dispatch, at: string, meanwhile: () => Promise<unknown>) {
  let met = false;
  const ports = watchPorts(world.ports, async (call, edge) => {
    if (met || `${edge} ${call}` !== at) return;
    met = true;
    await meanwhile();
  });
  await prepare(world, dispatch, ports);
  expect(met).toBe(true);
}

describe('creating a dispatch', () => {
  const nothing = (world: World) => {
    expect([...world.dispatches.all]).toEqual([]);
    expect(world.queues.records).toEqual([]);
    expect(world.dispatches.remembered.size).toBe(0);
    expect(world.credits.ledgerOf(owner)).toHaveLength(1);
  };
  const remember = () => recordOf('key');

  it.each([
    ['text', { text: '{{ name' }],
    ['subject', { type: 'sms' as const, subject: 'Hello' }],
    ['variable in the subject', { subject: '{{ name }' }],
  ])('refuses a bad %s and leaves nothing behind', async (_, message) => {
    const world = createWorld();
    const request = requestOf({ message: { ...requestOf().message, ...message } });
    const outcome = await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, remember);
    expect(outcome.kind).toBe('content');
    nothing(world);
  });

  it('refuses a sender number that was not approved', async () => {
    const world = createWorld();
    world.tenants.approved = false;
    const outcome = await createDispatch(world.ports, owner, requestOf(), { list: recipientsOf(1) }, remember);
    expect(outcome).toEqual({ kind: 'sender_not_approved' });
    nothing(world);
  });

  it.each(['rejected', 'expired'] as const)('refuses an upload that is %s', async (status) => {
    const world = createWorld();
    world.dispatches.uploads.set(uploadId, { status, list: null });
    const outcome = await createDispatch(world.ports, owner, requestOf(), { uploadId }, remember);
    expect(outcome).toEqual({ kind: 'upload_unusable', status });
    nothing(world);
  });

  it('refuses an upload that never was, and one that goes between the look and the write', async () => {
    const world = createWorld();
    expect(await createDispatch(world.ports, owner, requestOf(), { uploadId }, remember)).toEqual({
      kind: 'upload_not_found',
    });
    const uploads = { find: async () => ({ status: 'validating', list: null }) as const };
    const outcome = await createDispatch({ ...world.ports, uploads }, owner, requestOf(), { uploadId }, remember);
    expect(outcome.kind).toBe('upload_unusable');
    nothing(world);
  });

  it('an external id names its first dispatch for good; a repeated key makes nothing', async () => {
    const world = createWorld();
    const request = requestOf({ externalId: 'nov-1' });
    const first = await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, remember);
    const again = await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, remember);
    const other = await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, () => recordOf('other'));
    expect(again).toEqual({ kind: 'replayed' });
    expect(other).toEqual({ kind: 'external_id_used', dispatchId: first.kind === 'created' && first.dispatch.id });
    expect(world.dispatches.all.size).toBe(1);
  });

  it('whose record is lost is found by the sweeper', async () => {
    const world = createWorld();
    const dispatch = await created(world, { confirm: 'auto' });
    world.queues.clear();
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
  });
});

describe('waiting for an upload', () => {
  const validating: UploadFacts = { status: 'validating', list: null };

  it('goes on by itself once it is ready, and rows that it refused are skipped', async () => {
    const world = createWorld();
    const dispatch = await ofUpload(world, validating, { confirm: 'auto' });
    await world.runFor(10 * minute);
    expect(world.dispatch(dispatch.id).state).toBe('preparing');
    const list = world.files.keepList('upload', rows, [[5, 'invalid_number', 'phoneNumber', '010-12']]);
    world.dispatches.uploads.set(uploadId, { status: 'ready', list });
    await world.runFor(minute);
    const { totals } = world.dispatch(dispatch.id);
    expect(totals).toMatchObject({ recipients: 4, delivered: 3, skippedBy: { invalid_number: 1 } });
    expect(brokenPromises(world)).toEqual([]);
  });

  it('keeps one record waiting, however long it takes', async () => {
    const world = createWorld();
    await ofUpload(world, validating);
    await world.runFor(hour);
    expect(world.queues.records.length).toBeLessThanOrEqual(1);
  });

  it('goes on though its record is lost', async () => {
    const world = createWorld();
    const dispatch = await ofUpload(world, validating);
    await world.runFor(10 * minute);
    world.queues.clear();
    world.dispatches.uploads.set(uploadId, { status: 'ready', list: world.files.keepList('upload', rows) });
    await world.runFor(5 * minute);
    expect(world.dispatch(dispatch.id).state).toBe('ready');
  });

  it.each([
    ['rejected', 'upload_rejected'],
    ['expired', 'upload_expired'],
  ] as const)('ends when it is %s', async (status, code) => {
    const world = createWorld();
    const dispatch = await ofUpload(world, validating);
    world.dispatches.uploads.set(uploadId, { status, list: null });
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'failed', failure: { code }, nextCheckAtMs: null });
    expect(unfinished(world)).toEqual([]);
  });
});

describe('preparing', () => {
  it('fails for a dispatch that never was, and does nothing for one that is through', async () => {
    const world = createWorld();
    await expect(prepareDispatch(world.ports, { dispatchId: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).rejects.toThrow(
      UnknownDispatch,
    );
    const dispatch = await ready(world);
    await prepare(world, dispatch);
    expect(world.dispatch(dispatch.id)).toEqual(dispatch);
  });

  it('is not overtaken by the sweeper, which looks after it while it works', async () => {
    const world = createWorld();
    const dispatch = await created(world);
    world.clock.advance(59_000);
    await preparingWith(world, dispatch, 'before batches.write', async () => {
      world.clock.advance(50_000);
      await world.sweep();
    });
    expect(world.dispatch(dispatch.id).state).toBe('ready');
  });

  it('an attempt that lost its lease is nobody’s: the other’s quote and batches stand', async () => {
    const world = createWorld();
    const dispatch = await created(world, { confirm: 'auto' });
    for (const at of ['after batches.write', 'before batches.write']) {
      await preparingWith(world, dispatch, at, async () => {
        world.clock.advance(61_000);
        await prepare(world, dispatch);
      }).catch(() => {});
    }
    await world.run();
    expect(world.dispatch(dispatch.id).totals.delivered).toBe(3);
    expect(world.carrier.submits).toHaveLength(1);
    expect(brokenPromises(world)).toEqual([]);
  });

  it('a second record while the lease holds does nothing', async () => {
    const world = createWorld();
    const dispatch = await created(world);
    await preparingWith(world, dispatch, 'before batches.write', () => prepare(world, dispatch));
    expect(world.files.closed).toHaveLength(1);
    expect(world.dispatch(dispatch.id).state).toBe('ready');
  });

  it.each(['after dispatches.move', 'before batches.write', 'after batches.write', 'before dispatches.start'])(
    'a cancel %s ends it for good',
    async (at) => {
      const world = createWorld();
      const dispatch = await created(world, { confirm: 'auto' });
      await preparingWith(world, dispatch, at, () =>
        cancelDispatch(world.ports, world.dispatch(dispatch.id), 'requested'),
      );
      await world.run();
      expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'canceled', totals: { canceled: 3, planned: 0 } });
      expect(world.credits.holdOf(dispatch.id)).toBeNull();
      expect(world.carrier.submits).toEqual([]);
    },
  );

  it('dies at any of its calls: its record or the sweeper goes on, and it is sent once', async () => {
    for (const lost of [false, true]) {
      for (let edge = 0; ; edge++) {
        const world = createWorld();
        await created(world, { confirm: 'auto' });
        const crash = crashAt(edge);
        const [record] = world.queues.due();
        await world.receive(record!, watchPorts(world.ports, crash.watcher)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Crash);
        });
        if (crash.reached() === null) {
          expect(edge).toBeGreaterThan(20);
          break;
        }
        if (lost) world.queues.clear();
        await world.run();
        const where = `dies ${crash.reached()}`;
        expect(brokenPromises(world), where).toEqual([]);
        expect(unfinished(world), where).toEqual([]);
        expect([...world.dispatches.all.values()][0]?.totals.delivered, where).toBe(3);
      }
    }
  });

  it('one whose every attempt dies has failed after five, with nothing held', async () => {
    const world = createWorld();
    const dispatch = await created(world);
    const dying = watchPorts(world.ports, async (call) => {
      if (call === 'batches.write') throw new Crash();
    });
    for (let tries = 0; tries < 5; tries++) {
      await expect(prepare(world, dispatch, dying)).rejects.toThrow(Crash);
      expect(world.dispatch(dispatch.id).state).toBe('preparing');
      world.clock.advance(2 * minute);
    }
    await prepare(world, dispatch, dying);
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'failed', failure: { code: 'too_many_attempts' } });
    expect(world.credits.balanceOf(owner).held).toBe(0);
    await world.run();
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(['dispatch.failed']);
    expect(unfinished(world)).toEqual([]);
  });

  it('an automatic one that falls short has failed, with nothing held', async () => {
    const world = createWorld({ credits: 2 });
    const dispatch = await created(world, { confirm: 'auto' });
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'insufficient_credits' },
      totals: { canceled: 3, planned: 0, open: 0 },
    });
    expect(world.credits.balanceOf(owner)).toMatchObject({ available: 2, held: 0 });
    expect(brokenPromises(world)).toEqual([]);
  });

  it('an automatic one of nobody sendable completes', async () => {
    const world = createWorld({ credits: 0 });
    const nobody = [{ to: 'not a number', variables: {} }];
    const dispatch = await created(world, { confirm: 'auto' }, nobody);
    await world.run();
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'completed', totals: { recipients: 1, open: 0 } });
  });
});

describe('waiting for the confirmation', () => {
  it('holds nothing, and ends after seven days', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    await world.runFor(7 * 24 * hour - minute);
    expect(world.dispatch(dispatch.id).state).toBe('ready');
    expect(world.credits.balanceOf(owner).held).toBe(0);
    await world.runFor(3 * minute);
    expect(world.dispatch(dispatch.id)).toMatchObject({ state: 'canceled', cancelReason: 'confirmation_expired' });
    expect(unfinished(world)).toEqual([]);
  });
});
