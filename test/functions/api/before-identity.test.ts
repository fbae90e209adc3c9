import { describe, expect, test } from 'vitest';
import { beforeIdentityOf, type Route } from '../../../functions/api/route.ts';
import { type RouteDeps, routes } from '../../../functions/api/routes.ts';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import { newTenant, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { recipient } from './things.ts';

const suite = apiSuite();
const ofTenants = routes.filter(({ auth }) => auth === 'tenant');
const named = (route: Route<RouteDeps>) => [`${route.method} ${route.path}`, route] as const;

/** What is done before an identity is approved: it is handed in, things are stopped or given up, people refuse or are forgotten. */
const allowed = [
  'POST /v1/identity',
  'POST /v1/phone-checks',
  'POST /v1/phone-checks/{id}/confirm',
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
/** What is looked at first: documents are taken, other uploads are not. */
const byBody = ['POST /v1/uploads'];

/** What lists cannot be asked without. */
const queries: Readonly<Record<string, string>> = {
  '/v1/consents/due': 'kind=result_notice',
  '/v1/messages': `to=${recipient}`,
  '/v1/uploads/sample': 'format=csv&text=hello',
};

const ask = (tenant: TestTenant, route: Route<RouteDeps>, key = tenant.live) =>
  suite.api({
    method: route.method,
    path: route.path.replaceAll(/\{\w+\}/g, 'x'),
    query: queries[route.path] ?? '',
    key,
  });
const unverified = () => newTenant(suite.api, 'Shop', { identityStatus: 'unverified' });

describe('before its identity is approved, a live tenant', () => {
  test.each(ofTenants.filter(({ method }) => method === 'GET').map(named))('may look: %s', async (_, route) => {
    const { status } = await ask(await unverified(), route);
    // An id that is none is none to everybody
    expect(status).toBe(route.path.includes('{') ? 404 : 200);
  });

  test.each(ofTenants.filter(({ method }) => method !== 'GET').map(named))('%s', async (name, route) => {
    const { status, json } = await ask(await unverified(), route);
    const refused = status === 403 && json.code === 'identity_not_verified';
    expect(refused).toBe(!allowed.includes(name) && !byBody.includes(name));
  });

  test('may do with a test key whatever an approved one may', async () => {
    const tenant = await unverified();
    for (const route of ofTenants) {
      const { json } = await ask(tenant, route, tenant.test);
      expect([route.path, json?.code]).not.toEqual([route.path, 'identity_not_verified']);
    }
    const body = { message: { from: '0212345678', text: 'Hello' }, recipients: [{ to: recipient }] };
    await suite.api({
      method: 'POST',
      path: `/operator/v1/tenants/${tenant.id}/sender-numbers`,
      key: operatorKey,
      body: { number: '0212345678' },
    });
    const send = (key: string) => suite.api({ method: 'POST', path: '/v1/messages', key, body });
    expect((await send(tenant.test)).status).toBe(202);
    expect(await send(tenant.live)).toMatchObject({ status: 403, json: { code: 'identity_not_verified' } });
  });

  test('is taken at its word when people refuse, and only then', async () => {
    const { live } = await unverified();
    const body = { phoneNumbers: [recipient] };
    const say = (path: string) => suite.api({ method: 'POST', path, key: live, body });
    expect((await say('/v1/sms/unsubscribe')).json.data).toMatchObject([{ result: 'changed' }]);
    expect((await say('/v1/sms/subscribe')).json.code).toBe('identity_not_verified');
    expect((await suite.api({ path: '/v1/opt-outs', key: live })).json.data).toHaveLength(1);
  });

  test('gets no place for a file of recipients, and leaves nothing behind that was refused', async () => {
    const { live } = await unverified();
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' };
    const upload = () => suite.api({ method: 'POST', path: '/v1/uploads', key: live, body, idem: 'one' });
    expect(await upload()).toMatchObject({ status: 403, json: { code: 'identity_not_verified' } });
    expect((await suite.api({ path: '/v1/uploads', key: live })).json.data).toEqual([]);
    // A refusal is not remembered: the same request is answered anew once it may
    expect(await upload()).toMatchObject({ status: 403 });
  });
});

test.each(['unverified', 'reviewing', 'rejected', 'approved'] as const)(
  'as %s, the door asks the state of the moment',
  async (status) => {
    const tenant = await newTenant(suite.api);
    const { find } = suite.deps.tenants;
    Object.assign(suite.deps.tenants, {
      find: async (id: TenantId) => ({ ...(await find(id))!, identityStatus: status }),
    });
    const told = await ask(tenant, routes.find(({ method, path }) => method === 'POST' && path === '/v1/api-keys')!);
    expect(told.status).toBe(status === 'approved' ? 201 : 403);
  },
);

test('a suspended or closed tenant is told that first', async () => {
  const tenant = await unverified();
  for (const [verb, code] of [
    ['suspend', 'tenant_suspended'],
    ['close', 'tenant_closed'],
  ] as const) {
    await suite.api({ method: 'POST', path: `/operator/v1/tenants/${tenant.id}/${verb}`, key: operatorKey });
    for (const path of ['/v1/api-keys', '/v1/identity', '/v1/phone-checks']) {
      expect((await suite.api({ method: 'POST', path, key: tenant.live })).json.code).toBe(code);
    }
  }
});

test('the table says it of every route, and of no route of others', () => {
  const others = routes.filter(({ auth }) => auth !== 'tenant');
  expect(others.map(beforeIdentityOf).every((rule) => rule === 'allowed')).toBe(true);
  const asked = ofTenants.filter((route) => typeof beforeIdentityOf(route) === 'function');
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(byBody);
});
