import { describe, expect, test } from 'vitest';
import type { CampaignId } from '../../../shared/contracts/ids.ts';
import { duplicateCampaign } from '../../../shared/domain/campaigns/create-campaign.ts';
import { deleteCampaign } from '../../../shared/domain/campaigns/delete-campaign.ts';
import { editCampaign } from '../../../shared/domain/campaigns/edit-campaign.ts';
import { cancelCampaign, endCampaign } from '../../../shared/domain/campaigns/end-campaign.ts';
import { publishCampaign, unpublishCampaign } from '../../../shared/domain/campaigns/publish-campaign.ts';
import type { CampaignStatus } from '../../../shared/domain/campaigns/status.ts';
import { recipientsOf } from '../../support/fakes/sends.ts';
import { type CampaignWorld, createCampaignWorld, dayMs, hourMs, minuteMs, recordOf } from './campaign-world.ts';

/** A campaign brought to each status as a customer would. */
const ways: Readonly<Record<CampaignStatus, (world: CampaignWorld) => Promise<CampaignId>>> = {
  draft: async (world) => (await world.draft()).id,
  standby: async (world) => (await world.standby()).id,
  async preparing(world) {
    const { id, revision } = await world.standby();
    world.clock.advance(hourMs);
    // Its dispatch is made and nobody has prepared it yet
    world.queue.put({ campaignId: id, revision, moment: 'start' }, 0);
    for (const record of world.queue.due()) await world.take(record);
    return id;
  },
  async in_operation(world) {
    const { id } = await world.standby({ split: { count: 3, intervalMinutes: 60 } });
    await world.runFor(90 * minuteMs);
    return id;
  },
  async ended(world) {
    const { id } = await world.standby();
    await world.runFor(2 * hourMs);
    return id;
  },
  async canceled(world) {
    const id = await ways.in_operation(world);
    await cancelCampaign(world.ports, id);
    await world.runFor(minuteMs);
    return id;
  },
  async error(world) {
    const { id } = await world.standby();
    await world.runFor(2 * hourMs);
    return id;
  },
};
const statuses = Object.keys(ways) as CampaignStatus[];

/** Without credits there is no sending. */
const worldOf = (status: CampaignStatus) => createCampaignWorld(status === 'error' ? { credits: 0 } : {});

/** Every move that a customer can ask for: the statuses it may start from, and where it leads. */
const moves: Readonly<
  Record<
    string,
    {
      readonly from: readonly CampaignStatus[];
      readonly to: CampaignStatus | null;
      readonly run: (world: CampaignWorld, id: CampaignId) => Promise<string>;
    }
  >
> = {
  edit: {
    from: ['draft'],
    to: 'draft',
    run: async ({ ports, campaigns }, id) => (await editCampaign(ports, campaigns.all.get(id)!, { name: 'B' })).kind,
  },
  publish: {
    from: ['draft'],
    to: 'standby',
    run: async ({ ports, campaigns }, id) =>
      (await publishCampaign(ports, campaigns.all.get(id)!, () => recordOf('once'))).kind,
  },
  unpublish: {
    from: ['standby'],
    to: 'draft',
    run: async ({ ports, campaigns }, id) => (await unpublishCampaign(ports, campaigns.all.get(id)!)).kind,
  },
  cancel: {
    from: ['preparing', 'in_operation'],
    to: 'canceled',
    run: async ({ ports }, id) => (await cancelCampaign(ports, id)).kind,
  },
  end: {
    from: ['in_operation'],
    to: 'ended',
    run: async ({ ports }, id) => (await endCampaign(ports, id, 'requested')).kind,
  },
  delete: {
    from: ['draft', 'ended', 'canceled', 'error'],
    to: null,
    run: async ({ ports }, id) => {
      const outcome = await deleteCampaign(ports, id);
      return outcome === 'removed' ? outcome : outcome.kind;
    },
  },
};

describe('a campaign', () => {
  test.each(statuses)('can be %s', async (status) => {
    const world = worldOf(status);
    expect(await world.statusOf(await ways[status](world))).toBe(status);
  });

  const matrix = statuses.flatMap((status) => Object.keys(moves).map((move) => [status, move] as const));
  test.each(matrix)('that is %s: %s', async (status, name) => {
    const world = worldOf(status);
    const move = moves[name]!;
    const id = await ways[status](world);
    const before = world.campaigns.all.get(id);
    const outcome = await move.run(world, id);
    if (!move.from.includes(status)) {
      expect(['wrong_state', 'moved']).toContain(outcome);
      expect(world.campaigns.all.get(id)).toEqual(before);
      expect(await world.statusOf(id)).toBe(status);
      return;
    }
    await world.pipeline.runFor(minuteMs);
    if (move.to === null) expect(world.campaigns.all.has(id)).toBe(false);
    else expect(await world.statusOf(id)).toBe(move.to);
  });

  test.each(statuses)('that is %s can be duplicated into a draft that knows nothing of it', async (status) => {
    const world = worldOf(status);
    const id = await ways[status](world);
    const original = world.campaigns.all.get(id)!;
    const made = await duplicateCampaign(world.ports, original, () => recordOf('duplicate'));
    if (made.kind !== 'created') throw new Error(made.kind);
    const { name, message, recipients, period, split } = original;
    expect(made.campaign).toMatchObject({ name, message, recipients, period, split, state: 'draft', revision: 0 });
    expect(made.campaign).toMatchObject({ dispatchId: null, failure: null, ending: null, startedAtMs: null });
    expect(made.campaign.id).not.toBe(id);
    expect(await world.statusOf(id)).toBe(status);
    const again = await duplicateCampaign(world.ports, original, () => recordOf('duplicate'));
    expect(again).toEqual({ kind: 'replayed' });
  });
});

describe('an edit', () => {
  test('changes what it gives and leaves the rest', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft({ tags: ['a'] });
    const recipients = { list: recipientsOf(5) };
    const edited = await editCampaign(world.ports, draft, { name: 'Other', recipients, schedule: null });
    if (edited.kind !== 'edited') throw new Error(edited.kind);
    expect(edited.campaign).toMatchObject({ name: 'Other', tags: ['a'], message: draft.message, version: 2 });
    expect(edited.campaign.recipients).toMatchObject({ list: { rows: 5 } });
  });

  test('is not refused for what it leaves alone', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft();
    world.clock.advance(3 * dayMs);
    world.tenants.approved = false;
    expect(await editCampaign(world.ports, draft, { name: 'Other' })).toMatchObject({ kind: 'edited' });
  });

  test.each([
    ['a period in the past', { period: { startAtMs: 0, endAtMs: 1 } }, { kind: 'time' }],
    [
      'more parts than recipients',
      { split: { count: 4, intervalMinutes: 1 } },
      { kind: 'too_many_waves', recipients: 3 },
    ],
    [
      'fewer recipients than parts',
      { recipients: { list: recipientsOf(1) } },
      { kind: 'too_many_waves', recipients: 1 },
    ],
  ] as const)('with %s is refused, and nothing changes', async (_, changes, refusal) => {
    const world = createCampaignWorld();
    const draft = await world.draft({ split: { count: 2, intervalMinutes: 1 } });
    expect(await editCampaign(world.ports, draft, changes)).toMatchObject({ kind: 'refused', refusal });
    expect(world.campaigns.all.get(draft.id)).toEqual(draft);
  });

  test('of what somebody else edits meanwhile keeps both edits', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft();
    const [one, other] = await Promise.all([
      editCampaign(world.ports, draft, { name: 'Other' }),
      editCampaign(world.ports, draft, { tags: ['b'] }),
    ]);
    expect([one.kind, other.kind]).toEqual(['edited', 'edited']);
    expect(world.campaigns.all.get(draft.id)).toMatchObject({ name: 'Other', tags: ['b'], version: 3 });
  });

  test('of what is published meanwhile is told so', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft();
    await world.publish(draft);
    const outcome = await editCampaign(world.ports, draft, { name: 'Other' });
    expect(outcome).toMatchObject({ kind: 'moved', campaign: { state: 'standby', name: 'November sale' } });
  });
});

describe('a publication', () => {
  const publish = (world: CampaignWorld, id: CampaignId) =>
    publishCampaign(world.ports, world.campaigns.all.get(id)!, () => recordOf('publish'));

  test('is refused when the number may no longer send', async () => {
    const world = createCampaignWorld();
    const { id } = await world.draft();
    world.tenants.approved = false;
    expect(await publish(world, id)).toMatchObject({ refusal: { kind: 'sender_not_approved' } });
    expect(await world.statusOf(id)).toBe('draft');
  });

  test('is refused when the period, or its hour, has passed', async () => {
    const world = createCampaignWorld();
    const { period } = await world.draft();
    const scheduled = await world.draft({ schedule: { atMs: period.startAtMs + hourMs } });
    const { id } = await world.draft();
    world.clock.to(period.startAtMs + 2 * hourMs);
    expect(await publish(world, scheduled.id)).toMatchObject({ refusal: { problem: { pointer: '/schedule/at' } } });
    world.clock.to(period.endAtMs);
    expect(await publish(world, id)).toMatchObject({ refusal: { problem: { pointer: '/period/endAt' } } });
  });

  test('is refused when the list would have gone before it is sent', async () => {
    const world = createCampaignWorld();
    const nowMs = world.clock.now();
    const period = { startAtMs: nowMs + hourMs, endAtMs: nowMs + 200 * dayMs };
    const [early, late] = [await world.draft({ period }), await world.draft({ period })];
    world.clock.to(nowMs + 180 * dayMs - 1);
    expect(await publish(world, early.id)).toMatchObject({ kind: 'published' });
    world.clock.to(nowMs + 180 * dayMs);
    expect(await publish(world, late.id)).toMatchObject({ refusal: { kind: 'recipients_expired' } });
  });

  test.each([
    ['rejected', { kind: 'upload_unusable', status: 'rejected' }],
    ['expired', { kind: 'upload_unusable', status: 'expired' }],
  ] as const)('is refused when its upload is %s', async (status, refusal) => {
    const world = createCampaignWorld();
    const uploadId = 'upl_01HZZZZZZZZZZZZZZZZZZZZZZZ';
    world.dispatches.uploads.set(uploadId, { status: 'validating', list: null });
    const { id } = await world.draft({ recipients: { uploadId } });
    world.dispatches.uploads.set(uploadId, { status, list: null });
    expect(await publish(world, id)).toMatchObject({ refusal });
  });

  test('twice at once publishes once', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft();
    const outcomes = await Promise.all(
      [1, 2, 3].map((n) => publishCampaign(world.ports, draft, () => recordOf(`key ${n}`))),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['moved', 'moved', 'published']);
    expect(world.campaigns.all.get(draft.id)).toMatchObject({ state: 'standby', revision: 1 });
  });

  test('keeps its upload; taking it back lets the upload go', async () => {
    const world = createCampaignWorld();
    const uploadId = 'upl_01HZZZZZZZZZZZZZZZZZZZZZZZ';
    world.dispatches.uploads.set(uploadId, { status: 'ready', list: null });
    const campaign = await world.standby({ recipients: { uploadId } });
    const keepers = () => [...(world.dispatches.uploads.get(uploadId)?.keptBy ?? [])];
    expect(keepers()).toEqual([campaign.id]);
    await unpublishCampaign(world.ports, campaign);
    expect(keepers()).toEqual([]);
  });

  test('that came to nothing lets its upload go when it is removed; a dispatch keeps it', async () => {
    const world = createCampaignWorld();
    const list = world.files.keepList('list', [[2, '821020000000', 'Kim']]);
    const uploadIds = ['upl_01HZZZZZZZZZZZZZZZZZZZZZZ1', 'upl_01HZZZZZZZZZZZZZZZZZZZZZZ2'] as const;
    const removed = async (uploadId: (typeof uploadIds)[number], approved: boolean) => {
      world.dispatches.uploads.set(uploadId, { status: 'ready', list });
      world.tenants.approved = true;
      const { id } = await world.standby({ recipients: { uploadId } });
      world.tenants.approved = approved;
      await world.runFor(2 * hourMs);
      const before = await world.look(id);
      expect(await deleteCampaign(world.ports, id)).toBe('removed');
      const { usedBy, keptBy = [] } = world.dispatches.uploads.get(uploadId) ?? {};
      return { ...before, usedBy, keepers: [...keptBy] };
    };
    const unused = { status: 'error', dispatch: null, usedBy: undefined, keepers: [] };
    expect(await removed(uploadIds[0], false)).toMatchObject(unused);
    const { status, dispatch, usedBy, keepers } = await removed(uploadIds[1], true);
    expect([status, usedBy, keepers]).toEqual(['ended', dispatch?.id, []]);
  });
});
