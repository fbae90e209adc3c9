import { describe, expect, test } from 'vitest';
import { newTenant, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const status = async (key: string | null, path = '/v1/credits') => (await suite.api({ path, key })).status;

describe('who gets in', () => {
  test('live and test keys, each to its own data', async () => {
    const tenant = await newTenant(suite.api);
    expect((await suite.api({ path: '/v1/credits', key: tenant.live })).json.available).toBe(0);
    expect((await suite.api({ path: '/v1/credits', key: tenant.test })).json.available).toBe(100_000);
  });

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['no token', { authorization: 'Bearer ' }],
    ['two tokens', { authorization: 'Bearer a b' }],
    ['a key of nobody', { authorization: `Bearer bk_live_${'A'.repeat(32)}` }],
    ['a key of another kind', { authorization: `Bearer bk_op_${'A'.repeat(32)}` }],
    ['something enormous', { authorization: `Bearer ${'A'.repeat(100_000)}` }],
    ['the operator’s key', { authorization: `Bearer ${operatorKey}` }],
  ])('not with %s', async (_, headers) => {
    const told = await suite.api({ path: '/v1/credits', headers: headers as Record<string, string> });
    expect(told).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
    expect(told.headers['www-authenticate']).toBe('Bearer');
  });

  test('a mode cannot be swapped, nor a secret shortened, nor its case changed', async () => {
    const { live } = await newTenant(suite.api);
    expect(await status(live)).toBe(200);
    for (const forged of [live.replace('bk_live_', 'bk_test_'), live.slice(0, -1), live.toUpperCase(), `${live}A`]) {
      expect(await status(forged)).toBe(401);
    }
  });

  test('customers do not get in to the operator, nor anybody who is near', async () => {
    const { live } = await newTenant(suite.api);
    for (const key of [live, null, 'bk_op_', operatorKey.slice(0, -1), `${operatorKey}x`, operatorKey.toUpperCase()]) {
      expect(await status(key, '/operator/v1/tenants')).toBe(401);
    }
  });
});

describe('keys', () => {
  test('a secret is shown once and told nowhere else', async () => {
    const { live } = await newTenant(suite.api);
    const asked = { method: 'POST', path: '/v1/api-keys', key: live, idem: 'k1' } as const;
    const created = (await suite.api(asked)).json;
    expect(created.secret).toMatch(/^bk_live_[\w-]{32}$/);
    expect(await status(created.secret)).toBe(200);
    const again = await suite.api(asked);
    expect(again.json).toEqual({ ...created, secret: null });
    expect(again.headers['idempotency-replayed']).toBe('true');
    const listed = await suite.api({ path: '/v1/api-keys', key: live });
    expect(listed.text).not.toContain(created.secret);
    expect(listed.json.data).toContainEqual({
      id: created.id,
      mode: 'live',
      last4: created.secret.slice(-4),
      createdAt: new Date(suite.clock.nowMs).toISOString(),
    });
  });

  test('rotating: the new one works beside the old one, then alone, from the very next request', async () => {
    const { live, liveKeyId } = await newTenant(suite.api);
    const { secret } = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: live })).json;
    expect(await status(live)).toBe(200);
    expect((await suite.api({ method: 'DELETE', path: `/v1/api-keys/${liveKeyId}`, key: secret })).status).toBe(204);
    expect(await status(live)).toBe(401);
    expect(await status(secret)).toBe(200);
    expect((await suite.api({ method: 'DELETE', path: `/v1/api-keys/${liveKeyId}`, key: secret })).status).toBe(404);
  });

  test('a test key neither sees nor makes nor revokes live keys', async () => {
    const tenant = await newTenant(suite.api);
    const listed = (await suite.api({ path: '/v1/api-keys', key: tenant.test })).json.data;
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([tenant.testKeyId]);
    const made = await suite.api({ method: 'POST', path: '/v1/api-keys', key: tenant.test, body: { mode: 'live' } });
    expect(made).toMatchObject({ status: 403, json: { code: 'live_key_required' } });
    const revoked = await suite.api({ method: 'DELETE', path: `/v1/api-keys/${tenant.liveKeyId}`, key: tenant.test });
    expect(revoked.status).toBe(404);
    expect(await status(tenant.live)).toBe(200);
    const own = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: tenant.test })).json;
    expect(own).toMatchObject({ mode: 'test', secret: expect.stringMatching(/^bk_test_/) });
  });

  test('a key cannot revoke itself, and two that revoke each other at once do not both succeed', async () => {
    const { live, liveKeyId } = await newTenant(suite.api);
    const own = await suite.api({ method: 'DELETE', path: `/v1/api-keys/${liveKeyId}`, key: live });
    expect(own).toMatchObject({ status: 409, json: { code: 'own_key' } });
    for (let round = 0; round < 10; round++) {
      const { secret, id } = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: live })).json;
      const third = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: live })).json;
      const both = await Promise.all([
        suite.api({ method: 'DELETE', path: `/v1/api-keys/${id}`, key: third.secret }),
        suite.api({ method: 'DELETE', path: `/v1/api-keys/${third.id}`, key: secret }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([204, 401]);
      expect([await status(secret), await status(third.secret)].sort()).toEqual([200, 401]);
    }
  });

  test('there are at most 50, even when many are made at once', async () => {
    const { live } = await newTenant(suite.api);
    await suite.api({ method: 'PATCH', path: '/v1/settings', key: live, body: { rateLimit: { burst: 2000 } } });
    const made: number[] = [];
    while (made.length < 60) {
      const told = await Promise.all(
        Array.from({ length: 4 }, () => suite.api({ method: 'POST', path: '/v1/api-keys', key: live })),
      );
      made.push(...told.map(({ status }) => status));
    }
    expect(made.filter((each) => each === 201)).toHaveLength(48);
    expect(made.at(-1)).toBe(422);
    const first = (await suite.api({ path: '/v1/api-keys', query: 'limit=30', key: live })).json;
    const rest = (await suite.api({ path: '/v1/api-keys', query: `limit=30&cursor=${first.nextCursor}`, key: live }))
      .json;
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(50);
    expect(rest.nextCursor).toBeNull();
  });
});

describe('the rate of a key', () => {
  test('ends with 429 and says when to come back; another key has its own', async () => {
    const { live, test: other } = await newTenant(suite.api);
    const told = await Promise.all(Array.from({ length: 130 }, () => suite.api({ path: '/v1/credits', key: live })));
    expect(told.filter(({ status }) => status === 200)).toHaveLength(100);
    const refused = told.find(({ status }) => status === 429)!;
    expect(refused).toMatchObject({ json: { code: 'rate_limited' }, headers: { 'retry-after': '1' } });
    expect(refused.headers.ratelimit).toBe('"key";r=0;t=2');
    expect(refused.headers['ratelimit-policy']).toBe('"key";q=100;w=2');
    expect(await status(other)).toBe(200);
    suite.clock.nowMs += 1_000;
    expect(await status(live)).toBe(200);
  });

  test('is a setting that takes effect at once, for keys there are and keys to come', async () => {
    const { live, test: other } = await newTenant(suite.api);
    const changed = await suite.api({
      method: 'PATCH',
      path: '/v1/settings',
      key: live,
      body: { rateLimit: { requestsPerSecond: 1, burst: 2 } },
    });
    expect(changed.json.rateLimit).toEqual({ requestsPerSecond: 1, burst: 2 });
    expect((await suite.api({ path: '/v1/settings', key: live })).json).toEqual(changed.json);
    const { secret } = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: live })).json;
    for (const key of [other, secret]) {
      expect([await status(key), await status(key), await status(key)]).toEqual([200, 200, 429]);
    }
  });

  test('refuses what it could not keep', async () => {
    const { live } = await newTenant(suite.api);
    for (const rateLimit of [
      { burst: 0 },
      { burst: 2.5 },
      { requestsPerSecond: 1001 },
      { burst: '5' },
      { perMinute: 1 },
    ]) {
      const told = await suite.api({ method: 'PATCH', path: '/v1/settings', key: live, body: { rateLimit } });
      expect(told.status).toBe(400);
      expect(told.json.errors[0].pointer).toBe(`/rateLimit/${Object.keys(rateLimit)[0]}`);
    }
    expect((await suite.api({ path: '/v1/settings', key: live })).json.rateLimit).toEqual({
      requestsPerSecond: 50,
      burst: 100,
    });
  });
});
