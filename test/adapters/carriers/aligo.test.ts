import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CarrierSimulator, startCarrierSimulator } from '../../../infra/local/carrier/simulator.ts';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import {
  type Carrier,
  type CarrierBatch,
  CarrierUnavailable,
  type MessageReport,
} from '../../../shared/domain/carriers/carrier.ts';

let nowMs: number;
let home: string;
let simulator: CarrierSimulator;
let carrier: Carrier;
const account = { key: 'key +&=', userId: '봉수' };

beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T23:59:50.250+09:00');
  home = mkdtempSync(join(tmpdir(), 'carrier-'));
  simulator = await startCarrierSimulator({ home, now: () => nowMs, account });
  carrier = carrierWith(account.key);
});
afterEach(async () => {
  await simulator.stop();
  rmSync(home, { recursive: true });
});

const carrierWith = (key: string, timeoutMs = 5_000): Carrier =>
  createAligoCarrier({
    credentials: async () => ({ baseUrl: `${simulator.url}/`, key, userId: account.userId }),
    now: () => nowMs,
    timeoutMs,
  });
const to = (n: number): string => `+8210${20_000_000 + n}`;
const batchOf = (receivers: readonly string[], given: Partial<CarrierBatch> = {}): CarrierBatch => ({
  type: 'sms',
  from: '0212345678',
  subject: null,
  images: [],
  messages: receivers.map((receiver) => ({ to: receiver, text: `${receiver}님 & 50%+1 = "좋은 날"` })),
  ...given,
});
const range = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => to(from + i));
const control = async (method: string, path: string, body?: unknown, query = {}) =>
  (await simulator.handleControl({ method, path, query, body })).body as Record<string, unknown>;
const arrivals = async () =>
  (await control('GET', '/carrier/messages')) as { messages: { to: string; text: string }[]; count: number };
async function accepted(batch: CarrierBatch): Promise<string> {
  const outcome = await carrier.submit(batch);
  if (outcome.kind !== 'accepted') throw new Error(`not accepted but ${JSON.stringify(outcome)}`);
  return outcome.carrierId;
}

describe('submit', () => {
  it('takes 500 messages to 500 handsets, each with its own text', async () => {
    const batch = batchOf(range(500));
    await accepted(batch);
    const { messages, count } = await arrivals();
    expect(count).toBe(500);
    expect(messages.map(({ to: receiver, text }) => ({ to: receiver, text }))).toEqual(batch.messages);
  });

  it('takes LMS with its subject', async () => {
    await accepted(batchOf([to(1)], { type: 'lms', subject: '안내 & 확인' }));
    expect((await arrivals()).messages[0]).toMatchObject({ type: 'lms', subject: '안내 & 확인', from: '0212345678' });
  });

  it('survives a text that is not well-formed', async () => {
    await accepted(batchOf([to(1)], { messages: [{ to: to(1), text: 'a\uD800b' }] }));
    expect((await arrivals()).messages[0]!.text).toBe('a?b');
  });

  it('tells a wrong key and an empty account from what a message did wrong', async () => {
    expect(await carrierWith('wrong').submit(batchOf([to(1)]))).toEqual({ kind: 'account_error', carrierCode: '-101' });
    await control('POST', '/carrier/account', { balance: 2 });
    expect(await carrier.submit(batchOf(range(3)))).toEqual({ kind: 'account_error', carrierCode: '-201' });
    await accepted(batchOf(range(2)));
    expect(await carrier.submit(batchOf([to(1)]))).toEqual({ kind: 'account_error', carrierCode: '-201' });
    const long = batchOf([to(1)], { messages: [{ to: to(1), text: '가'.repeat(46) }] });
    await control('POST', '/carrier/account', { balance: null });
    expect(await carrier.submit(long)).toMatchObject({ kind: 'refused', code: 'unknown' });
    expect(await carrier.submit(batchOf(['+821099990001']))).toMatchObject({ kind: 'refused', code: 'invalid_number' });
    expect((await arrivals()).count).toBe(2);
  });

  const faults: readonly (readonly [object, object, number])[] = [
    [{ kind: 'refuse_connection' }, { kind: 'not_accepted', reason: 'connection_refused' }, 0],
    [
      { kind: 'http_429', retryAfterSeconds: 4 },
      { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 4 },
      0,
    ],
    [{ kind: 'http_500_before_accept' }, { kind: 'unclear', reason: 'server_error' }, 0],
    [{ kind: 'slow', delayMs: 50 }, { kind: 'accepted' }, 1],
    [{ kind: 'timeout_after_accept' }, { kind: 'unclear', reason: 'timeout' }, 1],
    [{ kind: 'drop_after_accept' }, { kind: 'unclear', reason: 'connection_lost' }, 1],
    [{ kind: 'garbage_reply' }, { kind: 'unclear', reason: 'unreadable_reply' }, 1],
    [{ kind: 'account', code: -101 }, { kind: 'account_error', carrierCode: '-101' }, 0],
    [{ kind: 'account' }, { kind: 'account_error', carrierCode: '-201' }, 0],
  ];
  it.each(faults)('under %j', async (fault, outcome, count) => {
    await control('POST', '/carrier/faults', { faults: [fault] });
    const { kind } = fault as { kind: string };
    const submitted = await carrierWith(account.key, kind === 'timeout_after_accept' ? 300 : 5_000).submit(
      batchOf([to(1)]),
    );
    expect(submitted).toMatchObject(outcome);
    expect((await arrivals()).count).toBe(count);
    expect((await carrier.submit(batchOf([to(2)]))).kind).toBe('accepted');
    expect((await control('GET', '/carrier/calls')).total).toBe(2);
  });
});

describe('reports', () => {
  const byNumber = (reports: readonly MessageReport[]) => new Map(reports.map((report) => [report.to, report]));

  it('says of each receiver, once, what came first', async () => {
    const magic = Array.from({ length: 7 }, (_, i) => `+82109999000${i + 1}`);
    const receivers = [...magic, ...range(490)];
    const acceptedAtMs = nowMs;
    const carrierId = await accepted(batchOf(receivers));
    nowMs += 60_000;
    const reports = await carrier.reports({ carrierId, acceptedAtMs }, receivers);
    expect(reports).toHaveLength(497);
    const of = byNumber(reports);
    expect(magic.map((number) => of.get(number)?.status)).toEqual([
      'failed',
      'failed',
      'pending',
      'pending',
      'delivered',
      'delivered',
      'failed',
    ]);
    expect(of.get('+821099990001')).toMatchObject({ code: 'invalid_number' });
    expect(of.get('+821099990002')).toMatchObject({ code: 'power_off' });
    expect(of.get('+821099990007')).toMatchObject({ code: 'spam_blocked' });
    const report = of.get(to(3));
    expect(report?.status).toBe('delivered');
    expect(report?.status === 'delivered' && report.atMs - acceptedAtMs).toBeGreaterThanOrEqual(0);
    expect(report?.status === 'delivered' && report.atMs - acceptedAtMs).toBeLessThan(1_500);
    nowMs += 600_000;
    const later = byNumber(await carrier.reports({ carrierId, acceptedAtMs }, receivers));
    expect(later.get('+821099990004')?.status).toBe('delivered');
    expect(later.get('+821099990003')?.status).toBe('pending');
  });

  it('reads on when one page does not hold all', async () => {
    const receivers = [...range(499), '+821099990005']; // listed 501 times
    const carrierId = await accepted(batchOf(receivers));
    nowMs += 10_000;
    const reports = await carrier.reports({ carrierId, acceptedAtMs: nowMs }, receivers);
    expect(reports.filter(({ status }) => status === 'delivered')).toHaveLength(500);
  });

  it('is pending before anything is known, and silent about numbers that were not asked', async () => {
    const carrierId = await accepted(batchOf(range(3)));
    expect(await carrier.reports({ carrierId, acceptedAtMs: nowMs }, [to(1), to(9)])).toEqual([
      { to: to(1), status: 'pending' },
    ]);
  });

  it.each([
    [{ kind: 'refuse_connection' }, 'connection_lost'],
    [{ kind: 'http_429' }, 'HTTP 429'],
    [{ kind: 'http_500_before_accept' }, 'HTTP 500'],
    [{ kind: 'drop_after_accept' }, 'connection_lost'],
    [{ kind: 'garbage_reply' }, 'unreadable reply'],
    [{ kind: 'account' }, 'result -201'],
  ])('cannot be had under %j, and it says why', async (fault, reason) => {
    const carrierId = await accepted(batchOf([to(1)]));
    const call = { carrierId, acceptedAtMs: nowMs };
    await control('POST', '/carrier/faults', { faults: [{ ...fault, path: '/sms_list/' }] });
    await expect(carrier.reports(call, [to(1)])).rejects.toThrow(new CarrierUnavailable(`Aligo /sms_list/: ${reason}`));
    expect(await carrier.reports(call, [to(1)])).toHaveLength(1);
    await expect(carrier.reports({ ...call, carrierId: '999' }, [to(1)])).rejects.toThrow(CarrierUnavailable);
  });
});

describe('findCalls', () => {
  it('finds exactly the call whose receivers are the batch’s, after an unclear submit', async () => {
    const fromMs = nowMs;
    await accepted(batchOf(range(40, 1)));
    await control('POST', '/carrier/faults', { faults: [{ kind: 'drop_after_accept' }] });
    const batch = batchOf(range(40));
    expect((await carrier.submit(batch)).kind).toBe('unclear');
    await accepted(batchOf([...range(39), to(99)]));
    await accepted(batchOf(range(40).reverse(), { from: '0298765432' }));
    await accepted(batchOf(range(40), { type: 'lms' }));
    await accepted(batchOf(range(41)));
    const found = await carrier.findCalls(batch, fromMs, nowMs);
    expect(found.map(({ carrierId }) => carrierId)).toEqual(['2']);
    expect(await carrier.findCalls(batchOf(range(40).reverse()), fromMs, nowMs)).toEqual(found);
  });

  it('does not mistake a call that begins alike for the batch', async () => {
    await accepted(batchOf([...range(499), to(900)]));
    expect(await carrier.findCalls(batchOf(range(500)), nowMs, nowMs)).toEqual([]);
    await accepted(batchOf(range(500)));
    expect(await carrier.findCalls(batchOf(range(500)), nowMs, nowMs)).toHaveLength(1);
  });

  it('looks only into the time asked for, over midnight in Korea, to the second', async () => {
    const batch = batchOf(range(5));
    const firstMs = nowMs;
    await accepted(batch);
    nowMs += 20_000; // the next day in Korea
    await accepted(batch);
    nowMs += 20_000;
    await accepted(batch);
    const ids = async (fromMs: number, untilMs: number) =>
      (await carrier.findCalls(batch, fromMs, untilMs)).map(({ carrierId }) => carrierId);
    expect(await ids(firstMs, firstMs + 20_000)).toEqual(['1', '2']);
    expect(await ids(firstMs + 1_000, nowMs)).toEqual(['2', '3']);
    expect(await ids(firstMs, firstMs)).toEqual(['1']);
    expect(await ids(nowMs + 1_000, nowMs + 2_000)).toEqual([]);
  });

  it('finds a call behind hundreds of others of the same second', async () => {
    const batch = batchOf([to(1), to(2)]);
    await accepted(batch);
    for (let i = 0; i < 520; i++) await accepted(batchOf([to(10_000 + i), to(20_000 + i)]));
    expect((await carrier.findCalls(batch, nowMs, nowMs)).map(({ carrierId }) => carrierId)).toEqual(['1']);
  });

  it('rather says nothing than half of it', async () => {
    await accepted(batchOf(range(5)));
    for (const path of ['/list/', '/sms_list/']) {
      await control('POST', '/carrier/faults', { faults: [{ kind: 'garbage_reply', path }] });
      await expect(carrier.findCalls(batchOf(range(5)), nowMs, nowMs)).rejects.toThrow(CarrierUnavailable);
    }
  });
});
