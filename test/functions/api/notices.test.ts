import '../../support/quiet-logs.ts';
import { describe, expect, test, vi } from 'vitest';
import { logger } from '../../../functions/logger.ts';
import { type Asked, newTenant, operatorKey, type Told } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';
import { newShop } from './things.ts';

const suite = apiSuite();
const day = 86_400_000;
const iso = (atMs: number) => new Date(atMs).toISOString();
/** The nth of many numbers, E.164. */
const numbered = (n: number) => `+82102${String(n).padStart(7, '0')}`;
const sender = '0212345678';

const optOut = (key: string, ...phoneNumbers: string[]) =>
  suite.api({ method: 'POST', path: '/v1/sms/unsubscribe', key, body: { phoneNumbers } });
const consent = (key: string, number: string, body: object) =>
  suite.api({ method: 'PUT', path: `/v1/consents/${encodeURIComponent(number)}`, key, body: { night: null, ...body } });
const list = (key: string, query = 'kind=result_notice') => suite.api({ path: '/v1/consents/due', key, query });
const send = (key: string, body: object = {}, more: Partial<Asked> = {}) =>
  suite.api({
    method: 'POST',
    path: '/v1/consents/due/dispatches',
    key,
    body: { kind: 'result_notice', from: sender, ...body },
    ...more,
  });
const numbersOf = ({ json }: Told) => json.data.map(({ number }: { number: string }) => number);

describe('consents due', () => {
  test('are listed with what was said, when it is due and the finished text', async () => {
    const { live } = await newTenant(suite.api, '한솔상점');
    await optOut(live, '010-2000-0001');
    expect(await list(live)).toMatchObject({
      status: 200,
      json: {
        data: [
          {
            number: numbered(1),
            kind: 'result_notice',
            fact: 'opted_out',
            saidAt: iso(startMs),
            dueAt: iso(startMs + 14 * day),
            text: '[한솔상점] 2026-11-21 광고성 정보 수신거부 처리 결과: 보내지 않습니다.',
            sentAt: null,
            dispatchId: null,
            status: null,
          },
        ],
        nextCursor: null,
      },
    });
    expect((await list(live, 'kind=reconfirmation')).json.data).toEqual([]);
  });

  test('are of the last word of each, of consents recorded one by one, too', async () => {
    const { live } = await newTenant(suite.api);
    await consent(live, numbered(1), { marketing: true });
    suite.clock.nowMs += 60_000;
    await consent(live, numbered(1), { marketing: true, night: true });
    expect((await list(live)).json.data).toMatchObject([{ fact: 'night_consented', saidAt: iso(startMs + 60_000) }]);
    await consent(live, numbered(1), { marketing: false });
    expect((await list(live)).json.data).toMatchObject([{ fact: 'withdrew' }]);
    await consent(live, numbered(2), { marketing: false });
    await consent(live, numbered(3), { marketing: null });
    expect((await list(live)).json.data.map(({ fact }: { fact: string }) => fact)).toEqual(['withdrew', 'refused']);
  });

  test('of reconfirmation show from a month before their time on, or when asked for', async () => {
    const { live } = await newTenant(suite.api);
    await consent(live, numbered(1), { marketing: true, at: '2024-11-30T12:00:00+09:00' });
    await consent(live, numbered(2), { marketing: true, at: '2024-02-29T12:00:00+09:00' });
    await consent(live, numbered(3), { marketing: true });
    const due = await list(live, 'kind=reconfirmation');
    expect(due.json.data).toMatchObject([
      { number: numbered(2), dueAt: '2026-02-28T03:00:00.000Z', fact: 'consented' },
      { number: numbered(1), dueAt: '2026-11-30T03:00:00.000Z' },
    ]);
    expect(due.json.data[0].text).toContain('2024-02-29에 광고성 정보 수신에 동의하셨습니다.');
    const asked = 'kind=reconfirmation&dueFrom=2026-11-30T12:00:00%2B09:00&dueUntil=2030-01-01T00:00:00Z';
    expect(numbersOf(await list(live, asked))).toEqual([numbered(1), numbered(3)]);
    expect(numbersOf(await list(live, 'kind=reconfirmation&dueUntil=2026-11-30T12:00:00+09:00'))).toEqual([
      numbered(2),
    ]);
  });

  test('come page by page, whatever the size of a page', async () => {
    const { live } = await newTenant(suite.api);
    for (let n = 0; n < 5; n++) {
      await optOut(live, numbered(5 - n));
      suite.clock.nowMs += 1_000;
    }
    for (const limit of [1, 2, 5, 6]) {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Told = await list(live, `kind=result_notice&limit=${limit}${cursor && `&cursor=${cursor}`}`);
        expect(page.json.data.length).toBeLessThanOrEqual(limit);
        found.push(...numbersOf(page));
        cursor = page.json.nextCursor;
      }
      expect(found).toEqual([5, 4, 3, 2, 1].map(numbered));
    }
  });

  test.each([
    ['', '/kind'],
    ['kind=other', '/kind'],
    ['kind=result_notice&sent=yes', '/sent'],
    ['kind=result_notice&dueFrom=yesterday', '/dueFrom'],
    ['kind=result_notice&limit=501', '/limit'],
    ['kind=result_notice&owner=ten_x', '/owner'],
  ])('asked for with ?%s are refused, naming it', async (query, pointer) => {
    const { live } = await newTenant(suite.api);
    expect(await list(live, query)).toMatchObject({ status: 400, json: { errors: [{ in: 'query', pointer }] } });
  });

  test('asked for by a cursor of another list are refused', async () => {
    const { live } = await newTenant(suite.api);
    for (const position of ['x', '2026-11-21T03:00:00.000Z#dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV', { pk: 'T#' }]) {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
      expect(await list(live, `kind=result_notice&cursor=${cursor}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_cursor' },
      });
    }
  });
});

describe('sending what is due', () => {
  test('makes one dispatch of notices to those who opted out, and marks them', async () => {
    const shop = await newShop(suite.api);
    await suite.api({
      method: 'PATCH',
      path: '/v1/settings',
      key: shop.live,
      body: { informationalToOptedOut: 'exclude' },
    });
    await optOut(shop.live, numbered(1), numbered(2));
    const [{ text }] = (await list(shop.live)).json.data;
    const told = await send(shop.live);
    expect(told).toMatchObject({
      status: 202,
      json: {
        data: [
          { index: 0, to: numbered(1), status: 'planned', reason: null },
          { index: 1, to: numbered(2), status: 'planned', reason: null },
        ],
        leftOut: [],
      },
    });
    const { dispatchId } = told.json;
    const dispatch = (await suite.api({ path: `/v1/dispatches/${dispatchId}`, key: shop.live })).json;
    expect(dispatch).toMatchObject({
      purpose: 'notice',
      status: 'sending',
      campaignId: null,
      progress: { accepted: 2, planned: 2 },
      credits: { held: 2 },
    });
    const messages = await suite.api({
      path: `/v1/dispatches/${dispatchId}/messages`,
      key: shop.live,
      query: 'include=text',
    });
    expect(messages.json.data[0]).toMatchObject({ to: numbered(1), type: 'sms', text });
    expect((await list(shop.live)).json.data).toEqual([]);
    const sent = (await list(shop.live, 'kind=result_notice&sent=true')).json.data;
    expect(sent).toMatchObject([
      { number: numbered(1), text, sentAt: iso(startMs), dispatchId, status: 'planned' },
      { number: numbered(2), sentAt: iso(startMs), dispatchId, status: 'planned' },
    ]);
    expect(await send(shop.live)).toMatchObject({ status: 422, json: { code: 'nothing_due' } });
    // Whoever comes back is told of that
    await suite.api({
      method: 'POST',
      path: '/v1/sms/subscribe',
      key: shop.live,
      body: { phoneNumbers: [numbered(1)] },
    });
    expect((await list(shop.live)).json.data).toMatchObject([{ number: numbered(1), fact: 'returned' }]);
    expect((await list(shop.live, 'kind=result_notice&sent=true&limit=1')).json.data).toEqual(sent.slice(0, 1));
  });

  test('of reconfirmations moves them two years on', async () => {
    const shop = await newShop(suite.api);
    await consent(shop.live, numbered(1), { marketing: true, at: '2024-12-01T12:00:00+09:00' });
    expect((await send(shop.live, { kind: 'reconfirmation' })).status).toBe(202);
    expect((await list(shop.live, 'kind=reconfirmation')).json.data).toEqual([]);
    const next = await list(shop.live, 'kind=reconfirmation&dueUntil=2030-01-01T00:00:00Z');
    expect(next.json.data).toMatchObject([{ saidAt: '2024-12-01T03:00:00.000Z', dueAt: '2028-11-21T03:00:00.000Z' }]);
    const sent = await list(shop.live, 'kind=reconfirmation&sent=true');
    expect(sent.json.data).toMatchObject([{ dueAt: '2026-12-01T03:00:00.000Z', sentAt: iso(startMs) }]);
  });

  test('again under the same key answers as before, and under another tells nobody twice', async () => {
    const shop = await newShop(suite.api);
    await optOut(shop.live, numbered(1));
    const numbers = [numbered(1), '010-12', numbered(2), '+14155550123'];
    const first = await send(shop.live, { numbers }, { idem: 'mine' });
    expect(first.json.leftOut).toEqual([
      { number: '010-12', reason: 'invalid_number' },
      { number: numbered(2), reason: 'not_due' },
      { number: '+14155550123', reason: 'not_due' },
    ]);
    const again = await send(shop.live, { numbers }, { idem: 'mine' });
    expect(again).toMatchObject({ status: 202, json: first.json, headers: { 'idempotency-replayed': 'true' } });
    expect(await send(shop.live, { numbers }, { idem: 'other' })).toMatchObject({ json: { code: 'nothing_due' } });
    expect(await send(shop.live, {}, { idem: 'mine' })).toMatchObject({ json: { code: 'idempotency_key_reused' } });
    expect(await send(shop.live, {}, { idem: null })).toMatchObject({ json: { code: 'idempotency_key_missing' } });
  });

  test('by several at once makes one dispatch; the others are told to come again', async () => {
    const shop = await newShop(suite.api);
    await optOut(shop.live, ...Array.from({ length: 12 }, (_, n) => numbered(n)));
    const all = await Promise.all(Array.from({ length: 6 }, () => send(shop.live)));
    const statuses = all.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    for (const { status, json, headers } of all) {
      if (status === 409) expect([json.code, headers['retry-after']]).toEqual(['conflict', '1']);
      else expect([202, 422]).toContain(status);
    }
    expect((await send(shop.live)).json.code).toBe('nothing_due');
    expect((await list(shop.live, 'kind=result_notice&sent=true')).json.data).toHaveLength(12);
  });

  test('can wait for its time', async () => {
    const shop = await newShop(suite.api);
    await optOut(shop.live, numbered(1));
    const at = iso(startMs + day);
    const { json } = await send(shop.live, { schedule: { at } });
    expect((await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live })).json).toMatchObject({
      status: 'scheduled',
      schedule: { at },
    });
    expect((await list(shop.live, 'kind=result_notice&sent=true')).json.data).toMatchObject([{ sentAt: at }]);
    const moved = iso(startMs + 2 * day);
    const path = `/v1/dispatches/${json.dispatchId}`;
    await suite.api({ method: 'PATCH', path, key: shop.live, body: { schedule: { at: moved } } });
    expect((await list(shop.live, 'kind=result_notice&sent=true')).json.data).toMatchObject([{ sentAt: moved }]);
  });

  test.each<[string, object, number, object]>([
    ['without a sender', { from: undefined }, 400, { errors: [{ pointer: '/from', code: 'missing' }] }],
    ['with another kind', { kind: 'all' }, 400, { errors: [{ pointer: '/kind' }] }],
    ['with nobody named', { numbers: [] }, 400, { errors: [{ pointer: '/numbers' }] }],
    [
      'with too many named',
      { numbers: Array.from({ length: 1_001 }, (_, n) => numbered(n)) },
      400,
      { errors: [{ pointer: '/numbers' }] },
    ],
    ['with a text of its own', { text: 'Hello' }, 400, { errors: [{ pointer: '/text', code: 'unknown_field' }] }],
    [
      'from a number that is not approved',
      { from: '0299999999' },
      422,
      { code: 'sender_not_approved', errors: [{ pointer: '/from' }] },
    ],
    ['in the past', { schedule: { at: iso(startMs - 1) } }, 422, { code: 'invalid_schedule' }],
    ['to nobody who is due', { numbers: [numbered(9)] }, 422, { code: 'nothing_due' }],
  ])('%s is refused, and nobody is marked', async (_, body, status, json) => {
    const shop = await newShop(suite.api);
    await optOut(shop.live, numbered(1));
    expect(await send(shop.live, body)).toMatchObject({ status, json });
    expect((await list(shop.live)).json.data).toHaveLength(1);
    expect((await suite.api({ path: '/v1/dispatches', key: shop.live })).json.data).toEqual([]);
    expect((await send(shop.live)).status).toBe(202);
  });

  test('with too few credits makes nothing', async () => {
    const { id, live } = await newTenant(suite.api);
    const path = `/operator/v1/tenants/${id}/sender-numbers`;
    await suite.api({ method: 'POST', path, key: operatorKey, body: { number: sender } });
    await optOut(live, numbered(1));
    expect(await send(live)).toMatchObject({
      status: 402,
      json: { code: 'insufficient_credits', required: 1, available: 0 },
    });
    expect((await list(live)).json.data).toHaveLength(1);
  });
});

test('what another tenant’s people said, or the other mode’s, is never seen, nor told', async () => {
  const [owner, other] = [await newShop(suite.api), await newShop(suite.api)];
  await optOut(owner.live, numbered(1), numbered(2));
  const { nextCursor } = (await list(owner.live, 'kind=result_notice&limit=1')).json;
  const { dispatchId } = (await send(owner.live, { numbers: [numbered(1)] })).json;
  for (const key of [other.live, other.test, owner.test]) {
    for (const sent of ['true', 'false']) {
      for (const more of ['', `&cursor=${nextCursor}`]) {
        expect((await list(key, `kind=result_notice&sent=${sent}${more}`)).json).toEqual({
          data: [],
          nextCursor: null,
        });
      }
    }
    expect(await send(key, { numbers: [numbered(2)] })).toMatchObject({ status: 422, json: { code: 'nothing_due' } });
  }
  expect(numbersOf(await list(owner.live))).toEqual([numbered(2)]);
  expect((await list(owner.live, 'kind=result_notice&sent=true')).json.data).toMatchObject([{ dispatchId }]);
});

test('the log names routes, never a number or a text', async () => {
  const shop = await newShop(suite.api);
  const lines = vi.spyOn(logger, 'info').mockImplementation(() => {});
  const errors = vi.spyOn(logger, 'error').mockImplementation(() => {});
  await optOut(shop.live, numbered(1));
  await list(shop.live);
  await send(shop.live, { numbers: [numbered(1), '010-12'] });
  vi.spyOn(suite.deps.telling.notices, 'due').mockRejectedValue(new Error('broken'));
  expect((await list(shop.live)).status).toBe(500);
  const written = JSON.stringify([lines.mock.calls, errors.mock.calls]);
  expect(written).toContain('POST /v1/consents/due/dispatches');
  expect(written).not.toMatch(/20000001|010-12|광고성/);
  vi.restoreAllMocks();
});
