import { describe, expect, test } from 'vitest';
import type { Route } from '../../../functions/api/route.ts';
import { type RouteDeps, routes } from '../../../functions/api/routes.ts';
import { newTenant, operatorKey, type Told } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { makers, recipient, type Thing } from './things.ts';

const suite = apiSuite();
const named = (route: Route<RouteDeps>) => [`${route.method} ${route.path}`, route] as const;
const ofTenants = routes.filter(({ auth }) => auth === 'tenant');
const byId = ofTenants.filter(({ path }) => path.includes('{id}'));
const lists = ofTenants.filter(({ method, path }) => method === 'GET' && !path.includes('{'));

/** What stands before the id: `dispatches`, or `consents/imports`. */
const nounOf = ({ path }: Route<RouteDeps>) => path.slice('/v1/'.length, path.indexOf('/{id}'));
const withId = (path: string, id: string) => path.replace('{id}', id).replace('{number}', recipient);

/** What is the tenant's as a whole: both its keys see it, and only the live one changes it. */
const ofWholeTenants = ['opt-out-numbers', 'phone-checks'];

/** What cannot be asked without a query. */
const queries: Readonly<Record<string, string>> = {
  '/v1/consents/due': 'kind=result_notice',
  '/v1/messages': `to=${recipient}`,
  '/v1/contacts': 'number=01077777777',
  '/v1/contacts/{id}/text-link': 'text=hello',
  '/v1/uploads/sample': 'format=csv&text=hello',
};

/** What cannot be asked without a body. */
const bodies: Readonly<Record<string, unknown>> = {
  'PATCH /v1/dispatches/{id}': { schedule: null },
  'PATCH /v1/contacts/{id}': { name: 'Kim' },
  'POST /v1/campaigns/{id}/test-sends': { to: [recipient] },
  'POST /v1/phone-checks/{id}/confirm': { code: '000000' },
};

/** An answer without what differs between any two requests. */
function comparable({ status, headers, json }: Told) {
  const { 'x-request-id': _, ratelimit: __, 'ratelimit-policy': ___, ...rest } = headers;
  return { status, headers: rest, json: json && told({ json }) };
}

/** A body without the request's own id. */
const told = ({ json }: Pick<Told, 'json'>) => ({ ...json, requestId: null });

async function thingOf(route: Route<RouteDeps>, tenant: Awaited<ReturnType<typeof newTenant>>): Promise<Thing> {
  const maker = makers[nounOf(route)];
  if (!maker) throw new Error(`Say in things.ts how to make one of ${nounOf(route)}`);
  return maker(suite.api, tenant);
}

describe('a thing of another tenant, or of the other mode, is answered exactly like none', () => {
  test.each(byId.map(named))('%s', async (_, route) => {
    const [owner, other] = [await newTenant(suite.api), await newTenant(suite.api)];
    const { id, absentId } = await thingOf(route, owner);
    const ask = (of: string, key: string, method: string = route.method, path = route.path) =>
      suite.api({
        ...{ method, path: withId(path, of), key },
        ...{ query: queries[path] ?? '', body: bodies[`${method} ${path}`] },
      });
    const look = routes.find(({ method, path }) => method === 'GET' && path === `/v1/${nounOf(route)}/{id}`);
    const looked = async () => (look ? told(await ask(id, owner.live, 'GET', look.path)) : null);
    const before = await looked();
    if (look) expect(before).toMatchObject({ id });
    const itsOwn = ofWholeTenants.includes(nounOf(route));
    for (const key of itsOwn ? [other.live, other.test] : [other.live, other.test, owner.test]) {
      const [theirs, nobodys] = [await ask(id, key), await ask(absentId, key)];
      expect(comparable(theirs)).toEqual(comparable(nobodys));
      expect(theirs.status).toBe(404);
    }
    if (itsOwn) {
      const { status, json } = await ask(id, owner.test);
      expect([status, json.code]).toEqual(route.method === 'GET' ? [200, undefined] : [403, 'live_key_required']);
    }
    expect(await looked()).toEqual(before);
    // The request itself was a good one: its owner is not told that it is malformed.
    expect((await ask(id, owner.live)).status).not.toBe(400);
  });

  test('and lists have none of it', async () => {
    const [owner, other] = [await newTenant(suite.api), await newTenant(suite.api)];
    const nouns = new Set(byId.map(nounOf));
    const ids: string[] = [owner.id];
    for (const route of byId) {
      if (nouns.delete(nounOf(route))) ids.push((await thingOf(route, owner)).id);
    }
    const path = `/operator/v1/tenants/${owner.id}`;
    await suite.api({
      method: 'POST',
      path: `${path}/credits`,
      key: operatorKey,
      body: { credits: 77_777, type: 'grant' },
    });
    await suite.api({
      method: 'POST',
      path: `${path}/sender-numbers`,
      key: operatorKey,
      body: { number: '0212345678' },
    });
    for (const route of lists) {
      for (const key of [other.live, other.test]) {
        const told = await suite.api({ path: route.path, key, query: queries[route.path] ?? '' });
        expect([route.path, told.status]).toEqual([route.path, 200]);
        for (const mark of [...ids, '77777', '0212345678']) expect(told.text).not.toContain(mark);
      }
    }
  });

  test('nor does a cursor lead there', async () => {
    const [owner, other] = [await newTenant(suite.api), await newTenant(suite.api)];
    const path = `/operator/v1/tenants/${owner.id}/credits`;
    for (let i = 0; i < 3; i++) {
      await suite.api({ method: 'POST', path, key: operatorKey, body: { credits: 1, type: 'grant' } });
    }
    const { nextCursor } = (await suite.api({ path: '/v1/credits/ledger', query: 'limit=1', key: owner.live })).json;
    expect(nextCursor).not.toBeNull();
    const query = `cursor=${nextCursor}`;
    expect((await suite.api({ path: '/v1/credits/ledger', query, key: other.live })).json.data).toEqual([]);
  });
});

/** What a suspended tenant may still do beside looking: stop and give up things, take refusals, delete what it knows of people. */
const whileSuspended = [
  'DELETE /v1/api-keys/{id}',
  'POST /v1/dispatches/{id}/cancel',
  'POST /v1/dispatches/cancel',
  'POST /v1/campaigns/{id}/unpublish',
  'POST /v1/campaigns/{id}/cancel',
  'POST /v1/campaigns/{id}/end',
  'POST /v1/sms/unsubscribe',
  'POST /v1/opt-outs/imports',
  'DELETE /v1/contacts/{id}',
  'DELETE /v1/uploads/{id}',
  'POST /v1/sender-numbers/{number}/withdraw',
];

describe('every route', () => {
  test.each(routes.filter(({ auth }) => auth !== 'public').map(named))(
    '%s asks for a key of its kind first',
    async (_, route) => {
      const { live } = await newTenant(suite.api);
      const path = route.path.replaceAll(/\{\w+\}/g, 'x');
      const wrong = route.auth === 'tenant' ? operatorKey : live;
      for (const key of [null, wrong]) {
        const told = await suite.api({
          method: route.method,
          path,
          key,
          ...(route.method === 'GET' ? {} : { raw: '{' }),
        });
        const code = route.auth === 'callback' ? 'invalid_signature' : 'unauthorized';
        expect(told).toMatchObject({ status: 401, json: { code } });
      }
    },
  );

  test.each(ofTenants.filter(({ method }) => method !== 'GET').map(named))(
    '%s: not while suspended, unless it stops something',
    async (_, route) => {
      const tenant = await newTenant(suite.api);
      await suite.api({ method: 'POST', path: `/operator/v1/tenants/${tenant.id}/suspend`, key: operatorKey });
      const path = route.path.replaceAll(/\{\w+\}/g, 'x');
      const { status } = await suite.api({ method: route.method, path, key: tenant.live });
      expect(status === 403).toBe(!whileSuspended.includes(`${route.method} ${route.path}`));
    },
  );

  test('only the document is open to everybody', () => {
    expect(routes.filter(({ auth }) => auth === 'public').map(({ path }) => path)).toEqual(['/openapi.json']);
  });
});
