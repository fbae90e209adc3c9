import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import type { UsageReport } from '../../infra/local/control/usage.ts';
import { senderKey } from '../../shared/adapters/dynamo/keys.ts';
import type { TenantId } from '../../shared/contracts/ids.ts';
import { cloudSuite, deskAt, newHome, type Shop, senderNumber } from '../support/cloud.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { csvOf, putFile } from '../support/files.ts';
import {
  expectMoneyAddsUp,
  listOf,
  message,
  numbers,
  type Shown,
  settled,
  untilDispatch,
  untilStatus,
} from '../support/sends.ts';

const suite = cloudSuite();
let series = 0;
let shop: Shop;
beforeEach(async () => {
  await suite.control.clearFaults();
  shop = await suite.newShop(10_000);
});

const [secondMs, minuteMs, hourMs, dayMs] = [1_000, 60_000, 3_600_000, 86_400_000];
const iso = (atMs: number) => new Date(atMs).toISOString();
/** A schedule so long from now. */
const ahead = async (ms: number) => ({ at: iso((await suite.control.nowMs()) + ms) });

const get = (id: string): Promise<Shown> => shop.live.get(`/v1/dispatches/${id}`);
const send = (id: string, asked: object = { body: {} }) => shop.live.ask('POST', `/v1/dispatches/${id}/send`, asked);
const cancel = (id: string) => shop.live.ask('POST', `/v1/dispatches/${id}/cancel`);
const reschedule = (id: string, schedule: object | null) =>
  shop.live.ask('PATCH', `/v1/dispatches/${id}`, { body: { schedule } });

/** A dispatch that waits for its confirmation. */
async function ready(to: readonly string[], over: object = {}): Promise<string> {
  const body = { message: message(), recipients: { list: listOf(to) }, ...over };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  await untilStatus(shop.live, id, 'ready');
  return id;
}

/** A dispatch that is confirmed and waits for its time. */
async function scheduled(to: readonly string[], ms: number, over: object = {}): Promise<string> {
  const id = await ready(to, { schedule: await ahead(ms), ...over });
  const told = await send(id);
  expect(told).toMatchObject({ status: 202, json: { id, status: 'scheduled' } });
  return id;
}

/** When each of these numbers got its message; every one at most once. */
async function arrivedAt(to: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(to);
  const found = (await suite.control.arrivals()).filter((arrival) => wanted.has(arrival.to));
  const at = new Map(found.map((arrival) => [arrival.to, Date.parse(arrival.at)]));
  expect(at.size, 'nobody twice').toBe(found.length);
  return at;
}
const arrivals = async (to: readonly string[]) => (await arrivedAt(to)).size;

/** All of them got it within a minute of this time, and not before. */
async function expectArrivedFrom(atMs: number, to: readonly string[]): Promise<void> {
  const at = [...(await arrivedAt(to)).values()];
  expect(at).toHaveLength(to.length);
  expect(Math.min(...at)).toBeGreaterThanOrEqual(atMs);
  expect(Math.max(...at)).toBeLessThan(atMs + minuteMs);
}

const noDeadLetters = async () =>
  expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);

/** What an operator does at the table: there is no other way to take an approval back. */
async function withdrawSender(tenant: string): Promise<void> {
  const { admin, addresses } = suite.cloud;
  const client = new DynamoDBClient({ endpoint: addresses.apiUrl, region: 'ap-northeast-2', credentials: admin });
  const { dynamodb } = (await (await fetch(`${addresses.controlUrl}/usage`)).json()) as UsageReport;
  const [TableName] = Object.keys(dynamodb.byOperation)[0]!.split('/');
  await client.send(new DeleteCommand({ TableName, Key: senderKey(tenant as TenantId, senderNumber) }));
}

describe('a schedule', () => {
  test('59 days ahead, in local time: held at once, fired on time, once', async () => {
    const to = numbers(3, ++series);
    const dueMs = Math.ceil(((await suite.control.nowMs()) + 59 * dayMs) / minuteMs) * minuteMs;
    const seoul = iso(dueMs + 9 * hourMs).slice(0, 16);
    const id = await ready(to, { schedule: { at: seoul, timeZone: 'Asia/Seoul' } });
    expect(await get(id)).toMatchObject({
      schedule: { at: iso(dueMs) },
      quote: { finishesAt: iso(dueMs) },
      waves: [{ number: 1, at: iso(dueMs), recipients: 3, releasedAt: null }],
      credits: { held: 0 },
    });
    const confirmed = await send(id, { body: {}, idem: 'go' });
    expect(confirmed.json).toMatchObject({ status: 'scheduled', statusLabel: 'Waiting for delivery' });
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_997, held: 3 });
    expect((await shop.live.all('/v1/dispatches', { status: 'scheduled' })).map((one) => one.id)).toEqual([id]);

    await suite.control.advance('P58DT23H');
    expect(await get(id)).toMatchObject({ status: 'scheduled', progress: { planned: 3 } });
    expect(await arrivals(to)).toBe(0);
    await suite.control.advance('PT1H1M');
    const done = await settled(suite.control, shop.live, id);
    expect(done).toMatchObject({ status: 'completed', progress: { delivered: 3 } });
    expect(Date.parse(done.waves[0].releasedAt)).toBeGreaterThanOrEqual(dueMs);
    await expectArrivedFrom(dueMs, to);
    expect(await shop.live.all('/v1/dispatches', { status: 'scheduled' })).toEqual([]);
    const replay = await send(id, { body: {}, idem: 'go' });
    expect([replay.status, replay.json]).toEqual([202, confirmed.json]); // known for a day after its time
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_997, held: 0, spent: 3 });
    await noDeadLetters();
  });

  test('of the short form: the same answer, held and waiting, then sent', async () => {
    const to = numbers(2, ++series);
    const schedule = await ahead(2 * hourMs);
    const body = { message: message(), recipients: listOf(to), schedule };
    const asked = { body, idem: 'later' };
    const { dispatchId, data } = await shop.live.told(202, 'POST', '/v1/messages', asked);
    expect(data.map(({ status }: Shown) => status)).toEqual(['planned', 'planned']);
    expect(await get(dispatchId)).toMatchObject({ status: 'scheduled', schedule, credits: { held: 2 } });
    await suite.control.advance('PT1H59M');
    expect(await arrivals(to)).toBe(0);
    await suite.control.advance('PT2M');
    await settled(suite.control, shop.live, dispatchId);
    await expectArrivedFrom(Date.parse(schedule.at), to);
    const replay = await shop.live.ask('POST', '/v1/messages', asked);
    expect(replay).toMatchObject({ status: 202, json: { dispatchId } });
    expect(await arrivals(to)).toBe(2);
  });

  test('a few seconds ahead is kept too', async () => {
    const to = numbers(2, ++series);
    const id = await scheduled(to, 20 * secondMs);
    const { schedule } = await get(id);
    expect(await suite.control.schedules()).toMatchObject({ schedules: [] });
    await suite.control.advance('PT30S');
    await settled(suite.control, shop.live, id);
    await expectArrivedFrom(Date.parse(schedule.at), to);
  });

  test('confirmed after its time, it goes at once; confirmed in time, at its time', async () => {
    const [early, late] = [numbers(2, ++series), numbers(2, ++series)];
    const schedule = await ahead(hourMs);
    const [inTime, tooLate] = [await ready(early, { schedule }), await ready(late, { schedule })];
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000 });
    expect((await send(inTime)).json.status).toBe('scheduled');
    await suite.control.advance('PT2H');
    await untilStatus(shop.live, inTime, 'completed');
    expect(await get(tooLate)).toMatchObject({ status: 'ready', schedule });
    expect(await arrivals(late)).toBe(0);
    const nowMs = await suite.control.nowMs();
    expect((await send(tooLate)).json.status).toBe('sending');
    await settled(suite.control, shop.live, tooLate);
    await expectArrivedFrom(Date.parse(schedule.at), early);
    await expectArrivedFrom(nowMs, late);
  });

  test('automatic: prepared, held and scheduled by itself; short of credits it fails and holds nothing', async () => {
    const to = numbers(3, ++series);
    const body = { message: message(), confirm: 'auto', schedule: await ahead(hourMs) };
    const post = async (count: number) =>
      (
        await shop.live.told(202, 'POST', '/v1/dispatches', {
          body: { ...body, recipients: { list: listOf(to.slice(0, count)) } },
        })
      ).id;
    const id = await post(3);
    expect(await untilStatus(shop.live, id, 'scheduled')).toMatchObject({ credits: { held: 3 } });
    const poor = await suite.newShop(2);
    const { id: short } = await poor.live.told(202, 'POST', '/v1/dispatches', {
      body: { ...body, recipients: { list: listOf(to) } },
    });
    await untilStatus(poor.live, short, 'failed');
    expect(await expectMoneyAddsUp(poor.live)).toMatchObject({ available: 2, held: 0 });
    await suite.control.advance('PT61M');
    await settled(suite.control, shop.live, id);
    expect(await arrivals(to)).toBe(3);
  });

  test('what may no longer go at its time is skipped, and its credits come back', async () => {
    const to = numbers(3, ++series);
    const id = await scheduled(to, hourMs);
    await withdrawSender(shop.id);
    await suite.control.advance('PT61M');
    const done = await settled(suite.control, shop.live, id);
    expect(done).toMatchObject({
      status: 'completed',
      skippedBy: { sender_not_approved: 3 },
      credits: { held: 0, captured: 0, released: 3 },
      waves: [{ progress: { skipped: 3 } }],
    });
    expect(await arrivals(to)).toBe(0);
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });
  });

  test('of a tenant that is suspended at its time: nothing goes until it is resumed', async () => {
    const to = numbers(3, ++series);
    const id = await scheduled(to, hourMs);
    await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/suspend`);
    await suite.control.advance('PT3H');
    expect(await arrivals(to)).toBe(0);
    await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/resume`);
    await suite.control.advance('PT30M');
    expect(await settled(suite.control, shop.live, id)).toMatchObject({ progress: { delivered: 3 } });
    expect(await arrivals(to)).toBe(3);
    await noDeadLetters();
  });
});

describe('another time', () => {
  test('later: the first time passes and nothing goes; earlier: it goes then, once; now: it goes at once', async () => {
    const [later, earlier, now] = [numbers(2, ++series), numbers(2, ++series), numbers(2, ++series)];
    const ids = [await scheduled(later, hourMs), await scheduled(earlier, 3 * dayMs), await scheduled(now, 3 * dayMs)];
    const [laterId, earlierId, nowId] = ids as [string, string, string];
    const [toLater, toEarlier] = [await ahead(5 * hourMs), await ahead(2 * hourMs)];
    expect(await reschedule(laterId, toLater)).toMatchObject({
      status: 200,
      json: { status: 'scheduled', schedule: toLater },
    });
    expect((await reschedule(earlierId, toEarlier)).status).toBe(200);
    const nowMs = await suite.control.nowMs();
    expect(await reschedule(nowId, null)).toMatchObject({
      status: 200,
      json: { schedule: null, quote: { finishesAt: null } },
    });
    await settled(suite.control, shop.live, nowId);
    await expectArrivedFrom(nowMs, now);
    expect(await reschedule(nowId, null)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });

    await suite.control.advance('PT110M');
    expect([await arrivals(later), await arrivals(earlier)]).toEqual([0, 0]);
    await suite.control.advance('PT11M');
    await untilStatus(shop.live, earlierId, 'completed');
    await expectArrivedFrom(Date.parse(toEarlier.at), earlier);
    expect(await arrivals(later)).toBe(0);
    await suite.control.advance('PT3H1M');
    await untilStatus(shop.live, laterId, 'completed');
    await expectArrivedFrom(Date.parse(toLater.at), later);
    await suite.control.advance('P4D');
    for (const to of [later, earlier, now]) expect(await arrivals(to)).toBe(2);
    expect(await suite.control.schedules()).toMatchObject({ schedules: [] });
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_994, held: 0, spent: 6 });
  });

  test('of one that waits for its confirmation: holds nothing, counts when it is confirmed', async () => {
    const to = numbers(2, ++series);
    const id = await ready(to);
    expect(await get(id)).toMatchObject({ quote: { finishesAt: null } });
    const schedule = await ahead(hourMs);
    expect(await reschedule(id, schedule)).toMatchObject({
      status: 200,
      json: { status: 'ready', schedule, quote: { finishesAt: schedule.at }, credits: { held: 0 } },
    });
    expect((await send(id)).json.status).toBe('scheduled');
    await cancel(id);
  });

  test('of a canceled one is refused, whenever it was canceled', async () => {
    const ids = [await ready(numbers(1, ++series)), await scheduled(numbers(1, ++series), hourMs)];
    for (const id of ids) {
      expect((await cancel(id)).status).toBe(200);
      for (const schedule of [null, await ahead(hourMs)]) {
        expect(await reschedule(id, schedule)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
      }
      expect((await send(id)).status).toBe(409);
    }
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });
  });
});

describe('a split', () => {
  const split = { count: 4, intervalMinutes: 30 };

  test('is seen whole before anything is spent: texts, times and sizes; then goes in file order, on time', async () => {
    const to = numbers(2_006, ++series);
    const uploadId = await putFile(shop.live, csvOf(to.map((number, i) => `${number},${i === 7 ? '' : `서연${i}`}`)));
    const schedule = await ahead(hourMs);
    const firstMs = Date.parse(schedule.at);
    const body = { message: message({ text: '{{ name }}님' }), recipients: { uploadId }, schedule, split };
    const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
    const shown = await untilStatus(shop.live, id, 'ready');
    const times = [0, 1, 2, 3].map((i) => iso(firstMs + i * 30 * minuteMs));
    // row 8 has no name, and is left out before the parts are made
    expect(shown).toMatchObject({ quote: { sendable: 2_005, finishesAt: times[3] }, split, credits: { held: 0 } });
    expect(shown.waves.map(({ number, at, recipients }: Shown) => [number, at, recipients])).toEqual([
      [1, times[0], 502],
      [2, times[1], 501],
      [3, times[2], 501],
      [4, times[3], 501],
    ]);
    const texts = await shop.live.all(`/v1/dispatches/${id}/messages`, { include: 'text' });
    const inFile = texts.toSorted((a, b) => a.row - b.row);
    expect(inFile.map(({ text }) => text ?? null)).toEqual(to.map((_, i) => (i === 7 ? null : `서연${i}님`)));
    expect(inFile[7]).toMatchObject({ status: 'skipped', reason: 'missing_variable' });
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });

    await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: {} });
    const sendable = to.filter((_, i) => i !== 7);
    const parts = [
      sendable.slice(0, 502),
      sendable.slice(502, 1_003),
      sendable.slice(1_003, 1_504),
      sendable.slice(1_504),
    ];
    await suite.control.advance('PT61M');
    for (const [i, part] of parts.entries()) {
      await untilDispatch(
        shop.live,
        id,
        ({ waves }) => waves[i].progress.planned === 0 && waves[i].releasedAt !== null,
        60_000,
      );
      await expectArrivedFrom(firstMs + i * 30 * minuteMs, part);
      expect(await arrivals(to), `after part ${i + 1}`).toBe(parts.slice(0, i + 1).flat().length);
      if (i < 3) {
        const { status, waves } = await get(id);
        expect(status).toBe('sending');
        expect(waves[i + 1]).toMatchObject({ releasedAt: null, progress: { planned: 501 } });
        await suite.control.advance('PT30M');
      }
    }
    const done = await settled(suite.control, shop.live, id);
    expect(done).toMatchObject({ status: 'completed', progress: { delivered: 2_005, skipped: 1 } });
    expect(done.waves.map(({ progress }: Shown) => progress.delivered)).toEqual([502, 501, 501, 501]);
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 7_995, held: 0, spent: 2_005 });
    await noDeadLetters();
  }, 120_000);

  test('of more parts than can be sent to has as many as there are recipients', async () => {
    const [a, b] = numbers(2, ++series) as [string, string];
    const nowMs = await suite.control.nowMs();
    const id = await ready([a, '010-12', b, a], { split });
    const shown = await get(id);
    expect(shown.waves.map(({ recipients }: Shown) => recipients)).toEqual([1, 1]);
    const gap = Date.parse(shown.waves[1].at) - Date.parse(shown.waves[0].at);
    expect([gap, shown.quote.finishesAt]).toEqual([30 * minuteMs, shown.waves[1].at]);
    expect((await send(id)).json.status).toBe('sending');
    await suite.control.advance('PT31M');
    const done = await settled(suite.control, shop.live, id);
    expect(done).toMatchObject({ status: 'completed', progress: { delivered: 2, skipped: 2 } });
    const at = await arrivedAt([a, b]);
    expect(at.get(b)! - at.get(a)!).toBeGreaterThanOrEqual(29 * minuteMs);
    expect(at.get(a)!).toBeGreaterThanOrEqual(nowMs);
  });

  test('moved to another time moves whole; once a part has gone it stays where it is', async () => {
    const to = numbers(8, ++series);
    const id = await scheduled(to, hourMs, { split });
    const tooLong = await reschedule(id, await ahead(60 * dayMs - 89 * minuteMs));
    expect(tooLong).toMatchObject({
      status: 422,
      json: { code: 'invalid_schedule', errors: [{ pointer: '/schedule/at' }] },
    });
    const schedule = await ahead(10 * hourMs);
    const { status, json } = await reschedule(id, schedule);
    expect(status).toBe(200);
    const times = [0, 1, 2, 3].map((i) => iso(Date.parse(schedule.at) + i * 30 * minuteMs));
    expect(json.waves.map(({ at }: Shown) => at)).toEqual(times);
    await suite.control.advance('PT9H');
    expect(await arrivals(to)).toBe(0);
    await suite.control.advance('PT61M');
    await untilStatus(shop.live, id, 'sending');
    expect(await reschedule(id, await ahead(dayMs))).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    await suite.control.advance('PT90M');
    await settled(suite.control, shop.live, id);
    const at = await arrivedAt(to);
    for (const [i, number] of to.entries()) {
      const lateMs = at.get(number)! - Date.parse(times[Math.floor(i / 2)]!);
      expect([lateMs >= 0, lateMs < minuteMs]).toEqual([true, true]);
    }
  });

  test('on too few credits goes as far as they reach; parts behind them have nobody, and keep nobody waiting', async () => {
    const poor = await suite.newShop(5);
    const to = numbers(8, ++series);
    const body = {
      message: message(),
      recipients: { list: listOf(to) },
      confirm: 'auto',
      onShortfall: 'partial',
      split,
    };
    const { id } = await poor.live.told(202, 'POST', '/v1/dispatches', { body });
    await untilStatus(poor.live, id, 'sending');
    expect(await expectMoneyAddsUp(poor.live)).toMatchObject({ available: 0 });
    await suite.control.advance('PT91M');
    const done = await settled(suite.control, poor.live, id);
    expect(done).toMatchObject({
      status: 'completed',
      skippedBy: { insufficient_credits: 3 },
      progress: { delivered: 5 },
    });
    expect(done.waves.map(({ progress }: Shown) => [progress.delivered, progress.skipped])).toEqual([
      [2, 0],
      [2, 0],
      [1, 1],
      [0, 2],
    ]);
    expect([...(await arrivedAt(to)).keys()].sort()).toEqual(to.slice(0, 5));
    expect(await expectMoneyAddsUp(poor.live)).toMatchObject({ available: 0, held: 0, spent: 5 });
    await noDeadLetters();
  });

  test('canceled before, between and after its parts: what had gone is paid, the rest comes back at once', async () => {
    const lists = [numbers(8, ++series), numbers(8, ++series), numbers(8, ++series)] as const;
    const ids: string[] = [];
    for (const to of lists) ids.push(await scheduled(to, hourMs, { split }));
    const [before, between, after] = ids as [string, string, string];
    expect(await cancel(before)).toMatchObject({
      status: 200,
      json: { canceled: 8, gone: 0, dispatch: { status: 'canceled', credits: { held: 0, released: 8 } } },
    });
    await suite.control.advance('PT91M');
    await untilDispatch(shop.live, between, ({ progress }) => progress.planned === 4);
    const { json } = await cancel(between);
    expect(json).toMatchObject({
      canceled: 4,
      gone: 4,
      dispatch: { cancelReason: 'requested', credits: { released: 4 } },
    });
    expect(json.dispatch.waves.map(({ progress }: Shown) => progress.canceled)).toEqual([0, 0, 2, 2]);
    expect((await shop.live.money()).held).toBe((await get(after)).credits.held);
    await suite.control.advance('PT61M');
    const done = await settled(suite.control, shop.live, after);
    expect(await cancel(after)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    expect(done).toMatchObject({ status: 'completed', progress: { delivered: 8 } });
    expect(await settled(suite.control, shop.live, between)).toMatchObject({
      status: 'canceled',
      progress: { delivered: 4, canceled: 4 },
    });
    await suite.control.advance('P1D');
    expect(await Promise.all(lists.map(arrivals))).toEqual([0, 4, 8]);
    expect(await suite.control.schedules()).toMatchObject({ schedules: [] });
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_988, held: 0, spent: 12 });

    const { data } = await shop.live.told(200, 'POST', '/v1/dispatches/cancel', { body: { ids: [after, between] } });
    expect(data).toEqual([
      { id: after, result: 'wrong_state', status: 'completed', canceled: 0, gone: 8 },
      { id: between, result: 'wrong_state', status: 'canceled', canceled: 4, gone: 4 },
    ]);
  });
});

describe('two at once', () => {
  test('confirmed twice: one wins, with one hold', async () => {
    for (let round = 0; round < 5; round++) {
      const to = numbers(2, ++series);
      const id = await ready(to, { schedule: await ahead(hourMs) });
      const both = await Promise.all([
        send(id),
        send(id),
        send(id, { body: {}, idem: id }),
        send(id, { body: {}, idem: id }),
      ]);
      const won = both.filter(({ status }) => status === 202);
      expect(won.length).toBeGreaterThan(0);
      for (const { status, json } of both) {
        if (status === 202) expect(json).toEqual(won[0]!.json);
        else expect([status, json.code]).toEqual([409, 'wrong_state']);
      }
      expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_998, held: 2 });
      expect((await cancel(id)).status).toBe(200);
    }
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });
  });

  type Told = Awaited<ReturnType<typeof cancel>>;
  type Verdict = 'in_time' | 'too_late';

  /** Asks something at about the moment at which a dispatch is released, until that came both too late and in time. */
  async function aroundRelease(
    ask: (id: string) => Promise<Told>,
    judge: (id: string, to: readonly string[], told: Told) => Promise<Verdict>,
  ): Promise<void> {
    const seen = { in_time: 0, too_late: 0 };
    for (let round = 0; round < 20 && (round < 4 || seen.in_time * seen.too_late === 0); round++) {
      const each = Array.from({ length: 8 }, () => numbers(2, ++series));
      const schedule = await ahead(hourMs);
      const ids: string[] = [];
      for (const to of each) {
        const body = { message: message(), recipients: listOf(to), schedule };
        ids.push((await shop.live.told(202, 'POST', '/v1/messages', { body })).dispatchId);
      }
      const leftMs = Date.parse(schedule.at) - (await suite.control.nowMs());
      await suite.control.advance(`PT${(leftMs - 300) / 1_000}S`);
      // From just before its time to when it has surely gone
      const told = await Promise.all(ids.map((id) => sleep(Math.random() * 2_500).then(() => ask(id))));
      for (const [i, id] of ids.entries()) seen[await judge(id, each[i]!, told[i]!)]++;
    }
    expect(seen.in_time).toBeGreaterThan(0);
    expect(seen.too_late).toBeGreaterThan(0);
    await noDeadLetters();
  }

  test('a cancel and the release: all goes or nothing does, and money says the same', async () => {
    await aroundRelease(cancel, async (id, to, { status, json }) => {
      expect([200, 409]).toContain(status);
      const done = await settled(suite.control, shop.live, id);
      const arrived = await arrivals(to);
      expect(done.progress).toMatchObject({ delivered: arrived, canceled: 2 - arrived });
      if (status === 409) expect([done.status, arrived]).toEqual(['completed', 2]);
      else {
        expect([done.status, json.gone + json.canceled]).toEqual(['canceled', 2]);
        expect(json.gone).toBeGreaterThanOrEqual(arrived); // what was about to be handed over may have been kept back yet
      }
      return arrived === 0 ? 'in_time' : 'too_late';
    });
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ held: 0 });
  }, 240_000);

  test('another time and the release: it goes at the one or at the other, once', async () => {
    const later = await ahead(dayMs);
    await aroundRelease(
      (id) => reschedule(id, later),
      async (id, _, { status }) => {
        expect([200, 409]).toContain(status);
        const shown = await get(id);
        if (status === 409) expect(shown.schedule.at < later.at).toBe(true);
        else
          expect(shown).toMatchObject({
            status: 'scheduled',
            schedule: later,
            waves: [{ at: later.at, releasedAt: null }],
          });
        return status === 409 ? 'too_late' : 'in_time';
      },
    );
    await suite.control.advance('P1DT1M');
    const all = await shop.live.all('/v1/dispatches');
    for (const { id, schedule } of all) {
      const done = await settled(suite.control, shop.live, id);
      expect(done).toMatchObject({ status: 'completed', progress: { delivered: 2 } });
      const messages = await shop.live.all(`/v1/dispatches/${id}/messages`);
      await expectArrivedFrom(
        Date.parse(schedule.at),
        messages.map(({ to }) => to),
      );
    }
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ held: 0, spent: 2 * all.length });
  }, 240_000);

  test('sent now while it is being moved away: the last word counts, and it goes once', async () => {
    for (let round = 0; round < 6; round++) {
      const to = numbers(2, ++series);
      const id = await scheduled(to, hourMs);
      const later = await ahead(2 * hourMs);
      const told = await Promise.all([reschedule(id, null), reschedule(id, later), cancel(id)]);
      for (const { status } of told) expect([200, 409]).toContain(status);
      expect(told[2]!.status).toBe(200);
      expect(await settled(suite.control, shop.live, id)).toMatchObject({ status: 'canceled' });
      expect([0, 2]).toContain(await arrivals(to));
    }
    await expectMoneyAddsUp(shop.live);
  });
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'between scheduling and its time the cloud ends by %s and starts again: it goes on time, once',
  async (signal) => {
    const home = newHome();
    const cloud = new CloudProcess(home);
    try {
      let desk = await deskAt(await cloud.start(inject('assembly')));
      const { live } = await desk.newShop(100);
      const to = numbers(4, ++series);
      const dueMs = (await desk.control.nowMs()) + dayMs;
      const body = {
        message: message(),
        recipients: { list: listOf(to) },
        confirm: 'auto',
        schedule: { at: iso(dueMs) },
      };
      const { id } = await live.told(202, 'POST', '/v1/dispatches', {
        body: { ...body, split: { count: 2, intervalMinutes: 60 } },
      });
      await untilStatus(live, id, 'scheduled');
      for (let life = 0; life < 2; life++) {
        await cloud.end(signal);
        desk = await deskAt(await cloud.start(inject('assembly')));
        await desk.control.advance('PT11H');
      }
      const again = desk.customer(live.key!);
      expect(await again.get(`/v1/dispatches/${id}`)).toMatchObject({ status: 'scheduled', credits: { held: 4 } });
      expect(await desk.control.arrivals()).toEqual([]);
      await desk.control.advance('PT4H');
      expect(await settled(desk.control, again, id)).toMatchObject({ status: 'completed', progress: { delivered: 4 } });
      const arrived = (await desk.control.arrivals()).map((one) => [
        one.to,
        Math.floor((Date.parse(one.at) - dueMs) / minuteMs),
      ]);
      expect(arrived.sort()).toEqual(to.map((number, i) => [number, i < 2 ? 0 : 60]));
      expect(await expectMoneyAddsUp(again)).toMatchObject({ available: 96, held: 0, spent: 4 });
    } finally {
      await cloud.end('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    }
  },
  120_000,
);
