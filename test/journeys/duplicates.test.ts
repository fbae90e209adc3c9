import { beforeEach, expect, test } from 'vitest';
import { cloudSuite, type Shop, until } from '../support/cloud.ts';
import {
  expectMoneyAddsUp,
  listOf,
  magic,
  message,
  numbers,
  type Shown,
  sendTo,
  settled,
  untilStatus,
} from '../support/sends.ts';

const suite = cloudSuite();
let shop: Shop;
beforeEach(async () => {
  await suite.control.clearFaults();
  shop = await suite.newShop(10_000);
  await shop.live.told(200, 'PATCH', '/v1/settings', { body: { duplicateBlockMinutes: 10 } });
});

const ended = (id: string) => settled(suite.control, shop.live, id);
const arrivals = async (to: readonly string[]) => {
  const arrived = await suite.control.arrivalsByNumber();
  return to.map((number) => arrived.get(number) ?? 0);
};

test('a repeat within the block is skipped and says why, one after it goes', async () => {
  const { live } = shop;
  const [known, other] = [numbers(1, 61)[0]!, numbers(1, 62)[0]!];
  const first = await sendTo(live, [known]);
  await ended(first);
  const again = await sendTo(live, [known, other]);
  const { progress, skippedBy, credits } = await ended(again);
  expect(progress).toMatchObject({ delivered: 1, skipped: 1 });
  expect(skippedBy).toEqual({ duplicate_content: 1 });
  expect(credits).toMatchObject({ captured: 1, released: 1, held: 0 });
  const query = { status: 'skipped', code: 'duplicate_content' };
  expect((await live.get(`/v1/dispatches/${again}/messages`, query)).data).toMatchObject([
    { to: known, status: 'skipped', reason: 'duplicate_content' },
  ]);
  const { data } = await live.get(`/v1/dispatches/${again}/recipients/${encodeURIComponent(known)}`);
  const excluded = data[0].rules.filter(({ outcome }: { outcome: string }) => outcome === 'excluded');
  expect(excluded).toMatchObject([{ rule: 'duplicate_content', record: { blockMinutes: 10, dispatchId: first } }]);
  await ended(await sendTo(live, [known], { message: message({ text: '다른 내용' }) }));
  expect(await arrivals([known, other])).toEqual([2, 1]);
  await suite.control.advance('PT11M');
  await ended(await sendTo(live, [known]));
  expect(await arrivals([known, other])).toEqual([3, 1]);
  await expectMoneyAddsUp(live);
});

test('two dispatches that say the same to the same people at once reach each of them once', async () => {
  const { live } = shop;
  const to = numbers(510, 63);
  const body = { message: message(), recipients: { list: listOf(to) } };
  const ids: string[] = [];
  for (let i = 0; i < 2; i++) ids.push((await live.told(202, 'POST', '/v1/dispatches', { body })).id);
  for (const id of ids) await untilStatus(live, id, 'ready');
  await Promise.all(ids.map((id) => live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: {} })));
  const results: Shown[] = [];
  for (const id of ids) results.push(await ended(id));
  const sum = (of: (one: Shown) => number | undefined) => results.reduce((total, one) => total + (of(one) ?? 0), 0);
  expect(sum(({ progress }) => progress.delivered)).toBe(510);
  expect(sum(({ skippedBy }) => skippedBy.duplicate_content)).toBe(510);
  expect(new Set(await arrivals(to))).toEqual(new Set([1]));
  expect((await expectMoneyAddsUp(live)).spent).toBe(510);
});

test('what was put back and canceled, or refused, keeps nobody from sending it', async () => {
  const { live } = shop;
  const to = numbers(2, 64);
  await suite.control.faults({ kind: 'http_429', retryAfterSeconds: 60 });
  const stopped = await sendTo(live, to);
  await until(suite.control.latestCalls, (calls) => calls.some(({ fault }) => fault === 'http_429'));
  await live.told(200, 'POST', `/v1/dispatches/${stopped}/cancel`);
  await suite.control.clearFaults();
  await suite.control.advance('PT2M');
  expect(await ended(await sendTo(live, to))).toMatchObject({ progress: { delivered: 2 }, skippedBy: {} });
  // Taken, though it never arrived: the same again would be a repeat
  const failing = [magic(2)];
  expect((await ended(await sendTo(live, failing))).progress).toMatchObject({ failed: 1 });
  expect((await ended(await sendTo(live, failing))).skippedBy).toEqual({ duplicate_content: 1 });
});
