import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { UsageReport } from '../../infra/local/control/usage.ts';
import { senderKey } from '../../shared/adapters/dynamo/keys.ts';
import type { TenantId } from '../../shared/contracts/ids.ts';
import { senderNumber } from '../support/cloud.ts';
import { dayMs, hourMs, iso, laterSends, minuteMs, secondMs } from '../support/later-sends.ts';
import { expectMoneyAddsUp, listOf, message, type Shown, settled, untilStatus } from '../support/sends.ts';

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
  arrivals,
  expectArrivedFrom,
  noDeadLetters,
} = laterSends();

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
    const to = newNumbers(3);
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
    const to = newNumbers(2);
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
    const to = newNumbers(2);
    const id = await scheduled(to, 20 * secondMs);
    const { schedule } = await get(id);
    expect(await suite.control.schedules()).toMatchObject({ schedules: [] });
    await suite.control.advance('PT30S');
    await settled(suite.control, shop.live, id);
    await expectArrivedFrom(Date.parse(schedule.at), to);
  });

  test('confirmed after its time, it goes at once; confirmed in time, at its time', async () => {
    const [early, late] = [newNumbers(2), newNumbers(2)];
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
    const to = newNumbers(3);
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
    const to = newNumbers(3);
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
    const to = newNumbers(3);
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
    const [later, earlier, now] = [newNumbers(2), newNumbers(2), newNumbers(2)];
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
    const to = newNumbers(2);
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
    const ids = [await ready(newNumbers(1)), await scheduled(newNumbers(1), hourMs)];
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
