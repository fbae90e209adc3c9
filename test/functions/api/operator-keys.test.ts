import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { routes } from '../../../functions/api/routes.ts';
import { type OperatorScope, operatorScopes } from '../../../shared/domain/operators/scopes.ts';
import { newTenant, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { newOperator } from './operators.ts';

const suite = apiSuite();
const absent = 'opk_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const root = (method: string, path: string, body?: unknown, idem?: string) =>
  suite.api({ method, path: `/operator/v1${path}`, key: operatorKey, body, ...(idem ? { idem } : {}) });

describe('a key of operators', () => {
  test('is shown once, listed without its secret, and works until it is revoked, from that moment on not', async () => {
    const made = await root('POST', '/keys', { name: 'Kim', scopes: ['tenants:write', 'tenants:read'] });
    expect(made.status).toBe(201);
    const { secret, ...key } = made.json;
    expect(secret).toMatch(/^bk_op_[\w-]{32}$/);
    expect(key).toMatchObject({ name: 'Kim', scopes: ['tenants:read', 'tenants:write'], createdBy: 'root' });
    expect((await root('GET', '/keys')).json).toEqual({ data: [key], nextCursor: null });
    const ask = () => suite.api({ path: '/operator/v1/tenants', key: secret });
    expect((await ask()).status).toBe(200);
    expect((await root('DELETE', `/keys/${key.id}`)).status).toBe(204);
    expect(await ask()).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
    expect((await root('DELETE', `/keys/${key.id}`)).status).toBe(404);
    expect((await root('GET', '/keys')).json.data).toEqual([]);
  });

  test('is nowhere in the table, neither is what opens it', async () => {
    const { secret } = await newOperator(suite.api, ['keys:write']);
    const { client, name } = suite.table;
    const { Items } = await client.send(new ScanCommand({ TableName: name }));
    expect(Items!.length).toBeGreaterThan(3);
    expect(JSON.stringify(Items)).not.toContain(secret.slice('bk_op_'.length));
  });

  test('is made once under one Idempotency-Key; two operators may use the same', async () => {
    const body = { name: 'Kim', scopes: ['keys:write'] };
    const [first, again] = [await root('POST', '/keys', body, 'one'), await root('POST', '/keys', body, 'one')];
    expect(again.json).toEqual({ ...first.json, secret: null });
    const other = await suite.api({
      ...{ method: 'POST', path: '/operator/v1/keys', key: first.json.secret, idem: 'one' },
      body: { ...body, name: 'Lee' },
    });
    expect(other).toMatchObject({ status: 201, json: { name: 'Lee', createdBy: first.json.id } });
  });

  test('is limited in its pace like those of tenants, and no other key with it', async () => {
    const [{ ask }, other] = [
      await newOperator(suite.api, ['tenants:read']),
      await newOperator(suite.api, ['tenants:read']),
    ];
    const told = await Promise.all(Array.from({ length: 130 }, () => ask('GET', '/tenants')));
    const waits = told.filter(({ status }) => status === 429);
    expect(waits.length).toBeGreaterThanOrEqual(20);
    expect(waits[0]!.headers['retry-after']).toBeDefined();
    expect((await other.ask('GET', '/tenants')).status).toBe(200);
  });

  test.each([
    [{ name: 'Kim', scopes: [] }],
    [{ name: '', scopes: ['tenants:read'] }],
    [{ name: 'Kim', scopes: ['tenants:*'] }],
    [{ name: 'Kim', scopes: ['root'] }],
    [{ name: 'Kim' }],
    [{ name: 'Kim', scopes: ['tenants:read'], secret: 'mine' }],
  ])('is not made from %j', async (body) => {
    expect((await root('POST', '/keys', body)).status).toBe(400);
  });

  test('there are a hundred at most, whoever is quickest', async () => {
    const told = await Promise.all(
      Array.from({ length: 104 }, (_, i) => root('POST', '/keys', { name: `Kim ${i}`, scopes: ['tenants:read'] })),
    );
    const made = told.filter(({ status }) => status === 201);
    expect(made.length).toBeLessThanOrEqual(100);
    suite.clock.nowMs += 60_000;
    for (let i = made.length; i < 100; i++) {
      expect((await root('POST', '/keys', { name: 'More', scopes: ['tenants:read'] })).status).toBe(201);
    }
    const oneMore = () => root('POST', '/keys', { name: 'One more', scopes: ['tenants:read'] });
    expect(await oneMore()).toMatchObject({ status: 422, json: { code: 'too_many_keys' } });
    const { data } = (await root('GET', '/keys')).json;
    expect((await root('DELETE', `/keys/${data[0].id}`)).status).toBe(204);
    expect((await oneMore()).status).toBe(201);
  });
});

describe('a key with all scopes but one', () => {
  const ofOperators = routes.filter(({ auth }) => auth === 'operator');

  test.each(operatorScopes)('%s is kept from exactly the routes that ask for it', async (scope) => {
    const { ask } = await newOperator(
      suite.api,
      operatorScopes.filter((one) => one !== scope),
    );
    for (const route of ofOperators) {
      const path = route.path.replace('/operator/v1', '').replaceAll(/\{\w+\}/g, 'x');
      const { status, json } = await ask(route.method, path);
      const isMissing = status === 403 && json.code === 'scope_missing';
      expect([route.method, route.path, isMissing]).toEqual([route.method, route.path, route.scope === scope]);
    }
  });
});

describe('nobody gets further than their key', () => {
  test('a key gives no scope that it lacks, and takes no key that has one', async () => {
    const small = await newOperator(suite.api, ['keys:read', 'keys:write', 'tenants:read']);
    for (const scopes of [['credits:write'], ['tenants:read', 'audit:read'], [...operatorScopes]]) {
      const told = await small.ask('POST', '/keys', { body: { name: 'Mallory', scopes } });
      expect(told).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
    }
    const large = await newOperator(suite.api, ['credits:write']);
    expect(await small.ask('DELETE', `/keys/${large.id}`)).toMatchObject({
      status: 403,
      json: { code: 'scope_missing' },
    });
    const equal = await newOperator(suite.api, ['tenants:read'], { by: small.secret });
    expect((await equal.ask('GET', '/tenants')).status).toBe(200);
    expect((await small.ask('DELETE', `/keys/${equal.id}`)).status).toBe(204);
    expect((await root('GET', '/keys')).json.data).toHaveLength(2);
  });

  test('a key does not revoke itself, and what is none of ours is 404', async () => {
    const { id, ask } = await newOperator(suite.api, ['keys:write']);
    expect(await ask('DELETE', `/keys/${id}`)).toMatchObject({ status: 409, json: { code: 'own_key' } });
    expect((await ask('DELETE', `/keys/${absent}`)).status).toBe(404);
    expect((await ask('DELETE', '/keys/root')).status).toBe(404);
  });

  test('of two that revoke each other at the same moment, one stays', async () => {
    const scopes: OperatorScope[] = ['keys:write'];
    for (let round = 0; round < 5; round++) {
      suite.clock.nowMs += 60_000;
      const [a, b] = [await newOperator(suite.api, scopes), await newOperator(suite.api, scopes)];
      const told = await Promise.all([a.ask('DELETE', `/keys/${b.id}`), b.ask('DELETE', `/keys/${a.id}`)]);
      expect(told.map(({ status }) => status).sort()).toEqual([204, 401]);
      const left = (await root('GET', '/keys')).json.data as { id: string }[];
      expect(left.filter(({ id }) => [a.id, b.id].includes(id))).toHaveLength(1);
    }
  });

  test('a key that was revoked while its request ran makes no other', async () => {
    const { id, ask } = await newOperator(suite.api, ['keys:write']);
    const { operatorKeys } = suite.deps;
    const plain = operatorKeys.add.bind(operatorKeys);
    Object.assign(operatorKeys, {
      add: async (...args: Parameters<typeof plain>) => {
        await root('DELETE', `/keys/${id}`);
        return plain(...args);
      },
    });
    const told = await ask('POST', '/keys', { body: { name: 'Heir', scopes: ['keys:write'] } });
    expect(told).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
    expect((await root('GET', '/keys')).json.data).toEqual([]);
  });

  test('keys of tenants open nothing here, nor do keys of operators there', async () => {
    const { live } = await newTenant(suite.api);
    const { secret } = await newOperator(suite.api, [...operatorScopes]);
    for (const key of [live, `bk_op_${live.slice('bk_live_'.length)}`, 'bk_op_', `${secret}x`, secret.slice(0, -1)]) {
      expect((await suite.api({ path: '/operator/v1/keys', key })).status).toBe(401);
    }
    for (const key of [secret, operatorKey]) expect((await suite.api({ path: '/v1/credits', key })).status).toBe(401);
  });
});
