import { describe, expect, test } from 'vitest';
import { csvOf, putFile } from '../support/files.ts';
import { dayMs, hourMs, iso, laterSends, minuteMs } from '../support/later-sends.ts';
import {
  expectMoneyAddsUp,
  listOf,
  message,
  type Shown,
  settled,
  untilDispatch,
  untilStatus,
} from '../support/sends.ts';

const {
  suite,
  shop,
  newNumbers,
  ahead,
  get,
  send,
  cancel,
  reschedule,
  ready,
  scheduled,
  arrivedAt,
  arrivals,
  expectArrivedFrom,
  noDeadLetters,
} = laterSends();

describe('a split', () => {
  const split = { count: 4, intervalMinutes: 30 };

  test('is seen whole before anything is spent: texts, times and sizes; then goes in file order, on time', async () => {
    const to = newNumbers(2_006);
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
    expect(inFile.map(({ text }) => text)).toEqual(to.map((_, i) => (i === 7 ? null : `서연${i}님`)));
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
    const [a, b] = newNumbers(2) as [string, string];
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
    const to = newNumbers(8);
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
    const to = newNumbers(8);
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
    const lists = [newNumbers(8), newNumbers(8), newNumbers(8)] as const;
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
