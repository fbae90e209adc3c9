import { beforeEach, describe, expect, test } from 'vitest';
import { operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { newShop } from './things.ts';

const suite = apiSuite();
let shop: TestTenant;
beforeEach(async () => {
  shop = await newShop(suite.api);
});

const set = (body: unknown) => suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.live, body });
const settings = async () => (await suite.api({ path: '/v1/settings', key: shop.live })).json;
const send = (text: string, name: string) =>
  suite.api({
    method: 'POST',
    path: '/v1/messages',
    key: shop.live,
    body: { message: { from: '0212345678', text }, recipients: [{ to: '01023456789', variables: { name } }] },
  });
const dispatchOf = async (id: string) => (await suite.api({ path: `/v1/dispatches/${id}`, key: shop.live })).json;
const textOf = async (id: string) => (await suite.api({ path: `/v1/messages/${id}`, key: shop.live })).json.text;

describe('characters that carriers do not take', () => {
  test('are refused unless told otherwise', async () => {
    expect((await settings()).unsendableCharacters).toBe('refuse');
    const refused = await send('가격 ₩1,000', '');
    expect(refused.status).toBe(422);
    expect(refused.json.errors[0]).toMatchObject({ pointer: '/message/text' });
    expect(refused.json.errors[0].detail).toContain('(at character 4)');
    const skipped = await send('{{ name }}님', '😀');
    expect(skipped.json.data[0]).toMatchObject({ status: 'skipped', reason: 'unsendable_character' });
  });

  test.each([
    ['swap', '₩1,000 – {{ name }}', '철수', '￦1,000 - 철수'],
    ['replace', '₩1,000 😀 {{ name }}', '철수—😀', '￦1,000 ? 철수-?'],
  ])('under %s, what is shown is what is sent', async (unsendableCharacters, text, name, expected) => {
    expect((await set({ unsendableCharacters })).json.unsendableCharacters).toBe(unsendableCharacters);
    const { json } = await send(text, name);
    expect(await textOf(json.data[0].messageId)).toBe(expected);
    expect((await dispatchOf(json.dispatchId)).message).toMatchObject({ text, characters: unsendableCharacters });
  });

  test('a dispatch keeps the rule it was created under', async () => {
    await set({ unsendableCharacters: 'replace' });
    const { json } = await send('{{ name }}', '😀');
    await set({ unsendableCharacters: 'refuse' });
    expect(await textOf(json.data[0].messageId)).toBe('?');
    expect((await dispatchOf(json.dispatchId)).message.characters).toBe('replace');
    expect((await send('{{ name }}', '😀')).json.data[0].status).toBe('skipped');
  });

  test('one rule changes and leaves the other', async () => {
    await set({ rateLimit: { burst: 77 } });
    await set({ unsendableCharacters: 'swap' });
    await set({});
    expect(await settings()).toEqual({
      rateLimit: { requestsPerSecond: 50, burst: 77 },
      unsendableCharacters: 'swap',
      informationalToOptedOut: 'send',
      unknownConsent: 'warn',
      advertiserName: null,
      nightPolicy: 'fail',
      nightWindows: { 'Asia/Seoul': { start: '20:00', end: '08:00' } },
      duplicateBlockMinutes: 0,
      notificationEmails: [],
    });
    expect((await set({ unsendableCharacters: 'drop' })).status).toBe(400);
    await set({ unknownConsent: 'exclude' });
    await set({ informationalToOptedOut: 'exclude' });
    expect(await settings()).toMatchObject({
      unsendableCharacters: 'swap',
      informationalToOptedOut: 'exclude',
      unknownConsent: 'exclude',
    });
    expect((await set({ unknownConsent: 'send' })).status).toBe(400);
    expect((await set({ informationalToOptedOut: 'warn' })).status).toBe(400);
    for (const duplicateBlockMinutes of [60, 0, 1]) {
      expect((await set({ duplicateBlockMinutes })).json).toMatchObject({ duplicateBlockMinutes });
    }
    expect(await settings()).toMatchObject({ duplicateBlockMinutes: 1, unknownConsent: 'exclude' });
    for (const wrong of [61, -1, 0.5, '10', null]) {
      expect((await set({ duplicateBlockMinutes: wrong })).status).toBe(400);
    }
  });

  test('a change of it gives a key nothing back of its rate', async () => {
    const answers = [];
    for (let i = 0; i < 101; i++) answers.push((await set({ unsendableCharacters: 'swap' })).status);
    expect(answers).toContain(429);
  });
});

describe('addresses for what is decided about an account', () => {
  const operator = (path = '') => suite.api({ path: `/operator/v1/tenants/${shop.id}${path}`, key: operatorKey });
  const tryOut = (body: unknown) => suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.test, body });

  test('are changed by a live key, with other rules or alone, and both see them', async () => {
    const notificationEmails = ['ops@shop.kr', 'ceo@shop.kr'];
    const told = await set({ notificationEmails, unknownConsent: 'exclude' });
    expect(told.json).toMatchObject({ notificationEmails, unknownConsent: 'exclude' });
    expect((await operator()).json).toMatchObject({ notificationEmails, name: 'Shop', status: 'active' });
    expect((await suite.api({ path: '/v1/settings', key: shop.test })).json).toMatchObject({ notificationEmails });
    expect(await tryOut({ notificationEmails: [], unknownConsent: 'exclude' })).toMatchObject({
      ...{ status: 403, json: { code: 'live_key_required' } },
    });
    expect((await suite.api({ path: '/v1/settings', key: shop.test })).json).toEqual(await settings());
    expect((await set({ notificationEmails: [] })).json).toMatchObject({ notificationEmails: [] });
    for (const wrong of [['nobody'], 'ops@shop.kr', null, Array.from({ length: 11 }, (_, i) => `a${i}@shop.kr`)]) {
      expect((await set({ notificationEmails: wrong })).status).toBe(400);
    }
  });

  test('are not changed by whoever may send nothing', async () => {
    await set({ notificationEmails: ['ops@shop.kr'] });
    for (const [verb, body, code] of [
      ['identity/revoke', { reason: 'No' }, 'identity_not_verified'],
      ['suspend', undefined, 'tenant_suspended'],
      ['close', undefined, 'tenant_closed'],
    ] as const) {
      const path = `/operator/v1/tenants/${shop.id}/${verb}`;
      expect((await suite.api({ method: 'POST', path, key: operatorKey, body })).status).toBe(200);
      expect((await set({ notificationEmails: [] })).json.code).toBe(code);
    }
    expect((await operator()).json.notificationEmails).toEqual(['ops@shop.kr']);
  });

  test('that the tenant and the operator change at once are one of theirs, and nothing else gets lost', async () => {
    for (let i = 0; i < 4; i++) {
      const path = `/operator/v1/tenants/${shop.id}`;
      const body = { name: `Shop ${i}`, notificationEmails: ['op@shop.kr'] };
      const told = await Promise.all([
        set({ notificationEmails: [`own${i}@shop.kr`] }),
        suite.api({ method: 'PATCH', path, key: operatorKey, body }),
      ]);
      expect(told.map(({ status }) => status)).toEqual([200, 200]);
      const { name, notificationEmails } = (await operator()).json;
      expect(name).toBe(`Shop ${i}`);
      expect([['op@shop.kr'], [`own${i}@shop.kr`]]).toContainEqual(notificationEmails);
    }
  });
});
