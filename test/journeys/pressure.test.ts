import { describe, expect, test } from 'vitest';
import { type CloudSuite, cloudSuite, type Shop, until } from '../support/cloud.ts';
import type { Customer } from '../support/customer.ts';
import { csvOf, putFile, validated } from '../support/files.ts';
import {
  expectMoneyAddsUp,
  message,
  numbers,
  type Shown,
  sendTo,
  settled,
  untilDispatch,
  untilStatus,
} from '../support/sends.ts';
import { mostInASecond } from '../support/sliding-window.ts';

const workers = 4;
const withinMs = 5_000;
const login = message({ type: 'auth', text: '[봉수] 인증번호 123456' });

/** Sends to one number and answers how long it took until the carrier had it. */
async function submittedAfterMs(suite: CloudSuite, customer: Customer, to: string, what: object): Promise<number> {
  const askedAtMs = await suite.control.nowMs();
  await sendTo(customer, [to], { message: what });
  await until(
    () => suite.control.arrivals(to),
    ({ length }) => length > 0,
    3 * withinMs,
  );
  return (await suite.control.nowMs()) - askedAtMs;
}

async function expectNobodyLost(suite: CloudSuite): Promise<void> {
  expect([...(await suite.control.arrivalsByNumber())].filter(([, count]) => count > 1)).toEqual([]);
  expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
}

describe('an account that takes 300 messages a second', () => {
  const limit = 300;
  const rows = 3_000;
  const suite = cloudSuite({ carrierMessagesPerSecond: limit, sendConcurrency: workers });

  test('is filled by the batches of all workers and never overfilled; others and log-ins get in between', async () => {
    const [shop, other] = [await suite.newShop(rows + 1), await suite.newShop(1)];
    const uploadId = await putFile(shop.live, csvOf(numbers(rows).map((number) => `${number},서연`)));
    await validated(shop.live, uploadId);
    const body = { message: message({ text: '{{ name }}님' }), recipients: { uploadId } };
    const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
    await untilStatus(shop.live, id, 'ready');
    await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: {} });
    await until(suite.control.carrierCalls, (calls) => calls > workers);

    const [single, own] = [numbers(1, 50)[0]!, numbers(1, 51)[0]!];
    expect(await submittedAfterMs(suite, other.live, single, message())).toBeLessThan(withinMs);
    expect(await submittedAfterMs(suite, shop.live, own, login)).toBeLessThan(withinMs);
    const pressing: Shown = await shop.live.get(`/v1/dispatches/${id}`);
    expect(pressing.progress.planned).toBeGreaterThan(0);

    await untilStatus(shop.live, id, 'completed', 60_000);
    const taken = (await suite.control.latestCalls()).flatMap((call) => call.taken ?? []);
    expect(taken.reduce((sum, { messages }) => sum + messages, 0)).toBe(rows + 2);
    expect(mostInASecond(taken)).toBeLessThanOrEqual(limit);
    const tookMs = Math.max(...taken.map(({ atMs }) => atMs)) - Math.min(...taken.map(({ atMs }) => atMs));
    expect(rows / (tookMs / 1_000)).toBeGreaterThan(limit / 2);

    expect(await settled(suite.control, shop.live, id)).toMatchObject({ progress: { delivered: rows }, failedBy: {} });
    expect((await suite.control.arrivals()).length).toBe(rows + 2);
    await expectMoneyAddsUp(shop.live);
    await expectNobodyLost(suite);
  });
});

describe('a carrier without a limit', () => {
  const suite = cloudSuite({ sendConcurrency: workers });

  /** A tenant with so many batches in the queue. */
  async function pressingShop(batches: number, series: number): Promise<{ shop: Shop; ids: readonly string[] }> {
    const shop = await suite.newShop(batches + 1);
    const ids: string[] = [];
    for (const to of numbers(batches, series)) ids.push(await sendTo(shop.live, [to]));
    return { shop, ids };
  }

  test('that is slow: another’s single message and a log-in do not wait for everything before them', async () => {
    await suite.control.faults({ kind: 'slow', calls: 1_000, delayMs: 1_500 });
    const before = await suite.control.carrierCalls();
    const { shop, ids } = await pressingShop(40, 1);
    const other = await suite.newShop(1);
    const [single, own] = [numbers(1, 52)[0]!, numbers(1, 53)[0]!];
    expect(await submittedAfterMs(suite, other.live, single, message())).toBeLessThan(withinMs);
    expect(await submittedAfterMs(suite, shop.live, own, login)).toBeLessThan(withinMs);
    // Far more was before them than the workers can have taken meanwhile
    expect((await suite.control.carrierCalls()) - before).toBeLessThan(ids.length);

    await suite.control.clearFaults();
    for (const id of ids)
      expect(await settled(suite.control, shop.live, id)).toMatchObject({ progress: { delivered: 1 } });
    await expectMoneyAddsUp(shop.live);
    await expectNobodyLost(suite);
  });

  test('that throttles is not called by anybody before the time it names, and then takes all, once', async () => {
    const [retryAfterSeconds, underWayMs] = [10, 2_000];
    const logged = (await suite.control.latestCalls()).length;
    await suite.control.faults({ kind: 'http_429', calls: 6, retryAfterSeconds });
    const { shop, ids } = await pressingShop(16, 2);
    for (const id of ids)
      expect(await settled(suite.control, shop.live, id, 'PT5S')).toMatchObject({ progress: { delivered: 1 } });

    const calls = (await suite.control.latestCalls()).slice(logged);
    const refusals = calls.filter(({ fault }) => fault === 'http_429');
    expect(refusals).toHaveLength(6);
    for (const { atMs } of refusals) {
      const early = calls.filter(
        (call) => call.atMs > atMs + underWayMs && call.atMs < atMs + retryAfterSeconds * 1_000,
      );
      expect(early).toEqual([]);
    }
    // Those who were refused together do not come back together
    const again = calls.filter((call) => call.atMs > refusals.at(-1)!.atMs + underWayMs);
    expect(new Set(again.map(({ atMs }) => Math.floor(atMs / 1_000))).size).toBeGreaterThan(1);
    expect(calls.filter(({ taken }) => taken !== null)).toHaveLength(ids.length);
    await untilDispatch(shop.live, ids[0]!, ({ status }) => status === 'completed');
    await expectMoneyAddsUp(shop.live);
    await expectNobodyLost(suite);
  });
});
