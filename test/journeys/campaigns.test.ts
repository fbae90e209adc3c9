import { expect, test } from 'vitest';
import type { CloudSuite, Shop } from '../support/cloud.ts';
import { cloudSuite, until } from '../support/cloud.ts';
import { csvOf, putFile } from '../support/files.ts';
import { expectMoneyAddsUp, listOf, magic, message, numbers, type Shown, settled } from '../support/sends.ts';

const suite = cloudSuite();

/** A campaign whose period begins so many minutes from now and lasts a day. */
async function planned(of: CloudSuite, minutes: number, over: object = {}) {
  const nowMs = await of.control.nowMs();
  const at = (ms: number) => new Date(nowMs + ms).toISOString();
  return {
    name: 'November sale',
    message: message({ text: '{{ name | default: "고객" }}님, 세일이 시작됐습니다.' }),
    recipients: { list: listOf(numbers(3, 10)) },
    period: { startAt: at(minutes * 60_000), endAt: at(minutes * 60_000 + 86_400_000) },
    ...over,
  };
}

async function standby({ live }: Shop, body: object): Promise<string> {
  const { id } = await live.told(201, 'POST', '/v1/campaigns', { body });
  await live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  return id;
}

const untilStatus = ({ live }: Shop, id: string, status: string) =>
  until<Shown>(
    () => live.get(`/v1/campaigns/${id}`),
    (campaign) => campaign.status === status,
  );

test('a campaign far ahead starts with its period, reaches each person once, and says whom', async () => {
  const shop = await suite.newShop(100);
  const { live } = shop;
  const abroad = '+14155550123';
  const to = [...numbers(20, 10), magic(1), magic(2), magic(3), abroad];
  const body = await planned(suite, 59 * 24 * 60, { recipients: { list: listOf(to) } });
  const id = await standby(shop, body);
  await suite.control.advance('PT1M');
  expect(await live.get(`/v1/campaigns/${id}`)).toMatchObject({ status: 'standby', dispatchId: null });
  await suite.control.advance('P58D');
  expect(await live.get(`/v1/campaigns/${id}`)).toMatchObject({ status: 'standby' });
  await suite.control.advance('P1D');
  const { dispatchId } = await untilStatus(shop, id, 'ended');
  const dispatch = await settled(suite.control, live, dispatchId, 'PT24H');
  expect(dispatch).toMatchObject({ campaignId: id, purpose: 'send', name: 'November sale' });

  const campaign = await live.get(`/v1/campaigns/${id}`);
  expect(campaign.results).toEqual(dispatch.progress);
  expect(Date.parse(campaign.startedAt)).toBeGreaterThanOrEqual(Date.parse(body.period.startAt));
  const all = await live.all(`/v1/campaigns/${id}/recipients`);
  expect(all.map((one) => one.to).sort()).toEqual([...to].sort());
  const marked = async (mark: string) =>
    (await live.all(`/v1/campaigns/${id}/recipients`, { mark })).map((one) => one.to).sort();
  expect(await marked('announced')).toEqual([...numbers(20, 10), magic(3)].sort());
  expect(await marked('withdrawn')).toEqual([magic(1), magic(2)]);
  const one = async (number: string) => live.get(`/v1/campaigns/${id}/recipients/${encodeURIComponent(number)}`);
  expect(await one(abroad)).toMatchObject({ mark: null, data: [{ status: 'skipped', reason: 'foreign_number' }] });
  expect(await one(magic(2))).toMatchObject({ mark: 'withdrawn', data: [{ status: 'failed', code: 'power_off' }] });
  expect(await one(magic(3))).toMatchObject({ number: magic(3), mark: 'announced', data: [{ status: 'unknown' }] });
  const byNumber = await suite.control.arrivalsByNumber();
  for (const number of numbers(20, 10)) expect([number, byNumber.get(number)]).toEqual([number, 1]);
  await expectMoneyAddsUp(live);
  await live.told(204, 'DELETE', `/v1/campaigns/${id}`);
  await live.get(`/v1/dispatches/${dispatchId}`);
}, 90_000);

test('one to a file goes in parts, and its end drops the rest', async () => {
  const shop = await suite.newShop(1_000);
  const { live } = shop;
  const to = numbers(300, 11);
  const uploadId = await putFile(live, csvOf(to, 'phoneNumber'));
  const body = await planned(suite, 0, { recipients: { uploadId }, split: { count: 3, intervalMinutes: 60 } });
  const { period } = body;
  const id = await standby(shop, {
    ...body,
    period: { ...period, startAt: new Date(Date.parse(period.startAt) + 60_000) },
  });
  expect(await live.ask('DELETE', `/v1/uploads/${uploadId}`)).toMatchObject({ status: 409 });
  await suite.control.advance('PT2M');
  await untilStatus(shop, id, 'in_operation');
  await suite.control.advance('PT61M');
  const sent = async () => (await live.get(`/v1/campaigns/${id}`)).results.planned;
  await until(sent, (planned) => planned === 100);
  await live.told(200, 'POST', `/v1/campaigns/${id}/end`);
  const { results, dispatchId, endedAt } = await untilStatus(shop, id, 'ended');
  expect(results).toMatchObject({ accepted: 300, canceled: 100, planned: 0 });
  expect(endedAt).not.toBeNull();
  await suite.control.advance('PT3H');
  expect((await suite.control.arrivals()).filter((arrival) => to.includes(arrival.to))).toHaveLength(200);
  await settled(suite.control, live, dispatchId);
  expect(await expectMoneyAddsUp(live)).toMatchObject({ held: 0, spent: 200 });
}, 90_000);

test('one that is called off sends nothing more', async () => {
  const shop = await suite.newShop(1_000);
  const split = { count: 3, intervalMinutes: 40 };
  const id = await standby(shop, await planned(suite, 5, { split, recipients: { list: listOf(numbers(3, 12)) } }));
  await suite.control.advance('PT30M');
  const { dispatchId } = await untilStatus(shop, id, 'in_operation');
  await shop.live.told(200, 'POST', `/v1/campaigns/${id}/cancel`);
  await untilStatus(shop, id, 'canceled');
  expect(await shop.live.get(`/v1/dispatches/${dispatchId}`)).toMatchObject({ status: 'canceled' });
  await suite.control.advance('PT3H');
  expect(await shop.live.get(`/v1/campaigns/${id}`)).toMatchObject({ status: 'canceled', results: { canceled: 2 } });
}, 60_000);

test('the end of the period ends a campaign, though its dispatch was moved behind it', async () => {
  const shop = await suite.newShop(1_000);
  const { live } = shop;
  const body = await planned(suite, 5, { recipients: { list: listOf(numbers(3, 16)) } });
  const { startAt, endAt } = body.period;
  const at = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();
  const id = await standby(shop, { ...body, schedule: { at: at(startAt, 3_600_000) } });
  await suite.control.advance('PT10M');
  const { dispatchId } = await untilStatus(shop, id, 'in_operation');
  await until<Shown>(
    () => live.get(`/v1/dispatches/${dispatchId}`),
    ({ status }) => status === 'scheduled',
  );
  const schedule = { at: at(endAt, 3_600_000) };
  await live.told(200, 'PATCH', `/v1/dispatches/${dispatchId}`, { body: { schedule } });
  await suite.control.advance('P1D');
  const campaign = await untilStatus(shop, id, 'ended');
  expect(campaign.results).toMatchObject({ accepted: 3, canceled: 3 });
  expect(Date.parse(campaign.endedAt)).toBeLessThan(Date.parse(schedule.at));
  await suite.control.advance('PT2H');
  expect(await suite.control.arrivals(numbers(1, 16)[0])).toEqual([]);
  expect(await expectMoneyAddsUp(live)).toMatchObject({ available: 1_000, held: 0, spent: 0 });
}, 60_000);

test('one that is taken back does not start; changed and published again it does', async () => {
  const shop = await suite.newShop(100);
  const { live } = shop;
  const id = await standby(shop, await planned(suite, 30, { recipients: { list: listOf(numbers(2, 13)) } }));
  await suite.control.advance('PT1M');
  await live.told(200, 'POST', `/v1/campaigns/${id}/unpublish`);
  const { period } = await planned(suite, 120);
  await live.told(200, 'PATCH', `/v1/campaigns/${id}`, { body: { name: 'Later', period } });
  await suite.control.advance('PT1H');
  expect(await live.get(`/v1/campaigns/${id}`)).toMatchObject({ status: 'draft', name: 'Later' });
  await live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  await suite.control.advance('PT62M');
  const { dispatchId } = await untilStatus(shop, id, 'ended');
  expect(await live.get(`/v1/dispatches/${dispatchId}`)).toMatchObject({ name: 'Later', progress: { accepted: 2 } });
}, 60_000);

test('a test send shows the text at once; without credits the campaign itself is an error', async () => {
  const shop = await suite.newShop(2);
  const { live } = shop;
  const body = await planned(suite, 10, { recipients: { list: listOf(numbers(2, 14)) } });
  const { id } = await live.told(201, 'POST', '/v1/campaigns', { body });
  const [to] = numbers(1, 15);
  const test = { to: [to], variables: { name: '서연' } };
  const { dispatchId } = await live.told(202, 'POST', `/v1/campaigns/${id}/test-sends`, { body: test });
  const sent = await settled(suite.control, live, dispatchId);
  expect(sent).toMatchObject({ purpose: 'test', campaignId: id, credits: { captured: 1 } });
  expect(await suite.control.arrivals(to)).toMatchObject([{ text: '서연님, 세일이 시작됐습니다.' }]);
  await live.told(200, 'PATCH', `/v1/campaigns/${id}`, { body: { onShortfall: 'reject' } });
  await live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  await suite.control.advance('PT12M');
  const failed = await untilStatus(shop, id, 'error');
  expect(failed).toMatchObject({ failure: { code: 'insufficient_credits' }, results: { accepted: 2 } });
  expect(await expectMoneyAddsUp(live)).toMatchObject({ available: 1, held: 0, spent: 1 });
}, 60_000);
