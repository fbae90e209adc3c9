import { describe, expect, test } from 'vitest';
import { createHttpProvider } from '../../../shared/adapters/identity/http-provider.ts';
import { type FakeProvider, rightCode, wrongCode } from '../../support/fakes/identity.ts';
import { newTenant, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const minuteMs = 60_000;
const kim = { number: '010-2345-6789', name: '김하늘' };

const start = ({ live }: Pick<TestTenant, 'live'>, body: object = kim, idem?: string) =>
  suite.api({ method: 'POST', path: '/v1/phone-checks', key: live, body, ...(idem ? { idem } : {}) });
const confirm = ({ live }: Pick<TestTenant, 'live'>, id: string, code = rightCode) =>
  suite.api({ method: 'POST', path: `/v1/phone-checks/${id}/confirm`, key: live, body: { code }, idem: null });
const provider = () => suite.deps.identityProvider as FakeProvider;

async function started(): Promise<readonly [TestTenant, string]> {
  const tenant = await newTenant(suite.api, 'Shop', { identityStatus: 'unverified' });
  return [tenant, (await start(tenant)).json.checkId];
}

describe('a phone check', () => {
  test('is confirmed by the code that arrived, once', async () => {
    const tenant = await newTenant(suite.api, 'Shop', { identityStatus: 'unverified' });
    const told = await start(tenant);
    expect(told).toMatchObject({
      status: 201,
      json: { expiresAt: new Date(suite.clock.nowMs + 3 * minuteMs).toISOString() },
    });
    const { checkId } = told.json;
    expect(await confirm(tenant, checkId, wrongCode)).toMatchObject({
      status: 422,
      json: { code: 'wrong_code', triesLeft: 4 },
    });
    expect(await confirm(tenant, checkId)).toMatchObject({ status: 200, json: { status: 'confirmed' } });
    expect(await confirm(tenant, checkId)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  });

  test('takes codes until three minutes are over, to the millisecond', async () => {
    for (const [waitedMs, status] of [
      [3 * minuteMs - 1, 200],
      [3 * minuteMs, 409],
    ] as const) {
      const [tenant, id] = await started();
      suite.clock.nowMs += waitedMs;
      expect((await confirm(tenant, id)).status).toBe(status);
    }
    // The provider was not even asked about the late one
    expect(provider().asked.filter((asked) => asked === 'confirm')).toHaveLength(1);
  });

  test('says how it stands, to its tenant', async () => {
    const [tenant, id] = await started();
    const look = async () => {
      const { json } = await suite.api({ path: `/v1/phone-checks/${id}`, key: tenant.live });
      return [json.status, json.triesLeft];
    };
    expect(await look()).toEqual(['open', 5]);
    for (let i = 0; i < 5; i++) await confirm(tenant, id, wrongCode);
    expect(await look()).toEqual(['used_up', 0]);
    suite.clock.nowMs += 3 * minuteMs;
    expect(await look()).toEqual(['expired', 0]);
  });

  test('takes five codes, and not the right one as the sixth', async () => {
    const [tenant, id] = await started();
    for (const left of [4, 3, 2, 1, 0]) {
      expect((await confirm(tenant, id, wrongCode)).json).toMatchObject({ code: 'wrong_code', triesLeft: left });
    }
    expect(await confirm(tenant, id)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  });

  test('never has more than five codes judged, however many come at once', async () => {
    const [tenant, id] = await started();
    const told = await Promise.all(Array.from({ length: 12 }, () => confirm(tenant, id, wrongCode)));
    expect(provider().asked.filter((asked) => asked === 'confirm')).toHaveLength(5);
    const left = told.filter(({ status }) => status === 422).map(({ json }) => json.triesLeft);
    expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(told.filter(({ status }) => status === 409)).toHaveLength(7);
  });

  test('is confirmed if one of many codes was right, and stays so', async () => {
    const [tenant, id] = await started();
    const codes = [wrongCode, wrongCode, rightCode, wrongCode, wrongCode];
    const told = await Promise.all(codes.map((code) => confirm(tenant, id, code)));
    expect(told.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await confirm(tenant, id)).json.detail).toContain('confirmed already');
  });

  test('counts a try whose judgement got lost, and asks nobody twice', async () => {
    const [tenant, id] = await started();
    provider().down = true;
    expect(await confirm(tenant, id)).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
    provider().down = false;
    expect((await confirm(tenant, id, wrongCode)).json.triesLeft).toBe(3);
    expect(provider().asked).toEqual(['challenge', 'confirm', 'confirm']);
  });

  test.each([{ number: '01087654321' }, { name: '박바다' }])('of another person’s phone ends: %o', async (other) => {
    const [tenant, id] = await started();
    provider().owner = { number: '01023456789', name: '김하늘', ...other };
    expect((await confirm(tenant, id)).status).toBe(409);
    provider().owner = null;
    expect((await confirm(tenant, id)).status).toBe(409);
  });

  test('is started once under one key, and again after the provider failed', async () => {
    const tenant = await newTenant(suite.api);
    provider().down = true;
    expect((await start(tenant, kim, 'one')).status).toBe(503);
    provider().down = false;
    const first = await start(tenant, kim, 'one');
    const again = await start(tenant, kim, 'one');
    expect(again).toMatchObject({ status: 201, json: first.json, headers: { 'idempotency-replayed': 'true' } });
    expect(provider().asked).toHaveLength(2);
    expect((await start(tenant, { ...kim, name: '박바다' }, 'one')).json.code).toBe('idempotency_key_reused');
  });

  test('is started twenty times in 24 hours, however many ask at once, and by each tenant for itself', async () => {
    const [tenant, other] = [await newTenant(suite.api), await newTenant(suite.api)];
    for (let i = 0; i < 18; i++) expect((await start(tenant)).status).toBe(201);
    suite.clock.nowMs += minuteMs;
    const told = await Promise.all(Array.from({ length: 6 }, () => start(tenant)));
    expect(told.filter(({ status }) => status === 201)).toHaveLength(2);
    const refused = told.find(({ status }) => status === 429)!;
    expect(refused).toMatchObject({ json: { code: 'rate_limited' }, headers: { 'retry-after': String(86_400 - 60) } });
    expect(provider().asked).toHaveLength(20);
    expect((await start(other)).status).toBe(201);
    suite.clock.nowMs += 24 * 3_600_000 - minuteMs;
    expect((await start(tenant)).status).toBe(201);
  });

  test('is for live keys, and for Korean mobile numbers', async () => {
    const tenant = await newTenant(suite.api);
    expect((await start({ live: tenant.test })).json.code).toBe('live_key_required');
    for (const number of ['02-1234-5678', '011-123-4567', '+1 202 555 0123', '010-1234-567', '0101234567a']) {
      expect(await start(tenant, { ...kim, number })).toMatchObject({ status: 422, json: { code: 'invalid_number' } });
    }
    for (const number of ['+82 10-2345-6789', '821023456789', '1023456789']) {
      expect((await start(tenant, { ...kim, number })).status).toBe(201);
    }
    expect(provider().asked).toHaveLength(3);
  });

  test.each([{ code: '12' }, { code: 'abcdef' }, {}, { code: 135790 }])(
    'refuses what is no code without a try: %o',
    async (body) => {
      const [tenant, id] = await started();
      const path = `/v1/phone-checks/${id}/confirm`;
      expect((await suite.api({ method: 'POST', path, key: tenant.live, body })).status).toBe(400);
      expect((await confirm(tenant, id, wrongCode)).json.triesLeft).toBe(4);
    },
  );

  test('asks nobody over an open line', async () => {
    const account = async () => ({ baseUrl: 'http://provider.example', key: 'secret' });
    let calls = 0;
    const fetch = async () => {
      calls++;
      return Response.json({ challengeId: 'one' });
    };
    Object.assign(suite.deps.identityProvider, createHttpProvider({ account, fetch }));
    expect([(await start(await newTenant(suite.api))).status, calls]).toEqual([503, 0]);
  });
});
