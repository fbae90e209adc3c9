import { describe, expect, test } from 'vitest';
import type { Route } from '../../../functions/api/route.ts';
import { type RouteDeps, routes } from '../../../functions/api/routes.ts';
import { newTenant, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { campaignBody, makers, recipient } from './things.ts';

/**
 * The rule: a test key changes what is of tests, and nothing else. What is the account's as a whole takes a live key, and
 * with it an approved identity; settings that a test key changes are those of tests.
 */
const suite = apiSuite();
const ofTenants = routes.filter(({ auth }) => auth === 'tenant');
const nameOf = ({ method, path }: Pick<Route<RouteDeps>, 'method' | 'path'>) => `${method} ${path}`;
const document = { purpose: 'document', fileName: 'a.pdf' };
const agreement = { version: '2026-01-01' };
const upload = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const message = { from: '0212345678', text: 'Hello' };

/** What is the account's as a whole: nobody changes it with a test key. */
const ofAccounts: Readonly<Record<string, unknown>> = {
  'POST /v1/identity': {
    ...{ role: 'representative', name: 'Kim', number: recipient, checkId: 'chk_01ARZ3NDEKTSV4RRFFQ69G5FAV', agreement },
    documents: [{ kind: 'business_registration', uploadId: upload }],
  },
  'POST /v1/phone-checks': { number: recipient, name: 'Kim' },
  'POST /v1/phone-checks/{id}/confirm': { code: '000000' },
  'POST /v1/sender-numbers': {
    ...{ number: '15441234', method: 'documents', kind: 'representative' },
    documents: [{ kind: 'service_certificate', uploadId: upload, issuedOn: '2026-11-20' }],
  },
  'POST /v1/sender-numbers/{number}/withdraw': undefined,
  'POST /v1/opt-out-numbers': {},
  'POST /v1/opt-out-numbers/{id}/cancel': {},
};

/** What there is of each mode; bodies by which it may be asked. */
const ofModes: Readonly<Record<string, unknown>> = {
  'POST /v1/dispatches': { message, recipients: { uploadId: upload } },
  'POST /v1/dispatches/{id}/send': {},
  'PATCH /v1/dispatches/{id}': { schedule: null },
  'POST /v1/dispatches/{id}/cancel': undefined,
  'POST /v1/dispatches/cancel': { ids: ['dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV'] },
  'POST /v1/messages': { message, recipients: [{ to: recipient }] },
  'POST /v1/api-keys': {},
  'DELETE /v1/api-keys/{id}': undefined,
  'PATCH /v1/settings': {
    ...{
      rateLimit: { requestsPerSecond: 1_000, burst: 2_000 },
      unsendableCharacters: 'replace',
      unknownConsent: 'exclude',
    },
    ...{ informationalToOptedOut: 'exclude', advertiserName: 'Other', duplicateBlockMinutes: 60, nightPolicy: 'wait' },
  },
  'POST /v1/uploads': { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' },
  'DELETE /v1/uploads/{id}': undefined,
  'POST /v1/campaigns': campaignBody(),
  'PATCH /v1/campaigns/{id}': { name: 'Other' },
  'POST /v1/campaigns/{id}/publish': undefined,
  'POST /v1/campaigns/{id}/unpublish': undefined,
  'POST /v1/campaigns/{id}/cancel': undefined,
  'POST /v1/campaigns/{id}/end': undefined,
  'POST /v1/campaigns/{id}/duplicate': undefined,
  'POST /v1/campaigns/{id}/test-sends': { to: [recipient] },
  'DELETE /v1/campaigns/{id}': undefined,
  'POST /v1/templates': { name: 'Other', text: 'x' },
  'PATCH /v1/templates/{id}': { name: 'New' },
  'DELETE /v1/templates/{id}': undefined,
  'POST /v1/template-categories': { name: 'Other' },
  'PATCH /v1/template-categories/{id}': { name: 'New' },
  'DELETE /v1/template-categories/{id}': undefined,
  'POST /v1/previews': { message: { text: 'x' } },
  'POST /v1/contacts': { number: '010-7777-7778', name: 'Kim' },
  'PATCH /v1/contacts/{id}': { name: 'Kim' },
  'DELETE /v1/contacts/{id}': undefined,
  'POST /v1/contacts/imports': { uploadId: upload, existing: 'skip' },
  'POST /v1/sms/unsubscribe': { phoneNumbers: [recipient] },
  'POST /v1/sms/subscribe': { phoneNumbers: [recipient] },
  'POST /v1/opt-outs/imports': { uploadId: upload },
  'PUT /v1/consents/{number}': { marketing: true, night: null },
  'POST /v1/consents/imports': { uploadId: upload },
  'POST /v1/consents/due/dispatches': { kind: 'result_notice', from: '0212345678' },
};

const queries: Readonly<Record<string, string>> = {
  '/v1/consents/due': 'kind=result_notice',
  '/v1/messages': `to=${recipient}`,
  '/v1/uploads/sample': 'format=csv&text=hello',
};

/** All that a live key sees, but for test keys. */
async function liveSide({ live: key }: TestTenant) {
  const seen: Record<string, unknown> = {};
  for (const { method, path } of ofTenants) {
    if (method !== 'GET' || path.includes('{')) continue;
    const { text, json } = await suite.api({ path, key, query: queries[path] ?? '' });
    const isKeys = path === '/v1/api-keys';
    seen[path] = isKeys ? json.data.filter(({ mode }: { mode: string }) => mode === 'live') : text;
  }
  return seen;
}

async function newcomer(): Promise<TestTenant> {
  const tenant = await newTenant(suite.api, 'Shop', { identityStatus: 'unverified' });
  const path = `/operator/v1/tenants/${tenant.id}/sender-numbers`;
  await suite.api({ method: 'POST', path, key: operatorKey, body: { number: '0212345678' } });
  return tenant;
}

describe('a test key, before the identity of its account is approved', () => {
  test('is asked about every route that there is', () => {
    const changing = ofTenants.filter(({ method }) => method !== 'GET').map(nameOf);
    expect([...Object.keys(ofAccounts), ...Object.keys(ofModes)].sort()).toEqual(changing.sort());
  });

  test('changes nothing of the live side, whatever it asks', async () => {
    const tenant = await newcomer();
    const asTest = { ...tenant, live: tenant.test };
    const asked = Object.entries(ofModes).filter(([name]) => name !== 'DELETE /v1/uploads/{id}'); // no S3 here
    const ids = new Map<string, string>();
    for (const [name] of asked) {
      const noun = /\/v1\/(.+)\/\{id\}/.exec(name)?.[1];
      if (noun) ids.set(name, (await makers[noun]!(suite.api, asTest)).id);
    }
    const uploadId = (await makers.uploads!(suite.api, asTest)).id;
    const before = await liveSide(tenant);
    for (const [name, body] of asked) {
      const [method = '', template = ''] = name.split(' ');
      const path = template.replace('{id}', ids.get(name) ?? '').replace('{number}', recipient);
      const given = JSON.parse(JSON.stringify(body ?? null)?.replaceAll(upload, uploadId)) ?? undefined;
      const { status } = await suite.api({ method, path, key: tenant.test, body: given });
      // A good request, of something that is there; it may be in another state
      expect([name, [400, 401, 403, 404, 500].includes(status)]).toEqual([name, false]);
    }
    expect(await liveSide(tenant)).toEqual(before);
    expect(await liveSide(asTest)).not.toEqual(before);
  });

  test('changes nothing of what is the account’s as a whole', async () => {
    const tenant = await newTenant(suite.api);
    const number = { method: 'POST', path: '/v1/opt-out-numbers', key: tenant.live, body: {} };
    const check = { ...number, path: '/v1/phone-checks', body: { number: recipient, name: 'Kim' } };
    const ids: Record<string, string> = {
      'opt-out-numbers': (await suite.api(number)).json.id,
      'phone-checks': (await suite.api(check)).json.checkId,
    };
    const sender = { path: `/operator/v1/tenants/${tenant.id}/sender-numbers`, key: operatorKey };
    await suite.api({ method: 'POST', ...sender, body: { number: '0212345678' } });
    const before = await liveSide(tenant);
    for (const [name, body] of Object.entries(ofAccounts)) {
      const [method = '', template = ''] = name.split(' ');
      const id = Object.entries(ids).find(([noun]) => template.includes(noun))?.[1] ?? '';
      const path = template.replace('{id}', id).replace('{number}', '0212345678');
      const told = await suite.api({ method, path, key: tenant.test, body });
      expect([name, told.status, told.json.code]).toEqual([name, 403, 'live_key_required']);
    }
    expect(await liveSide(tenant)).toEqual(before);
  });

  test('makes no live key, takes none away, and hands no document in', async () => {
    const tenant = await newcomer();
    const ask = (method: string, path: string, body?: unknown) => suite.api({ method, path, key: tenant.test, body });
    expect((await ask('POST', '/v1/api-keys', { mode: 'live' })).json.code).toBe('live_key_required');
    expect((await ask('DELETE', `/v1/api-keys/${tenant.liveKeyId}`)).status).toBe(404);
    expect((await ask('POST', '/v1/uploads', document)).json.code).toBe('live_key_required');
    expect((await suite.api({ path: '/v1/api-keys', key: tenant.live })).json.data).toHaveLength(2);
  });
});

describe('settings', () => {
  const ask = async (key: string, body?: unknown) =>
    (await suite.api({ method: body ? 'PATCH' : 'GET', path: '/v1/settings', key, body })).json;

  test('that a test key changes are those of tests; the others follow the account’s', async () => {
    const { live, test: trying } = await newTenant(suite.api);
    await ask(live, { unsendableCharacters: 'swap', rateLimit: { burst: 77 }, nightPolicy: 'wait' });
    expect(await ask(trying)).toEqual(await ask(live));
    const before = await ask(live);
    const own = { unknownConsent: 'exclude', rateLimit: { requestsPerSecond: 9 }, advertiserName: null };
    const changed = { ...before, unknownConsent: 'exclude', rateLimit: { requestsPerSecond: 9, burst: 77 } };
    expect(await ask(trying, own)).toEqual(changed);
    expect(await ask(trying)).toEqual(changed);
    expect(await ask(live)).toEqual(before);
    await ask(live, { unsendableCharacters: 'replace', unknownConsent: 'warn', advertiserName: 'Shop' });
    expect(await ask(trying)).toEqual({ ...changed, unsendableCharacters: 'replace' });
    // Nothing but what they change becomes the tests' own
    await ask(trying, {});
    await ask(live, { nightPolicy: 'fail' });
    expect(await ask(trying)).toMatchObject({ nightPolicy: 'fail', advertiserName: null });
  });

  test('hold for the keys of their mode, those to come as well', async () => {
    const { live, test: trying } = await newTenant(suite.api);
    await ask(trying, { rateLimit: { requestsPerSecond: 1, burst: 2 } });
    const { secret } = (await suite.api({ method: 'POST', path: '/v1/api-keys', key: trying })).json;
    const status = async (key: string) => (await suite.api({ path: '/v1/credits', key })).status;
    for (const key of [trying, secret]) {
      suite.clock.nowMs += 60_000;
      expect([await status(key), await status(key), await status(key)]).toEqual([200, 200, 429]);
    }
    for (let i = 0; i < 5; i++) expect(await status(live)).toBe(200);
  });

  test('of tests decide about what is sent by tests, and about nothing else', async () => {
    const tenant = await newTenant(suite.api);
    const sender = { path: `/operator/v1/tenants/${tenant.id}/sender-numbers`, key: operatorKey };
    await suite.api({ method: 'POST', ...sender, body: { number: '0212345678' } });
    await ask(tenant.test, { unsendableCharacters: 'replace', informationalToOptedOut: 'exclude' });
    const body = { message: { ...message, text: 'Hello ₩' }, recipients: [{ to: recipient }] };
    const send = (key: string) => suite.api({ method: 'POST', path: '/v1/messages', key, body });
    expect((await send(tenant.test)).json).toMatchObject({ data: [{ status: 'planned' }] });
    expect((await send(tenant.live)).json.code).toBe('invalid_template');
  });

  test('of both modes changed at once are all kept', async () => {
    const { live, test: trying } = await newTenant(suite.api);
    await Promise.all([
      ask(live, { unknownConsent: 'exclude' }),
      ask(trying, { unsendableCharacters: 'swap' }),
      ask(live, { duplicateBlockMinutes: 5 }),
      ask(trying, { duplicateBlockMinutes: 9 }),
    ]);
    expect(await ask(live)).toMatchObject({ unknownConsent: 'exclude', duplicateBlockMinutes: 5 });
    expect(await ask(live)).toMatchObject({ unsendableCharacters: 'refuse' });
    expect(await ask(trying)).toMatchObject({
      ...{ unknownConsent: 'exclude', duplicateBlockMinutes: 9, unsendableCharacters: 'swap' },
    });
  });
});
