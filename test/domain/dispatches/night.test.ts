import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch, type DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { nightForecast } from '../../../shared/domain/dispatches/night.ts';
import { rescheduleDispatch } from '../../../shared/domain/dispatches/reschedule-dispatch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { opensAtMs } from '../../../shared/domain/times/night-window.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { numberOf, ready, recipientsOf, requestOf, sending } from '../../support/fakes/sends.ts';
import { Crash, crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, optOutNumber, owner, type World } from '../../support/fakes/world.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const at = (local: string) => Date.parse(`2026-11-21T${local}+09:00`);
const morning = at('08:00:00') + day;
const rowOf = (i: number) => `8210${20_000_000 + i}`;

let world: World;
beforeEach(() => {
  world = openWorld();
});

/** A tenant with an open 080 number, at eleven in the morning. */
function openWorld(seed = 1): World {
  const opened = createWorld({ seed });
  opened.optOutNumbers.push({ number: optOutNumber, businessName: '봉수상점' });
  opened.clock.to(at('11:00:00'));
  return opened;
}

const policy = (which: 'fail' | 'wait') => {
  world.tenants.night = { ...world.tenants.night, policy: which };
};
const consents = (i: number, night: boolean, of = world) =>
  of.permissions.change(owner, rowOf(i), { source: 'api', marketing: true, night }, of.clock.now());

const adRequest = (over: Partial<DispatchRequest> = {}): Partial<DispatchRequest> => ({
  message: { ...requestOf().message, text: '{{ name }} sale', advertisement: { optOutNumber: null, addParts: true } },
  ...over,
});
const scheduled = (local: string) => adRequest({ schedule: { atMs: at(local) } });

/** Who got it, and when. */
const arrivals = (of = world) =>
  of.carrier.taken.flatMap(({ batch, atMs }) =>
    batch.messages.map(({ to, text }) => ({ digits: to.slice(1), text, atMs })),
  );
const reachedAt = (local: number, of = world) =>
  arrivals(of)
    .filter(({ atMs }) => Math.abs(atMs - local) < 2 * minute)
    .map(({ digits }) => digits)
    .sort();
const rows = (...of: readonly number[]) => of.map(rowOf);
const range = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => from + i);

async function finish(of = world): Promise<void> {
  await of.runFor(8 * day);
  expect(brokenPromises(of)).toEqual([]);
  expect(unfinished(of)).toEqual([]);
  expect(of.queues.dead).toEqual([]);
}

describe('an advertisement by day', () => {
  it('says its parts to everybody', async () => {
    await sending(world, recipientsOf(3), adRequest());
    await finish();
    const text = '(광고)봉수상점\nKim sale\n무료수신거부 0801234567';
    expect(arrivals().map((one) => one.text)).toEqual([text, text, text]);
  });

  it('reaches nobody who opted out or refused, and counts whose consent is unknown', async () => {
    await world.permissions.change(owner, rowOf(0), { source: 'call', optedOut: true }, world.clock.now());
    await world.permissions.change(owner, rowOf(1), { source: 'api', marketing: false }, world.clock.now());
    const { prepared } = await ready(world, recipientsOf(4), adRequest());
    expect(prepared?.totals).toMatchObject({
      sendable: 2,
      excluded: { opted_out: 1, consent_denied: 1 },
      consentUnknown: 2,
    });
  });

  it('is skipped where its opt-out number is open no longer', async () => {
    const { id } = await sending(world, recipientsOf(3), scheduled('13:00:00'));
    world.optOutNumbers.length = 0;
    await finish();
    expect(world.dispatch(id).totals).toMatchObject({
      skippedBy: { opt_out_number_not_open: 3 },
      credits: { released: 3 },
    });
    expect(arrivals()).toEqual([]);
  });

  it.each<[string, readonly string[], string | null, string]>([
    ['no number', [], null, 'none'],
    ['a number of another', ['0801234567'], '0809999999', 'not_open'],
    ['two numbers and none named', ['0801234567', '0807654321'], null, 'several'],
  ])('is refused with %s', async (_, open, number, why) => {
    world.optOutNumbers.length = 0;
    world.optOutNumbers.push(...open.map((one) => ({ number: one, businessName: 'x' })));
    const message = { ...requestOf().message, advertisement: { optOutNumber: number, addParts: true } };
    const request = requestOf({ message });
    const created = await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, null);
    expect(created).toEqual({ kind: 'opt_out_number', why });
    expect(await sendMessages(world.ports, owner, request, recipientsOf(1), null)).toEqual(created);
    expect(world.dispatches.all.size).toBe(0);
  });
});

describe('a text without a part', () => {
  const byHand = {
    ...requestOf().message,
    text: '(광고){{ name }} 오늘만 할인 무료거부 0801234567',
    advertisement: { optOutNumber: null, addParts: false },
  };
  const people = recipientsOf(4).map((one, i) => ({ ...one, variables: { name: i === 2 ? '딴상점' : '봉수상점' } }));
  const missing = { kind: 'advertisement_part_missing', row: 3, part: 'advertiser_name', position: 4 };

  it('is refused by its row where the recipients are in the call', async () => {
    const request = requestOf({ message: byHand });
    expect(await createDispatch(world.ports, owner, request, { list: people }, null)).toEqual(missing);
    expect(await sendMessages(world.ports, owner, request, people, null)).toEqual(missing);
    expect(world.dispatches.all.size).toBe(0);
    expect(world.credits.balanceOf(owner).held).toBe(0);
  });

  it('fails the dispatch of a stored list, of which nobody gets anything', async () => {
    const list = await world.ports.lists.write('dsp_01HZZZZZZZZZZZZZZZZZZZZZZ1', people);
    const request = requestOf({ message: byHand, confirm: 'auto' });
    const created = await createDispatch(world.ports, owner, request, { stored: list }, null);
    await finish();
    const id = created.kind === 'created' ? created.dispatch.id : 'dsp_';
    expect(world.dispatch(id as typeof id & `dsp_${string}`)).toMatchObject({
      state: 'failed',
      failure: {
        code: 'advertisement_part_missing',
        detail: expect.stringContaining('row 3 lacks advertiser_name at character 5'),
      },
      totals: { canceled: 4, credits: { held: 0 } },
    });
    expect(arrivals()).toEqual([]);
  });
});

describe('under `fail`', () => {
  it('what lies wholly in the night is refused at creation, when it is moved there, and at the confirmation', async () => {
    const request = requestOf(scheduled('22:00:00'));
    const refused = { kind: 'night_window', opensAtMs: morning };
    expect(await createDispatch(world.ports, owner, request, { list: recipientsOf(2) }, null)).toEqual(refused);
    expect(await sendMessages(world.ports, owner, request, recipientsOf(2), null)).toEqual(refused);
    const split = { ...scheduled('20:30:00'), split: { count: 3, intervalMinutes: 60 } };
    expect(await createDispatch(world.ports, owner, requestOf(split), { list: recipientsOf(3) }, null)).toEqual(
      refused,
    );

    const byDay = await sending(world, recipientsOf(2), scheduled('15:00:00'));
    expect(await rescheduleDispatch(world.ports, byDay, { atMs: at('22:00:00') })).toEqual(refused);
    await cancelDispatch(world.ports, byDay, 'requested');

    const waiting = await ready(world, recipientsOf(2), adRequest());
    world.clock.to(at('22:00:00'));
    expect(await startDispatch(world.ports, waiting, { maxCredits: null, remember: null })).toEqual(refused);
    expect(world.credits.balanceOf(owner).held).toBe(0);
    expect(arrivals()).toEqual([]);
  });

  it('one that somebody in it wants at night goes to them, and the others are skipped and paid back', async () => {
    await consents(0, true);
    await consents(1, false);
    const { id } = await sending(world, recipientsOf(4), scheduled('22:00:00'));
    expect(nightForecast(world.dispatch(id), world.clock.now())).toEqual([
      { wave: 1, atMs: at('22:00:00'), opensAtMs: morning, recipients: 4, consented: 1 },
    ]);
    await finish();
    expect(reachedAt(at('22:00:00'))).toEqual(rows(0));
    expect(arrivals()).toHaveLength(1);
    expect(world.dispatch(id).totals).toMatchObject({
      skippedBy: { night_window: 3 },
      credits: { captured: 1, released: 3 },
    });
  });

  it('an automatic one that nobody in it wants at night fails, with nothing held', async () => {
    await consents(99, true); // somebody does, so that it is not refused before it is prepared
    const request = requestOf({ ...scheduled('22:00:00'), confirm: 'auto' });
    const created = await createDispatch(world.ports, owner, request, { list: recipientsOf(3) }, null);
    await finish();
    const id = created.kind === 'created' ? created.dispatch.id : ('dsp_' as const);
    expect(world.dispatch(id)).toMatchObject({ state: 'failed', failure: { code: 'night_window' } });
  });

  it('waves by day go, and those at night are skipped', async () => {
    const split = { count: 3, intervalMinutes: 120 };
    const { id } = await sending(world, recipientsOf(6), { ...scheduled('17:00:00'), split });
    await finish();
    expect(reachedAt(at('17:00:00'))).toEqual(rows(0, 1));
    expect(reachedAt(at('19:00:00'))).toEqual(rows(2, 3));
    expect(world.dispatch(id).totals.skippedBy).toEqual({ night_window: 2 });
  });

  it('nothing begins in the last minute before the night', async () => {
    const { id } = await sending(world, recipientsOf(2), scheduled('19:58:59'));
    world.clock.to(at('19:59:00'));
    await finish();
    expect(world.dispatch(id).totals.skippedBy).toEqual({ night_window: 2 });
  });

  it('messages that are no advertising, test sends and others’ log-ins know no night', async () => {
    world.clock.to(at('23:00:00'));
    const auth = { ...requestOf().message, type: 'auth' as const, text: '인증 {{ name }}' };
    await sendMessages(world.ports, owner, requestOf(), recipientsOf(1), null);
    await sendMessages(world.ports, owner, requestOf({ message: auth }), recipientsOf(1, undefined, 1), null);
    const test = requestOf({ ...adRequest(), purpose: 'test', campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
    await sendMessages(world.ports, owner, test, recipientsOf(1, undefined, 2), null);
    await world.runFor(minute);
    expect(reachedAt(at('23:00:00'))).toEqual(rows(0, 1, 2));
  });
});

describe('under `wait`', () => {
  beforeEach(() => policy('wait'));

  it('who consented to the night gets it at once, the others in the morning', async () => {
    await consents(1, true);
    await consents(2, false);
    const { id } = await sending(world, recipientsOf(4), scheduled('22:00:00'));
    await world.run(at('23:00:00'));
    expect(reachedAt(at('22:00:00'))).toEqual(rows(1));
    expect(world.dispatch(id)).toMatchObject({ state: 'sending', nextCheckAtMs: expect.any(Number) });
    await finish();
    expect(reachedAt(morning)).toEqual(rows(0, 2, 3));
    expect(world.dispatch(id)).toMatchObject({ state: 'completed', totals: { delivered: 4 } });
  });

  it('whatever the subjects are, those of the night and of the day are apart', async () => {
    await consents(0, true);
    const subjects = ['x', 'night x', 'x', 'x night'];
    const recipients = subjects.map((name, i) => ({ to: numberOf(i), variables: { name } }));
    const { message } = adRequest();
    await sending(world, recipients, {
      message: { ...message!, type: 'lms', subject: '{{ name }}' },
      schedule: { atMs: at('22:00:00') },
    });
    await world.run(at('23:00:00'));
    expect(reachedAt(at('22:00:00'))).toEqual(rows(0));
    await finish();
    expect(reachedAt(morning)).toEqual(rows(1, 2, 3));
  });

  it('nobody works on it all night', async () => {
    const { id } = await sending(world, recipientsOf(4), scheduled('20:10:00'));
    await world.run(at('20:30:00'));
    expect(world.dispatch(id).nextCheckAtMs).toBe(morning);
    expect(world.queues.nextMs()).toBeNull();
    await world.run(morning + 2 * minute);
    expect(reachedAt(morning)).toHaveLength(4);
  });

  it('a long send goes on in the morning where the night stopped it', async () => {
    const { id } = await sending(world, recipientsOf(1_200), scheduled('19:58:00'));
    await world.run(at('19:58:00') - 1);
    world.clock.to(at('19:58:00'));
    await world.fireSchedules();
    for (const record of world.queues.due()) if (record.work.queue === 'wave') await world.receive(record);
    const [first, ...others] = world.queues.due().filter(({ work }) => work.queue === 'send');
    await world.receive(first!);
    world.clock.to(at('19:59:00'));
    for (const record of others) await world.receive(record);
    expect(arrivals()).toHaveLength(500);
    await finish();
    expect(reachedAt(morning)).toHaveLength(700);
    expect(world.dispatch(id).totals.delivered).toBe(1_200);
  });

  it('who takes the consent to the night back while it is queued waits with their batch', async () => {
    await consents(0, true);
    await consents(1, true);
    const { id } = await sending(world, recipientsOf(2), scheduled('22:00:00'));
    await world.run(at('21:59:59'));
    await consents(1, false);
    await world.run(at('23:00:00'));
    expect(arrivals()).toEqual([]);
    expect(world.dispatch(id).nextCheckAtMs).toBe(morning);
    expect(world.queues.nextMs()).toBeNull();
    await finish();
    expect(reachedAt(morning)).toEqual(rows(0, 1));
  });

  it('an opt-out at night is heard in the morning', async () => {
    const { id } = await sending(world, recipientsOf(3), scheduled('22:00:00'));
    await world.run(at('23:00:00'));
    await world.permissions.change(owner, rowOf(1), { source: 'call', optedOut: true }, world.clock.now());
    await finish();
    expect(reachedAt(morning)).toEqual(rows(0, 2));
    expect(world.dispatch(id).totals.skippedBy).toEqual({ opted_out: 1 });
  });

  it('it can be canceled all night, and its credits come back', async () => {
    const { id } = await sending(world, recipientsOf(3), scheduled('22:00:00'));
    await world.run(at('23:00:00'));
    await cancelDispatch(world.ports, world.dispatch(id), 'requested');
    await finish();
    expect(arrivals()).toEqual([]);
    expect(world.dispatch(id)).toMatchObject({ state: 'canceled', totals: { canceled: 3, credits: { released: 3 } } });
  });

  it('waves of the evening and of the night wait together, those of the morning go in their time', async () => {
    const split = { count: 4, intervalMinutes: 300 };
    await sending(world, recipientsOf(8), { ...scheduled('18:00:00'), split }); // 18, 23, 4 and 9 o'clock
    await finish();
    expect(reachedAt(at('18:00:00'))).toEqual(rows(0, 1));
    expect(reachedAt(morning)).toEqual(rows(2, 3, 4, 5));
    expect(reachedAt(morning + hour)).toEqual(rows(6, 7));
  });

  it('what moved shortly before the morning does not keep the others asleep', async () => {
    await consents(2, true);
    await sending(world, recipientsOf(4), { ...scheduled('22:00:00'), split: { count: 2, intervalMinutes: 590 } });
    await finish();
    expect(reachedAt(morning - 10 * minute)).toEqual(rows(2));
    expect(reachedAt(morning)).toEqual(rows(0, 1, 3));
  });

  it.each(range(50, 60))(
    'what moves about the morning, from 07:59:%i on, does not keep them asleep',
    async (second) => {
      await consents(2, true);
      const split = { count: 2, intervalMinutes: 600 };
      await sending(world, recipientsOf(4), { ...scheduled(`21:59:${second}`), split });
      await finish();
      expect(reachedAt(morning)).toEqual(rows(0, 1, 2, 3));
    },
  );

  it.each([56, 59])('waves that go minute by minute, always at second %i, keep nobody asleep', async (second) => {
    const count = 60;
    for (let i = 1; i < count; i++) await consents(i, true);
    const atMs = at(`07:20:${second}`) + day;
    await sending(world, recipientsOf(count), adRequest({ schedule: { atMs }, split: { count, intervalMinutes: 1 } }));
    await finish();
    expect(reachedAt(morning)).toContain(rowOf(0));
    expect(arrivals()).toHaveLength(count);
  });

  it('those who take their consent back in the night get it in the morning, whatever goes with them', async () => {
    for (const i of [0, 1]) await consents(i, true);
    await sending(world, recipientsOf(3), scheduled('22:00:00'));
    await world.run(at('21:59:59'));
    await consents(0, false);
    await world.run(morning + 2 * minute);
    expect(reachedAt(morning)).toEqual(rows(0, 1, 2));
    await finish();
  });

  it('a crash at any port call of the evening or the morning loses and repeats nobody', async () => {
    for (let n = 0; n < 400; n++) {
      world = openWorld();
      policy('wait');
      await consents(1, true);
      const { watcher, reached } = crashAt(n);
      const perishable = watchPorts(world.ports, watcher);
      const { id } = await sending(world, recipientsOf(4), scheduled('22:00:00'));
      const dying = async (work: () => Promise<void>) =>
        work().catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      for (const until of [at('22:00:05'), morning]) {
        await world.run(until - 1);
        world.clock.to(until);
        await world.fireSchedules();
        await dying(() => world.sweep(perishable));
        for (let rounds = 0; rounds < 4; rounds++) {
          for (const record of world.queues.due()) await dying(() => world.receive(record, perishable));
        }
      }
      await finish();
      expect(arrivals().length, `crash at ${n}`).toBeLessThanOrEqual(4);
      const night = arrivals().filter(({ atMs }) => opensAtMs(world.tenants.night, atMs) !== null);
      expect(
        night.map(({ digits }) => digits),
        `crash at ${n}`,
      ).toEqual(night.length > 0 ? rows(1) : []);
      const { totals } = world.dispatch(id);
      expect(totals.delivered + totals.unknown + (totals.failedBy.unresolved ?? 0), `crash at ${n}`).toBe(4);
      if (reached() === null) return;
    }
    throw new Error('There are more port calls than were tried');
  });
});

it('no advertisement is taken at night without consent, whatever is asked for and whenever', async () => {
  const plan = fc.record({
    policy: fc.constantFrom<'fail' | 'wait'>('fail', 'wait'),
    start: fc.integer({ min: 18 * 60, max: 21 * 60 }),
    end: fc.integer({ min: 8 * 60, max: 12 * 60 }),
    offsetMinutes: fc.integer({ min: 1, max: 2 * 24 * 60 }),
    count: fc.integer({ min: 1, max: 4 }),
    intervalMinutes: fc.integer({ min: 1, max: 600 }),
    consenting: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      plan,
      async ({ policy: which, start, end, offsetMinutes, count, intervalMinutes, consenting, seed }) => {
        const own = openWorld(seed);
        own.tenants.night = { policy: which, windows: { 'Asia/Seoul': { startMinute: start, endMinute: end } } };
        for (const i of consenting) await consents(i, true, own);
        const request = requestOf({
          ...adRequest({ schedule: { atMs: own.clock.now() + offsetMinutes * minute } }),
          ...(count > 1 && { split: { count, intervalMinutes } }),
          confirm: 'auto',
        });
        const created = await createDispatch(own.ports, owner, request, { list: recipientsOf(8) }, null);
        await finish(own);
        for (const { digits, atMs } of arrivals(own)) {
          if (opensAtMs(own.tenants.night, atMs) === null) continue;
          expect(consenting.map(rowOf)).toContain(digits);
        }
        if (created.kind !== 'created') {
          expect(created.kind).toBe('night_window');
          return;
        }
        const { totals, state } = own.dispatch(created.dispatch.id);
        if (state === 'failed') return expect(arrivals(own)).toEqual([]);
        expect(totals.delivered + (totals.skippedBy.night_window ?? 0)).toBe(8);
        if (which === 'wait') expect(totals.delivered).toBe(8);
      },
    ),
    { numRuns: 60 },
  );
});
