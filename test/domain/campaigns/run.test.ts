import { describe, expect, test } from 'vitest';
import type { CampaignId } from '../../../shared/contracts/ids.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import { cancelCampaign, endCampaign } from '../../../shared/domain/campaigns/end-campaign.ts';
import { publishCampaign, unpublishCampaign } from '../../../shared/domain/campaigns/publish-campaign.ts';
import { runCampaign } from '../../../shared/domain/campaigns/run-campaign.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { recipientsOf } from '../../support/fakes/sends.ts';
import { Crash, crashAt, type Watcher, watchPorts } from '../../support/fakes/watched.ts';
import { type CampaignWorld, createCampaignWorld, dayMs, hourMs, minuteMs, recordOf } from './campaign-world.ts';

/** How often each number got a message, and when the first one went. */
const arrivals = ({ carrier }: CampaignWorld) => {
  const byNumber = new Map<string, number>();
  for (const { batch } of carrier.taken)
    for (const { to } of batch.messages) byNumber.set(to, (byNumber.get(to) ?? 0) + 1);
  return [...byNumber.values()];
};
const dispatchesOf = ({ dispatches }: CampaignWorld, id: CampaignId) =>
  [...dispatches.all.values()].filter(({ campaignId }) => campaignId === id);

describe('a published campaign', () => {
  test('starts with its period, makes one dispatch, and ends with it', async () => {
    const world = createCampaignWorld();
    const campaign = await world.standby();
    const { id, period } = campaign;
    await world.runUntil(period.startAtMs - 1);
    expect([await world.statusOf(id), world.dispatches.all.size]).toEqual(['standby', 0]);
    await world.runUntil(period.startAtMs + minuteMs);
    expect(await world.statusOf(id)).toBe('ended');
    expect(arrivals(world)).toEqual([1, 1, 1]);
    expect(world.carrier.taken[0]!.atMs).toBeGreaterThanOrEqual(period.startAtMs);
    const [dispatch] = dispatchesOf(world, id);
    expect(dispatch).toMatchObject({ name: campaign.name, confirm: 'auto', purpose: 'send', onShortfall: 'partial' });
    await world.runUntil(period.endAtMs + hourMs);
    expect(dispatchesOf(world, id)).toHaveLength(1);
    expect(world.campaigns.all.get(id)?.nextCheckAtMs).toBeNull();
    expect([world.schedules.waiting.size, world.queue.records.length, world.queue.dead.length]).toEqual([0, 0, 0]);
  });

  test('holds its credits from its start and sends at its hour', async () => {
    const world = createCampaignWorld();
    const nowMs = world.clock.now();
    const { id, period } = await world.standby({ schedule: { atMs: nowMs + 3 * hourMs } });
    await world.runUntil(period.startAtMs + minuteMs);
    expect(await world.look(id)).toMatchObject({ status: 'in_operation', dispatch: { state: 'scheduled' } });
    expect(arrivals(world)).toEqual([]);
    await world.runUntil(nowMs + 3 * hourMs + minuteMs);
    expect(world.carrier.taken[0]!.atMs).toBe(nowMs + 3 * hourMs);
    expect(await world.statusOf(id)).toBe('ended');
  });

  test('whose hour is its start sends then', async () => {
    const world = createCampaignWorld();
    const atMs = world.clock.now() + hourMs;
    const { id } = await world.standby({ schedule: { atMs } });
    await world.runUntil(atMs + minuteMs);
    expect([await world.statusOf(id), world.carrier.taken[0]!.atMs]).toEqual(['ended', atMs]);
  });

  test('goes out in parts', async () => {
    const world = createCampaignWorld();
    const split = { count: 3, intervalMinutes: 20 };
    const { id, period } = await world.standby({ split, recipients: { list: recipientsOf(6) } });
    await world.runUntil(period.endAtMs);
    const startedMs = world.campaigns.all.get(id)!.startedAtMs!;
    const waves = world.carrier.taken.map(({ atMs }) => Math.round((atMs - startedMs) / (20 * minuteMs)));
    expect([waves, arrivals(world)]).toEqual([
      [0, 1, 2],
      [1, 1, 1, 1, 1, 1],
    ]);
    expect(await world.statusOf(id)).toBe('ended');
  });

  test('whose period has begun starts at once', async () => {
    const world = createCampaignWorld();
    const draft = await world.draft();
    world.clock.advance(2 * hourMs);
    await world.publish(draft);
    await world.runFor(minuteMs);
    expect(await world.statusOf(draft.id)).toBe('ended');
  });

  test('far ahead is told by the scheduler alone, and nobody looks at it meanwhile', async () => {
    const world = createCampaignWorld();
    const nowMs = world.clock.now();
    const { id } = await world.standby({ period: { startAtMs: nowMs + 60 * dayMs, endAtMs: nowMs + 61 * dayMs } });
    await world.runFor(minuteMs);
    expect([...world.schedules.waiting.keys()]).toEqual([`${id}-start-r1`, `${id}-end-r1`]);
    expect(world.campaigns.all.get(id)?.nextCheckAtMs).toBe(nowMs + 60 * dayMs + minuteMs);
    await world.runUntil(nowMs + 61 * dayMs);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['ended', [1, 1, 1]]);
  });

  test('without credits is an error, with the reason of its dispatch', async () => {
    const world = createCampaignWorld({ credits: 0 });
    const { id } = await world.standby();
    await world.runFor(2 * hourMs);
    expect(await world.look(id)).toMatchObject({
      status: 'error',
      dispatch: { failure: { code: 'insufficient_credits' } },
    });
  });

  test('with credits for some sends to those', async () => {
    const world = createCampaignWorld({ credits: 2 });
    const { id } = await world.standby();
    await world.runFor(2 * hourMs);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['ended', [1, 1]]);
  });

  test('whose upload is rejected meanwhile is an error', async () => {
    const world = createCampaignWorld();
    const uploadId = 'upl_01HZZZZZZZZZZZZZZZZZZZZZZZ';
    world.dispatches.uploads.set(uploadId, { status: 'validating', list: null });
    const { id } = await world.standby({ recipients: { uploadId } });
    world.dispatches.uploads.set(uploadId, { status: 'rejected', list: null });
    await world.runFor(2 * hourMs);
    expect(await world.look(id)).toMatchObject({
      status: 'error',
      dispatch: null,
      campaign: { failure: { code: 'upload_rejected' }, nextCheckAtMs: null },
    });
  });

  test('whose number was taken away meanwhile is an error', async () => {
    const world = createCampaignWorld();
    const { id } = await world.standby();
    world.tenants.approved = false;
    await world.runFor(2 * hourMs);
    expect(await world.look(id)).toMatchObject({
      status: 'error',
      campaign: { failure: { code: 'sender_not_approved' } },
    });
  });

  test('that nobody could start in its whole period is an error and sends nothing', async () => {
    const world = createCampaignWorld();
    const { id, period } = await world.standby();
    world.clock.to(period.endAtMs);
    await world.runFor(hourMs);
    expect(await world.look(id)).toMatchObject({
      status: 'error',
      campaign: { failure: { code: 'period_over' }, nextCheckAtMs: null },
    });
    expect(arrivals(world)).toEqual([]);
  });

  test('is started by the sweeper when every record and schedule is lost', async () => {
    const world = createCampaignWorld();
    const { id, period } = await world.standby();
    const lose = () => {
      world.queue.clear();
      for (const name of world.schedules.waiting.keys()) void world.schedules.remove(name);
    };
    lose();
    await world.runFor(10 * minuteMs); // The sweeper has them made again …
    expect(world.schedules.waiting.size).toBe(2);
    lose(); // … and does without them
    await world.runUntil(period.startAtMs + 3 * minuteMs);
    expect(await world.statusOf(id)).toBe('ended');
  });
});

describe('the end of a period', () => {
  /** In operation, with parts that come too late because the start did. */
  async function lateParts(world: CampaignWorld): Promise<Campaign> {
    const nowMs = world.clock.now();
    const period = { startAtMs: nowMs + hourMs, endAtMs: nowMs + 3 * hourMs };
    const campaign = await world.standby({ period, split: { count: 3, intervalMinutes: 50 } });
    world.queue.clear();
    world.clock.to(period.endAtMs - 70 * minuteMs);
    await world.runUntil(period.endAtMs - 1);
    return campaign;
  }

  test('drops what is unsent', async () => {
    const world = createCampaignWorld();
    const { id, period } = await lateParts(world);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['in_operation', [1, 1]]);
    await world.runUntil(period.endAtMs + 5 * minuteMs);
    expect(await world.look(id)).toMatchObject({
      status: 'ended',
      campaign: { ending: { reason: 'period_over' } },
      dispatch: { state: 'canceled', cancelReason: 'campaign_ended', totals: { canceled: 1 } },
    });
    await world.runFor(dayMs);
    expect(arrivals(world)).toEqual([1, 1]);
    expect(world.campaigns.all.get(id)?.nextCheckAtMs).toBeNull();
  });

  test('comes by the sweeper when its schedule is lost', async () => {
    const world = createCampaignWorld();
    const { id, period } = await lateParts(world);
    await world.schedules.remove(`${id}-end-r1`);
    world.queue.clear();
    await world.runUntil(period.endAtMs + 5 * minuteMs);
    expect(await world.statusOf(id)).toBe('ended');
  });

  test('changes nothing when all was sent', async () => {
    const world = createCampaignWorld();
    const { id, period } = await world.standby();
    await world.runUntil(period.endAtMs - 1);
    const before = world.campaigns.all.get(id);
    await runCampaign(world.ports, { campaignId: id, revision: 1, moment: 'end' });
    await world.runFor(hourMs);
    expect(world.campaigns.all.get(id)).toMatchObject({ ending: null, state: before?.state });
  });
});

describe('what was taken back', () => {
  test('does not start, although its schedule fires', async () => {
    const world = createCampaignWorld();
    const campaign = await world.standby();
    const { id, period } = campaign;
    await world.runFor(minuteMs);
    await unpublishCampaign(world.ports, world.campaigns.all.get(id)!);
    world.queue.clear(); // the record that takes the schedules away is lost
    expect(world.schedules.waiting.size).toBe(2);
    await world.runUntil(period.endAtMs + hourMs);
    expect([await world.statusOf(id), world.dispatches.all.size, world.schedules.waiting.size]).toEqual([
      'draft',
      0,
      0,
    ]);
  });

  test('takes its schedules away', async () => {
    const world = createCampaignWorld();
    const { id } = await world.standby();
    await world.runFor(minuteMs);
    await unpublishCampaign(world.ports, world.campaigns.all.get(id)!);
    await world.runFor(minuteMs);
    expect(world.schedules.waiting.size).toBe(0);
  });

  test('and published again starts once, at its new time', async () => {
    const world = createCampaignWorld();
    const { id, period } = await world.standby();
    await world.runFor(minuteMs);
    await unpublishCampaign(world.ports, world.campaigns.all.get(id)!);
    const later = { startAtMs: period.startAtMs + hourMs, endAtMs: period.endAtMs };
    const draft = world.campaigns.all.get(id)!;
    await world.campaigns.move(draft, 'edit', { ...draft, period: later });
    await world.publish(draft);
    await world.runFor(minuteMs);
    const waiting = world.queue.records;
    for (const moment of ['plan', 'start', 'end'] as const)
      await runCampaign(world.ports, { campaignId: id, revision: 1, moment });
    expect([world.queue.records, [...world.schedules.waiting.keys()]]).toEqual([
      waiting,
      [`${id}-start-r2`, `${id}-end-r2`],
    ]);
    await world.runUntil(later.startAtMs - 1);
    expect([await world.statusOf(id), world.campaigns.all.get(id)?.revision]).toEqual(['standby', 2]);
    await world.runUntil(later.startAtMs + minuteMs);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['ended', [1, 1, 1]]);
  });
});

describe('whatever happens twice or half', () => {
  test('records delivered twice, late and out of order make one dispatch', async () => {
    const world = createCampaignWorld();
    const { id, period } = await world.standby();
    world.clock.to(period.startAtMs);
    for (const moment of ['end', 'start', 'plan', 'start', 'unplan', 'plan', 'start', 'end'] as const)
      await runCampaign(world.ports, { campaignId: id, revision: 1, moment });
    await world.runUntil(period.endAtMs + hourMs);
    expect([dispatchesOf(world, id).length, arrivals(world)]).toEqual([1, [1, 1, 1]]);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'starts that run at the same time make one dispatch (seed %i)',
    async (seed) => {
      const world = createCampaignWorld();
      const { id, period } = await world.standby();
      world.clock.to(period.startAtMs);
      const turns = new Interleaver(createSeededRandom(seed));
      const ports = watchPorts(world.ports, () => turns.turn());
      const failed: unknown[] = [];
      const run = (work: () => Promise<unknown>) =>
        turns.begin(() =>
          work().then(
            () => {},
            (error) => void failed.push(error),
          ),
        );
      for (let i = 0; i < 3; i++) run(() => runCampaign(ports, { campaignId: id, revision: 1, moment: 'start' }));
      run(() => cancelCampaign(ports, id));
      await turns.finish();
      expect(failed).toEqual([]);
      await world.runUntil(period.endAtMs);
      expect(dispatchesOf(world, id)).toHaveLength(1);
      expect(['ended', 'canceled']).toContain(await world.statusOf(id));
      expect(arrivals(world).every((times) => times === 1)).toBe(true);
    },
  );

  test('one that runs can be called off whatever would speak against starting it by now', async () => {
    const world = createCampaignWorld();
    const { id } = await world.standby({ split: { count: 3, intervalMinutes: 60 } });
    await world.runFor(90 * minuteMs);
    world.tenants.approved = false;
    await runCampaign(world.ports, { campaignId: id, revision: 1, moment: 'start' });
    expect(world.campaigns.all.get(id)?.failure).toBeNull();
    expect(await cancelCampaign(world.ports, id)).toMatchObject({ kind: 'moved' });
    await world.runFor(minuteMs);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['canceled', [1]]);
  });

  test('an end that meets somebody else’s write ends all the same', async () => {
    const world = createCampaignWorld();
    const { id } = await world.standby({ split: { count: 3, intervalMinutes: 60 } });
    await world.runFor(90 * minuteMs);
    let meets = 2;
    const ports = watchPorts(world.ports, async (call, edge) => {
      if (call !== 'campaigns.move' || edge !== 'before' || meets-- <= 0) return;
      const current = world.campaigns.all.get(id)!;
      await world.campaigns.move(current, 'check', current);
    });
    expect(await endCampaign(ports, id, 'requested')).toMatchObject({ kind: 'moved' });
    await world.runFor(minuteMs);
    expect([await world.statusOf(id), arrivals(world)]).toEqual(['ended', [1]]);
  });

  test('one that began, made no dispatch and is over sends nothing, though its end crashes anywhere', async () => {
    for (let edge = 0; ; edge++) {
      const world = createCampaignWorld();
      const { id, period } = await world.standby();
      world.queue.clear();
      world.clock.to(period.startAtMs);
      const started = crashAt(0);
      const watcher: Watcher = (call, ...rest) =>
        call === 'dispatches.read' ? started.watcher(call, ...rest) : undefined;
      const start = runCampaign(watchPorts(world.ports, watcher), { campaignId: id, revision: 1, moment: 'start' });
      await expect(start).rejects.toThrow(Crash);
      expect([await world.statusOf(id), world.dispatches.all.size]).toEqual(['preparing', 0]);
      world.clock.to(period.endAtMs);
      const crash = crashAt(edge);
      const end = runCampaign(watchPorts(world.ports, crash.watcher), { campaignId: id, revision: 1, moment: 'end' });
      await end.catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      const at = crash.reached();
      await world.runFor(hourMs);
      const { status, dispatch, campaign } = await world.look(id);
      expect([at, status, dispatch?.state]).toEqual([at, 'ended', 'canceled']);
      expect([at, arrivals(world), campaign.nextCheckAtMs]).toEqual([at, [], null]);
      if (at === null) return;
    }
  });

  /** Work on a campaign that a crash may interrupt anywhere. */
  const works: Readonly<
    Record<string, (world: CampaignWorld, ports: CampaignWorld['ports'], id: CampaignId) => Promise<unknown>>
  > = {
    publish: (world, ports, id) => publishCampaign(ports, world.campaigns.all.get(id)!, () => recordOf('publish')),
    plan: (_, ports, id) => runCampaign(ports, { campaignId: id, revision: 1, moment: 'plan' }),
    start: (_, ports, id) => runCampaign(ports, { campaignId: id, revision: 1, moment: 'start' }),
    end: (_, ports, id) => runCampaign(ports, { campaignId: id, revision: 1, moment: 'end' }),
    'end by the customer': (_, ports, id) => endCampaign(ports, id, 'requested'),
    'a sweep': (world, ports) => world.sweepCampaigns(ports),
  };

  /** A campaign for which the work is due; its records are lost, so that only the work or the sweeper does it. */
  async function due(world: CampaignWorld, work: string): Promise<CampaignId> {
    if (work === 'publish') return (await world.draft()).id;
    const { id, period } = await world.standby({ split: { count: 3, intervalMinutes: 60 } });
    if (work === 'plan') return id;
    world.queue.clear();
    world.clock.to(period.startAtMs + minuteMs);
    if (work === 'start' || work === 'a sweep') return id;
    await runCampaign(world.ports, { campaignId: id, revision: 1, moment: 'start' });
    await world.pipeline.runFor(minuteMs);
    if (work === 'end') {
      // Its second part stands still until the period is over
      world.queue.clear();
      world.clock.to(period.endAtMs);
    }
    return id;
  }

  test.each(Object.keys(works))('a crash anywhere in %s is made good', async (name) => {
    const work = works[name]!;
    for (let edge = 0; ; edge++) {
      const world = createCampaignWorld();
      const id = await due(world, name);
      const crash = crashAt(edge);
      await work(world, watchPorts(world.ports, crash.watcher), id).catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      const at = crash.reached();
      const wasPublished = world.campaigns.all.get(id)!.state !== 'draft';
      const { period } = world.campaigns.all.get(id)!;
      await world.runUntil(period.endAtMs + 10 * minuteMs);
      const status = await world.statusOf(id);
      expect([at, status]).toEqual([at, wasPublished ? 'ended' : 'draft']);
      expect([at, dispatchesOf(world, id).length]).toEqual([at, wasPublished ? 1 : 0]);
      expect([at, arrivals(world).every((times) => times === 1)]).toEqual([at, true]);
      if (!name.startsWith('end') && wasPublished) expect([at, arrivals(world)]).toEqual([at, [1, 1, 1]]);
      expect([at, world.campaigns.all.get(id)?.nextCheckAtMs]).toEqual([at, null]);
      if (at === null) return;
    }
  });
});
