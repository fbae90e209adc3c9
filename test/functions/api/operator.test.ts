import { describe, expect, test } from 'vitest';
import { newTenant, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const post = (path: string, body?: unknown, idem?: string) =>
  suite.api({ method: 'POST', path: `/operator/v1/tenants${path}`, key: operatorKey, body, ...(idem ? { idem } : {}) });
const get = (path: string, query = '') => suite.api({ path: `/operator/v1/tenants${path}`, key: operatorKey, query });

describe('tenants', () => {
  test('are made with a live and a test key, and kept as they were told', async () => {
    const facts = { name: 'Shop', notificationEmails: ['ops@shop.kr'], identityStatus: 'approved' };
    const { status, json } = await post('', facts);
    expect(status).toBe(201);
    expect(json.apiKeys.map(({ mode }: { mode: string }) => mode)).toEqual(['live', 'test']);
    const { apiKeys: _, ...tenant } = json;
    expect(tenant).toMatchObject({ ...facts, status: 'active', suspendedAt: null });
    expect((await get(`/${json.id}`)).json).toEqual(tenant);
    expect((await get('')).json).toEqual({ data: [tenant], nextCursor: null });
  });

  test('are made once under one key; the secrets are not told again', async () => {
    const first = await post('', { name: 'A' }, 'one');
    const again = await post('', { name: 'A' }, 'one');
    expect(again.json.id).toBe(first.json.id);
    expect(again.json.apiKeys.map(({ secret }: { secret: null }) => secret)).toEqual([null, null]);
    expect((await get('')).json.data).toHaveLength(1);
  });

  test('are listed page by page, each once, in order', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      suite.clock.nowMs += 1;
      ids.push((await newTenant(suite.api, `Shop ${i}`)).id);
    }
    const seen: string[] = [];
    for (let query = 'limit=3'; ; ) {
      const { json } = await get('', query);
      seen.push(...json.data.map(({ id }: { id: string }) => id));
      if (json.nextCursor === null) break;
      expect(json.data).toHaveLength(3);
      query = `limit=3&cursor=${json.nextCursor}`;
    }
    expect(seen).toEqual(ids);
  });

  test('when suspended may look, but not create; resumed, they may again', async () => {
    const tenant = await newTenant(suite.api);
    const suspended = await post(`/${tenant.id}/suspend`);
    expect(suspended.json).toMatchObject({
      status: 'suspended',
      suspendedAt: new Date(suite.clock.nowMs).toISOString(),
    });
    suite.clock.nowMs += 5_000;
    expect((await post(`/${tenant.id}/suspend`)).json).toEqual(suspended.json);
    expect((await get('')).json.data).toEqual([suspended.json]);
    for (const key of [tenant.live, tenant.test]) {
      expect((await suite.api({ path: '/v1/credits', key })).status).toBe(200);
      const refused = await suite.api({ method: 'POST', path: '/v1/api-keys', key });
      expect(refused).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
    }
    expect((await post(`/${tenant.id}/resume`)).json).toMatchObject({ status: 'active', suspendedAt: null });
    expect((await suite.api({ method: 'POST', path: '/v1/api-keys', key: tenant.live })).status).toBe(201);
  });

  test('that do not exist are 404 everywhere', async () => {
    const nobody = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    for (const path of [`/${nobody}/suspend`, `/${nobody}/resume`]) expect((await post(path)).status).toBe(404);
    expect((await post(`/${nobody}/credits`, { credits: 1, type: 'grant' })).status).toBe(404);
    expect((await post(`/${nobody}/sender-numbers`, { number: '0212345678' })).status).toBe(404);
    expect((await get(`/${nobody}`)).status).toBe(404);
    expect((await get(`/${nobody}/sender-numbers`)).status).toBe(404);
    expect((await get('/ten_1')).status).toBe(404);
  });
});

describe('credits', () => {
  test('grants, bonuses and adjustments reach the balance and the ledger, and never take more than there is', async () => {
    const { id, live } = await newTenant(suite.api);
    for (const [credits, type, status] of [
      [100, 'grant', 201],
      [10, 'bonus', 201],
      [-60, 'adjust', 201],
      [-51, 'adjust', 422],
      [-50, 'adjust', 201],
      [-1, 'adjust', 422],
      [5, 'adjust', 201],
      [-5, 'grant', 400],
      [0, 'adjust', 400],
      [1.5, 'grant', 400],
    ] as const) {
      suite.clock.nowMs += 1_000;
      expect((await post(`/${id}/credits`, { credits, type, note: 'why' })).status).toBe(status);
    }
    expect((await suite.api({ path: '/v1/credits', key: live })).json).toMatchObject({ available: 5, granted: 5 });
    const ledger = (await suite.api({ path: '/v1/credits/ledger', key: live })).json.data;
    expect(ledger.map(({ credits }: { credits: number }) => credits)).toEqual([5, -50, -60, 10, 100]);
  });

  test('taking from all sides at once leaves exactly nothing, and the ledger says the same', async () => {
    const { id, live } = await newTenant(suite.api);
    await post(`/${id}/credits`, { credits: 95, type: 'grant' });
    const told = await Promise.all(
      Array.from({ length: 30 }, () => post(`/${id}/credits`, { credits: -10, type: 'adjust' })),
    );
    expect(told.filter(({ status }) => status === 201)).toHaveLength(9);
    expect(told.filter(({ json }) => json.code === 'balance_too_low')).toHaveLength(21);
    const { available } = (await suite.api({ path: '/v1/credits', key: live })).json;
    const ledger = (await suite.api({ path: '/v1/credits/ledger', key: live })).json.data;
    expect(available).toBe(5);
    expect(ledger.reduce((sum: number, { credits }: { credits: number }) => sum + credits, 0)).toBe(5);
  });
});

describe('sender numbers', () => {
  test('are approved in any usual form, once, and shown to the tenant', async () => {
    const { id, live, test: testKey } = await newTenant(suite.api);
    const first = await post(`/${id}/sender-numbers`, { number: '02-1234-5678' });
    expect(first).toMatchObject({ status: 201, json: { number: '0212345678' } });
    suite.clock.nowMs += 1_000;
    expect((await post(`/${id}/sender-numbers`, { number: '02 1234 5678' })).json).toEqual(first.json);
    await post(`/${id}/sender-numbers`, { number: '15441234' });
    for (const key of [live, testKey]) {
      const numbers = (await suite.api({ path: '/v1/sender-numbers', key })).json;
      expect(numbers.data.map(({ number }: { number: string }) => number)).toEqual(['0212345678', '15441234']);
    }
    const page = (await get(`/${id}/sender-numbers`, 'limit=1')).json;
    expect((await get(`/${id}/sender-numbers`, `limit=1&cursor=${page.nextCursor}`)).json).toMatchObject({
      data: [{ number: '15441234' }],
      nextCursor: null,
    });
  });

  test.each(['', '112', '+82212345678', '01012', '2123456', '+12025550123', 'abc'])('not %s', async (number) => {
    const { id } = await newTenant(suite.api);
    const told = await post(`/${id}/sender-numbers`, { number });
    expect(told).toMatchObject({
      status: 422,
      json: { code: 'invalid_sender_number', errors: [{ pointer: '/number' }] },
    });
  });
});
