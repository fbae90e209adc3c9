import { expect, test } from 'vitest';
import type { Shop } from '../support/cloud.ts';
import { hourMs, iso, laterSends, minuteMs } from '../support/later-sends.ts';
import { expectMoneyAddsUp, listOf, message, settled, untilStatus } from '../support/sends.ts';

const later = laterSends();
const { suite } = later;
const optOutNumber = '0801234567';

/** A clock on a wall in Korea, as hours since midnight. */
const koreanHour = (atMs: number): number => (((atMs / hourMs + 9) % 24) + 24) % 24;

/** Moves the clock to the next time at which it is so late in Korea. */
async function untilHour(hour: number): Promise<void> {
  const nowMs = await suite.control.nowMs();
  const aheadHours = (hour - koreanHour(nowMs) + 24) % 24;
  await suite.control.advance(`PT${Math.ceil(aheadHours * 3_600)}S`);
}

async function advertiser({ id, live }: Shop, nightPolicy: string, number = optOutNumber): Promise<void> {
  const asked = await live.told(201, 'POST', '/v1/opt-out-numbers', { body: {} });
  const path = `/operator/v1/tenants/${id}/opt-out-numbers/${asked.id}/open`;
  await suite.operator.told(200, 'POST', path, { body: { number } });
  await live.told(200, 'PATCH', '/v1/settings', { body: { advertiserName: '봉수상점', nightPolicy } });
}

const advertisement = (text: string) => message({ text, advertisement: { addRequiredParts: true } });

test('an advertisement sent in the evening reaches who wants it at night, and the others in the morning', async () => {
  const { shop } = later;
  const { live } = shop;
  await advertiser(shop, 'wait');
  const to = later.newNumbers(1_200);
  const awake = to.slice(0, 3);
  for (const number of awake) {
    const body = { marketing: true, night: true };
    await live.told(200, 'PUT', `/v1/consents/${encodeURIComponent(number)}`, { body });
  }
  const body = { message: advertisement('오늘만 반값'), recipients: { list: listOf(to.slice(0, 1_000)) } };
  await untilHour(21.5);
  const nightMs = await suite.control.nowMs();
  const { id } = await live.told(202, 'POST', '/v1/dispatches', { body });
  const ready = await untilStatus(live, id, 'ready');
  const [wave] = ready.quote.nightWindow.waves;
  expect(wave).toMatchObject({ goAtOnce: 3, wait: 997, skipped: 0 });
  const morningMs = Date.parse(wave.opensAt);
  expect([koreanHour(morningMs), ready.quote.finishesAt]).toEqual([8, wave.opensAt]);
  await later.send(id);
  await suite.control.advance('PT2M');
  await later.expectArrivedFrom(nightMs, awake);
  expect(await later.arrivals(to)).toBe(3);

  // Somebody calls the number at night, somebody else says it to the shop
  const [caller, teller] = [to[10]!, to[11]!];
  const call = await suite.control.optOutCall({ from: caller, to: optOutNumber, repeat: 2 });
  expect(call.answers.map(({ status }) => status)).toEqual([200, 200]);
  await live.told(200, 'POST', '/v1/sms/unsubscribe', { body: { phoneNumbers: [teller] }, idem: null });
  await suite.control.advance('PT8H');
  expect(await later.arrivals(to)).toBe(3);
  expect((await suite.control.nowMs()) < morningMs).toBe(true);

  await suite.control.advance(`PT${Math.ceil((morningMs - (await suite.control.nowMs())) / 1_000) + 90}S`);
  const dispatch = await settled(suite.control, live, id);
  expect(dispatch.progress).toMatchObject({ accepted: 1_000, delivered: 998, skipped: 2 });
  expect(dispatch.skippedBy).toEqual({ opted_out: 2 });
  expect(dispatch.credits).toMatchObject({ held: 0, captured: 998, released: 2 });
  const arrivals = (await suite.control.arrivals()).filter(({ to: number }) => to.includes(number));
  for (const { to: number, at, text } of arrivals) {
    const hour = koreanHour(Date.parse(at));
    if (hour >= 21 || hour < 8) expect(awake).toContain(number);
    expect(text).toBe('(광고)봉수상점\n오늘만 반값\n무료수신거부 0801234567');
  }
  await expectMoneyAddsUp(live);
  await later.noDeadLetters();
}, 60_000);

test('one that would lie wholly in the night is refused, and one that reaches into it stops there', async () => {
  const { shop } = later;
  const { live } = shop;
  await advertiser(shop, 'fail', '0807654321');
  const to = later.newNumbers(4);
  await untilHour(19);
  const split = { count: 2, intervalMinutes: 120 };
  const body = { message: advertisement('반값 {{ phoneNumber }}'), recipients: { list: listOf(to) }, split };
  const { id } = await live.told(202, 'POST', '/v1/dispatches', { body });
  const ready = await untilStatus(live, id, 'ready');
  expect(ready.quote.nightWindow.waves).toMatchObject([
    { goAtOnce: 2, skipped: 0 },
    { goAtOnce: 0, skipped: 2 },
  ]);
  await later.send(id);
  await suite.control.advance('PT125M');
  const dispatch = await settled(suite.control, live, id);
  expect(dispatch).toMatchObject({ skippedBy: { night_window: 2 }, credits: { captured: 2, released: 2 } });
  expect([...(await later.arrivedAt(to)).keys()].sort()).toEqual(to.slice(0, 2));

  const at = iso((await suite.control.nowMs()) + 10 * minuteMs);
  const refused = await live.ask('POST', '/v1/messages', {
    body: { message: advertisement('반값'), recipients: listOf(to), schedule: { at } },
  });
  expect(refused).toMatchObject({ status: 422, json: { code: 'night_window' } });
  expect(koreanHour(Date.parse(refused.json.opensAt))).toBe(8);
  await expectMoneyAddsUp(live);
}, 60_000);
