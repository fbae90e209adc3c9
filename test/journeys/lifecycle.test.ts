import { beforeEach, expect, test } from 'vitest';
import { cloudSuite, type Shop } from '../support/cloud.ts';
import { csvOf, putFile } from '../support/files.ts';
import {
  expectMoneyAddsUp,
  listOf,
  message,
  numbers,
  type Shown,
  sendTo,
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

async function readyDispatch(count = 30, over: object = {}) {
  const to = numbers(count, ++series);
  const body = { message: message(), recipients: { list: listOf(to) }, ...over };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  return { id, to, ready: await untilStatus(shop.live, id, 'ready') };
}
const arrivedOf = async (to: readonly string[]) => {
  const arrived = await suite.control.arrivalsByNumber();
  return to.reduce((sum, number) => sum + (arrived.get(number) ?? 0), 0);
};

test('a manual dispatch waits: it holds nothing, refuses a lower limit, sends once, and only once', async () => {
  const { id, to, ready } = await readyDispatch(700);
  expect(ready).toMatchObject({ quote: { credits: 700, sendable: 700 }, credits: { held: 0 }, confirm: 'manual' });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000 });
  const dear = await shop.live.ask('POST', `/v1/dispatches/${id}/send`, { body: { maxCredits: 699 } });
  expect(dear).toMatchObject({ status: 409, json: { code: 'quote_changed' } });

  const asked = { body: { maxCredits: 700 }, idem: `send-${id}` };
  const both = await Promise.all([0, 1].map(() => shop.live.ask('POST', `/v1/dispatches/${id}/send`, asked)));
  for (const { status } of both) expect([202, 409]).toContain(status);
  const replay = await shop.live.ask('POST', `/v1/dispatches/${id}/send`, asked);
  expect(replay).toMatchObject({ status: 202, json: { id } });
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  const again = await shop.live.ask('POST', `/v1/dispatches/${id}/send`, { body: { maxCredits: 700 } });
  expect(again).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  await settled(suite.control, shop.live, id);
  expect(await arrivedOf(to)).toBe(700);
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_300, held: 0, spent: 700 });
});

test('nobody confirms for seven days: it is canceled, not before and not later', async () => {
  const { id } = await readyDispatch();
  await suite.control.advance('PT167H');
  expect(await shop.live.get(`/v1/dispatches/${id}`)).toMatchObject({ status: 'ready' });
  await suite.control.advance('PT65M');
  const expired = await shop.live.get(`/v1/dispatches/${id}`);
  expect(expired).toMatchObject({
    status: 'canceled',
    cancelReason: 'confirmation_expired',
    progress: { canceled: 30 },
  });
  const late = await shop.live.ask('POST', `/v1/dispatches/${id}/send`, { body: {} });
  expect(late).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });
});

test('canceled while ready: nothing was held, nothing goes', async () => {
  const { id, to } = await readyDispatch();
  const canceled = await shop.live.told(200, 'POST', `/v1/dispatches/${id}/cancel`);
  expect(canceled).toMatchObject({
    canceled: 30,
    gone: 0,
    dispatch: { status: 'canceled', cancelReason: 'requested' },
  });
  expect((await shop.live.ask('POST', `/v1/dispatches/${id}/cancel`)).status).toBe(409);
  expect(await arrivedOf(to)).toBe(0);
});

test('canceled while sending: what had gone is paid, the rest comes back at once, and nothing more goes', async () => {
  const to = numbers(3_000, ++series);
  const uploadId = await putFile(shop.live, csvOf(to, 'phoneNumber'));
  // Two batches go, one is in hand, and the rest is told to wait.
  await suite.control.faults(
    { kind: 'slow', calls: 2, delayMs: 0 },
    { kind: 'slow', calls: 1, delayMs: 2_000 },
    { kind: 'http_429', calls: 3, retryAfterSeconds: 40 },
  );
  const body = { message: message(), recipients: { uploadId }, confirm: 'auto' };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  await untilDispatch(shop.live, id, ({ progress }) => progress.submitted + progress.delivered >= 500, 60_000);
  const { dispatch, canceled, gone } = await shop.live.told(200, 'POST', `/v1/dispatches/${id}/cancel`);
  expect(['canceling', 'canceled']).toContain(dispatch.status);
  expect(canceled + gone).toBe(3_000);
  expect(dispatch.credits.released).toBe(canceled);
  expect((await shop.live.money()).available).toBe(7_000 + canceled);
  await suite.control.advance('PT2M');
  const done = await settled(suite.control, shop.live, id);
  expect(done).toMatchObject({ status: 'canceled', cancelReason: 'requested' });
  const { progress } = done;
  expect(progress.canceled).toBeGreaterThan(0);
  expect(progress.delivered + progress.canceled).toBe(3_000);
  expect(await arrivedOf(to)).toBe(progress.delivered);
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000 - progress.delivered, held: 0 });
}, 90_000);

test('an external id is taken for good; the same request with the same key is answered again, for every POST', async () => {
  const to = listOf(numbers(2, ++series));
  const send = { message: message(), recipients: to, externalId: 'order-1' };
  const asked = { body: send, idem: 'order-1' };
  const first = await shop.live.ask('POST', '/v1/messages', asked);
  const replay = await shop.live.ask('POST', '/v1/messages', asked);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  expect(replay.json).toEqual(first.json);
  const other = await shop.live.ask('POST', '/v1/messages', { body: { ...send, tags: ['x'] }, idem: 'order-1' });
  expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
  const taken = await shop.live.ask('POST', '/v1/messages', { body: send });
  expect(taken).toMatchObject({ status: 409, json: { dispatchId: first.json.dispatchId } });
  const missing = await shop.live.ask('POST', '/v1/messages', { body: send, idem: null });
  expect(missing).toMatchObject({ status: 400, json: { code: 'idempotency_key_missing' } });
  await settled(suite.control, shop.live, first.json.dispatchId);
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ spent: 2 });

  const posts: readonly [string, object][] = [
    ['/v1/dispatches', { message: message(), recipients: { list: to } }],
    ['/v1/uploads', { purpose: 'recipients', fileName: 'a.csv', onInvalidRows: 'skip' }],
  ];
  for (const [i, [path, body]] of posts.entries()) {
    const [one, two] = [
      await shop.live.ask('POST', path, { body, idem: `again-${i}` }),
      await shop.live.ask('POST', path, { body, idem: `again-${i}` }),
    ];
    expect(one.status, path).toBeLessThan(300);
    expect([two.status, two.json.id], path).toEqual([one.status, one.json.id]);
    expect(two.headers.get('idempotency-replayed')).toBe('true');
  }
  const grant = { body: { credits: 5, type: 'bonus' }, idem: 'bonus' };
  for (let i = 0; i < 2; i++) {
    await suite.operator.told(201, 'POST', `/operator/v1/tenants/${shop.id}/credits`, grant);
  }
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ granted: 10_005 });
});

test('the short form says of everyone what becomes of them, in their order', async () => {
  const [a, b] = numbers(2, ++series);
  const body = {
    message: message({ text: '{{ name }}님' }),
    recipients: [
      { to: a, variables: { name: '서연' } },
      { to: a!.replace('+82', '0') },
      { to: '010-12' },
      { to: '+14155552671', variables: { name: 'Ann' } },
      { to: b },
    ],
  };
  const sent = await shop.live.told(202, 'POST', '/v1/messages', { body });
  expect(sent.data.map(({ status, reason }: Shown) => [status, reason])).toEqual([
    ['planned', null],
    ['skipped', 'duplicate_number'],
    ['skipped', 'invalid_number'],
    ['skipped', 'foreign_number'],
    ['skipped', 'missing_variable'],
  ]);
  const done = await settled(suite.control, shop.live, sent.dispatchId);
  expect(done.progress).toMatchObject({ accepted: 5, delivered: 1, skipped: 4 });
  for (const { messageId, status, to } of sent.data) {
    const one = await shop.live.get(`/v1/messages/${messageId}`);
    expect([one.to, one.status]).toEqual([to, status === 'planned' ? 'delivered' : 'skipped']);
  }
  const nobody = { ...body, recipients: [{ to: '010-12' }] };
  const none = await shop.live.told(202, 'POST', '/v1/messages', { body: nobody });
  expect(await settled(suite.control, shop.live, none.dispatchId)).toMatchObject({ status: 'completed' });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ spent: 1, held: 0 });
});

test('test keys see and spend only what is theirs, and no phone hears of it', async () => {
  const to = numbers(3, ++series);
  const id = await sendTo(shop.test, to);
  expect(await settled(suite.control, shop.test, id)).toMatchObject({ mode: 'test', progress: { delivered: 3 } });
  expect(await arrivedOf(to)).toBe(0);
  expect((await shop.live.ask('GET', `/v1/dispatches/${id}`)).status).toBe(404);
  expect(await shop.live.all('/v1/dispatches')).toEqual([]);
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, spent: 0 });
  expect(await expectMoneyAddsUp(shop.test)).toMatchObject({ spent: 3, held: 0 });
});

test('a suspended tenant sends nothing; resumed, it goes on where it was', async () => {
  const { id, to } = await readyDispatch();
  await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/suspend`);
  expect((await shop.live.ask('POST', `/v1/dispatches/${id}/send`, { body: {} })).status).toBe(403);
  await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/resume`);
  await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: {} });
  expect(await settled(suite.control, shop.live, id)).toMatchObject({ progress: { delivered: 30 } });
  expect(await arrivedOf(to)).toBe(30);
});

test('suspended between confirming and sending: batches wait, and go once the tenant is resumed', async () => {
  await suite.control.faults({ kind: 'http_429', calls: 1, retryAfterSeconds: 60 });
  const to = numbers(30, ++series);
  const id = await sendTo(shop.live, to);
  const before = await suite.control.carrierCalls();
  await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/suspend`);
  await suite.control.advance('PT3H');
  expect(await arrivedOf(to)).toBe(0);
  await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/resume`);
  await suite.control.advance('PT30M');
  expect(await settled(suite.control, shop.live, id)).toMatchObject({ progress: { delivered: 30 } });
  expect(await arrivedOf(to)).toBe(30);
  expect((await suite.control.carrierCalls()) - before).toBeLessThanOrEqual(2);
  expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
});

test('a sender number that is not approved is refused', async () => {
  const body = { message: message({ from: '0310000000' }), recipients: listOf(numbers(1, ++series)) };
  const refused = await shop.live.ask('POST', '/v1/messages', { body });
  expect(refused).toMatchObject({ status: 422, json: { code: 'sender_not_approved' } });
});

test('another tenant’s ids are answered exactly like ids that do not exist', async () => {
  const { id, to } = await readyDispatch();
  const [{ id: messageId }] = await shop.live.all(`/v1/dispatches/${id}/messages`);
  const uploadId = await putFile(shop.live, csvOf(to, 'phoneNumber'));
  const thief = (await suite.newShop()).live;
  const nowhere = (path: string) =>
    path
      .replace(id, `dsp_${'0'.repeat(26)}`)
      .replace(messageId, `msg_${'0'.repeat(26)}b0r0`)
      .replace(uploadId, `upl_${'0'.repeat(26)}`);
  const asks: readonly (readonly [string, string, object?])[] = [
    ['GET', `/v1/dispatches/${id}`],
    ['GET', `/v1/dispatches/${id}/messages`],
    ['GET', `/v1/dispatches/${id}/recipients/${encodeURIComponent(to[0]!)}`],
    ['POST', `/v1/dispatches/${id}/send`, {}],
    ['POST', `/v1/dispatches/${id}/cancel`],
    ['GET', `/v1/messages/${messageId}`],
    ['GET', `/v1/uploads/${uploadId}`],
    ['DELETE', `/v1/uploads/${uploadId}`],
  ];
  for (const [method, path, body] of asks) {
    const asked = body === undefined ? {} : { body };
    const theirs = await thief.ask(method, path, asked);
    const nobodys = await thief.ask(method, nowhere(path), asked);
    expect(theirs.status, path).toBe(404);
    const withoutRequest = ({ json }: { json: Shown }) => ({ ...json, requestId: null });
    expect(withoutRequest(theirs), path).toEqual(withoutRequest(nobodys));
  }
  const stolen = { message: message(), recipients: { uploadId } };
  const refused = await thief.ask('POST', '/v1/dispatches', { body: stolen });
  expect(refused.status).toBe(422);
  expect(await shop.live.get(`/v1/dispatches/${id}`)).toMatchObject({ status: 'ready' });
});

test('lists go page by page: every entry once, newest first, whatever is added meanwhile', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) ids.push(await sendTo(shop.live, numbers(1, ++series)));
  const seen: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Shown = await shop.live.get('/v1/dispatches', { limit: 2, ...(cursor === null ? {} : { cursor }) });
    expect(page.data.length).toBeLessThanOrEqual(2);
    seen.push(...page.data.map((one: Shown) => one.id));
    if (seen.length === 2) await sendTo(shop.live, numbers(1, ++series));
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  expect(seen).toEqual([...ids].reverse());
  expect((await shop.live.ask('GET', '/v1/dispatches', { query: { cursor: 'nonsense' } })).status).toBe(400);
});
