import { expect, test } from 'vitest';
import type { Shop } from '../support/cloud.ts';
import { until } from '../support/cloud.ts';
import { hourMs, iso, laterSends, minuteMs } from '../support/later-sends.ts';
import { expectMoneyAddsUp, listOf, message, type Shown, sendTo, settled } from '../support/sends.ts';

const later = laterSends();
const { suite } = later;

/** A published campaign whose period begins in an hour. */
async function published({ live }: Shop, to: readonly string[], over: object = {}): Promise<string> {
  const nowMs = await suite.control.nowMs();
  const body = {
    name: 'November sale',
    message: message(),
    recipients: { list: listOf(to) },
    period: { startAt: iso(nowMs + hourMs), endAt: iso(nowMs + 24 * hourMs) },
    ...over,
  };
  const { id } = await live.told(201, 'POST', '/v1/campaigns', { body });
  await live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  return id;
}

const untilStatus = ({ live }: Shop, id: string, status: string) =>
  until<Shown>(
    () => live.get(`/v1/campaigns/${id}`),
    (campaign) => campaign.status === status,
  );

/** The dispatch of a campaign, once it is over. */
async function ended(shop: Shop, id: string): Promise<Shown> {
  const { dispatchId } = await untilStatus(shop, id, 'ended');
  return settled(suite.control, shop.live, dispatchId, 'PT1H');
}

async function turn({ live }: Shop, verb: 'subscribe' | 'unsubscribe', phoneNumbers: readonly string[]) {
  const { data } = await live.told(200, 'POST', `/v1/sms/${verb}`, { body: { phoneNumbers }, idem: null });
  expect(data.map(({ result }: Shown) => result)).toEqual(phoneNumbers.map(() => 'changed'));
}

test('who opts out after a campaign was scheduled gets none of it, though still what is no advertising; who comes back does', async () => {
  const { shop } = later;
  const { live } = shop;
  const to = later.newNumbers(10);
  const [left, stay] = [to.slice(0, 2), to.slice(2)];
  const first = await published(shop, to);
  await turn(shop, 'unsubscribe', left);
  // What test keys say is of another world.
  await turn({ ...shop, live: shop.test }, 'unsubscribe', stay);
  await suite.control.advance('PT61M');
  const dispatch = await ended(shop, first);
  expect(dispatch.skippedBy).toEqual({ opted_out: 2 });
  expect(dispatch.progress).toMatchObject({ accepted: 10, skipped: 2, delivered: 8 });
  // Of the others nobody knows whether they want advertising: the quote says how many they are
  expect(dispatch.quote).toMatchObject({
    excluded: { opted_out: 2 },
    warnings: [{ code: 'consent_unknown', recipients: 8 }],
  });
  expect(dispatch.credits).toMatchObject({ held: 0, captured: 8 });
  expect([...(await later.arrivedAt(to)).keys()].sort()).toEqual([...stay].sort());
  const number = encodeURIComponent(left[0]!);
  expect(await live.get(`/v1/campaigns/${first}/recipients/${number}`)).toMatchObject({
    mark: null,
    data: [{ status: 'skipped', reason: 'opted_out' }],
  });
  await expectMoneyAddsUp(live);

  const informational = await sendTo(live, left);
  expect((await settled(suite.control, live, informational)).progress).toMatchObject({ delivered: 2 });
  expect(await later.arrivals(left)).toBe(2);

  await turn(shop, 'subscribe', left);
  expect(await live.ask('GET', `/v1/opt-outs/${number}`)).toMatchObject({ status: 404 });
  const again = later.newNumbers(3);
  await turn(shop, 'unsubscribe', again);
  await turn(shop, 'subscribe', again);
  const second = await published(shop, again);
  await suite.control.advance('PT61M');
  expect(await ended(shop, second)).toMatchObject({ skippedBy: {}, progress: { delivered: 3 } });
  expect(await later.arrivals(again)).toBe(3);
  await later.noDeadLetters();
}, 120_000);

/** An open 080 number of a shop. */
async function openNumber({ id, live }: Shop, number: string): Promise<string> {
  const { id: numberId } = await live.told(201, 'POST', '/v1/opt-out-numbers', { body: {} });
  const path = `/operator/v1/tenants/${id}/opt-out-numbers/${numberId}`;
  await suite.operator.told(200, 'POST', `${path}/schedule`, { body: { number } });
  await suite.operator.told(200, 'POST', `${path}/open`, { body: {} });
  return numberId;
}

test('who opts out between two parts of a campaign, by API or by call, gets none of the second, and what was held for it is free again', async () => {
  const { shop } = later;
  const { live } = shop;
  const to = later.newNumbers(40);
  const before = (await live.money()).available;
  const id = await published(shop, to, { split: { count: 2, intervalMinutes: 60 } });
  await suite.control.advance('PT61M');
  const { dispatchId } = await untilStatus(shop, id, 'in_operation');
  await until(
    () => later.arrivals(to),
    (arrived) => arrived === 20,
  );
  const reached = await later.arrivedAt(to);
  const waiting = to.filter((number) => !reached.has(number));
  const [left, stay] = [waiting.slice(0, 5), waiting.slice(5)];
  const [calls, back, ...others] = left;
  await turn(shop, 'unsubscribe', others);
  const dialled = '080-1111-2222';
  await openNumber(shop, dialled);
  const { answers } = await suite.control.optOutCall({ from: calls!, to: dialled, repeat: 2 });
  expect(answers.map(({ status, body }) => [status, body.result])).toEqual([
    [200, 'recorded'],
    [200, 'repeated'],
  ]);
  expect(await live.get(`/v1/opt-outs/${encodeURIComponent(calls!)}`)).toMatchObject({ source: 'call' });
  // Who came back and called again is out: only the same call told again would not count
  const first = await suite.control.optOutCall({ from: back!, to: dialled });
  await turn(shop, 'subscribe', [back!]);
  const again = await suite.control.optOutCall({ from: back!, to: dialled, id: first.id });
  expect(again.answers[0]?.body.result).toBe('repeated');
  expect(await live.ask('GET', `/v1/opt-outs/${encodeURIComponent(back!)}`)).toMatchObject({ status: 404 });
  await suite.control.optOutCall({ from: back!, to: dialled });
  await suite.control.advance('PT61M');
  await ended(shop, id);
  expect([...(await later.arrivedAt(waiting)).keys()].sort()).toEqual([...stay].sort());
  const dispatch = await later.get(dispatchId);
  expect(dispatch).toMatchObject({
    skippedBy: { opted_out: 5 },
    progress: { accepted: 40, skipped: 5, delivered: 35 },
    credits: { held: 0, captured: 35, released: 5 },
  });
  expect((await expectMoneyAddsUp(live)).available).toBe(before - 35);

  // Why is told by what was so then: allowed when it was prepared, refused when it was to go, whatever is so by now
  await turn(shop, 'subscribe', left);
  const { data } = await live.get(`/v1/dispatches/${dispatchId}/recipients/${encodeURIComponent(calls!)}`);
  expect(data[0].rules.filter(({ rule }: Shown) => rule === 'permission')).toMatchObject([
    { stage: 'prepare', outcome: 'passed', record: { known: true, change: null } },
    {
      ...{ stage: 'sending', outcome: 'excluded', reason: 'opted_out' },
      record: { known: true, change: { version: 1, source: 'call', optedOut: { source: 'call' } } },
    },
  ]);
  await later.noDeadLetters();
}, 120_000);

test('who refused advertising gets none, and opting out is for campaigns: a scheduled notice still arrives', async () => {
  const { shop } = later;
  const { live } = shop;
  const to = later.newNumbers(6);
  const campaign = await published(shop, to);
  const notice = await later.scheduled(to, 30 * minuteMs);
  const refused = to.slice(0, 2);
  for (const number of refused) {
    const body = { marketing: false, night: null, evidence: 'Asked by phone' };
    await live.told(200, 'PUT', `/v1/consents/${encodeURIComponent(number)}`, { body });
  }
  await turn(shop, 'unsubscribe', to.slice(2, 3));
  await suite.control.advance('PT31M');
  expect((await settled(suite.control, live, notice)).progress).toMatchObject({ delivered: 6, skipped: 0 });
  await suite.control.advance('PT31M');
  expect(await ended(shop, campaign)).toMatchObject({
    skippedBy: { consent_denied: 2, opted_out: 1 },
    progress: { delivered: 3 },
  });
  expect(await live.get(`/v1/consents/${encodeURIComponent(refused[0]!)}`)).toMatchObject({
    marketing: { value: false, evidence: 'Asked by phone' },
    history: [{ source: 'api' }],
  });
  await expectMoneyAddsUp(live);
}, 120_000);

test('whoever opts out while a campaign goes either got it or is skipped and paid back, never both', async () => {
  const { shop } = later;
  const { live } = shop;
  const to = later.newNumbers(1_000);
  const id = await published(shop, to, { split: { count: 4, intervalMinutes: 10 } });
  const groups = Array.from({ length: 20 }, (_, i) => to.filter((_, n) => n % 25 === i));
  const [first, ...others] = groups;
  await turn(shop, 'unsubscribe', first!);
  const leaving = (async () => {
    for (const group of others) await turn(shop, 'unsubscribe', group);
  })();
  for (const step of ['PT60M', 'PT5M', 'PT5M', 'PT5M', 'PT5M', 'PT5M', 'PT5M']) await suite.control.advance(step);
  await leaving;
  const dispatch = await ended(shop, id);
  const got = await later.arrivedAt(to);
  const all = await live.all(`/v1/campaigns/${id}/recipients`);
  expect(all).toHaveLength(to.length);
  for (const { to: number, status, reason } of all) {
    const wanted = got.has(number) ? ['delivered', null] : ['skipped', 'opted_out'];
    expect([number, status, reason]).toEqual([number, ...wanted]);
  }
  const refused = new Set(groups.flat());
  expect(first!.filter((number) => got.has(number))).toEqual([]);
  expect(to.filter((number) => !got.has(number) && !refused.has(number))).toEqual([]);
  expect(dispatch.skippedBy).toEqual({ opted_out: to.length - got.size });
  expect(dispatch.credits).toMatchObject({ held: 0, captured: got.size });
  await expectMoneyAddsUp(live);
  await later.noDeadLetters();
}, 180_000);
