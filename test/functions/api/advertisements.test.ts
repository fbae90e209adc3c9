import { beforeEach, describe, expect, test } from 'vitest';
import type { TestTenant } from './api-client.ts';
import { operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { campaignBody, newShop, openOptOutNumber } from './things.ts';

const suite = apiSuite();
let shop: TestTenant;
let numberId: string;
beforeEach(async () => {
  shop = await newShop(suite.api);
  numberId = await openOptOutNumber(suite.api, shop);
  await set({ advertiserName: '봉수상점' });
});

const set = (body: unknown) => suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.live, body });
const post = (path: string, body: unknown) => suite.api({ method: 'POST', path, key: shop.live, body });
const messageOf = (over: object = {}) => ({
  ...{ from: '0212345678', text: '{{ name }}님 반값', advertisement: { addRequiredParts: true } },
  ...over,
});
const people = [
  { to: '010-2345-6789', variables: { name: '철수' } },
  { to: '010-2345-6780', variables: { name: '영희' } },
];
const send = (message: object, more: object = {}) => post('/v1/messages', { message, recipients: people, ...more });
const evening = '2026-11-21T22:00:00+09:00'; // the clock of these tests shows noon of that day
const consent = (to: string, night: boolean) =>
  suite.api({ method: 'PUT', path: `/v1/consents/${to}`, key: shop.live, body: { marketing: true, night } });

describe('an advertisement', () => {
  test('is sent with its parts, and shown with what it was sent by', async () => {
    const { status, json } = await send(messageOf());
    expect([status, json.data.map((one: { status: string }) => one.status)]).toEqual([202, ['planned', 'planned']]);
    const message = await suite.api({ path: `/v1/messages/${json.data[0].messageId}`, key: shop.live });
    expect(message.json.text).toBe('(광고)봉수상점\n철수님 반값\n무료수신거부 0801234567');
    const dispatch = await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live });
    expect(dispatch.json.message.advertisement).toEqual({
      ...{ optOutNumber: '0801234567', addRequiredParts: true, advertiserName: '봉수상점' },
    });
    expect(dispatch.json.quote.warnings).toEqual([expect.objectContaining({ code: 'consent_unknown', recipients: 2 })]);
    await set({ advertiserName: '새이름' });
    expect((await suite.api({ path: `/v1/messages/${json.data[0].messageId}`, key: shop.live })).json).toEqual(
      message.json,
    );
  });

  test('says the registered name unless another is set', async () => {
    await set({ advertiserName: null });
    const { json: tenant } = await suite.api({ path: `/operator/v1/tenants/${shop.id}`, key: operatorKey });
    const preview = await post('/v1/previews', { message: messageOf(), sample: { variables: { name: 'x' } } });
    expect(preview.json.advertisement).toEqual({
      ...{ mark: '(광고)', advertiserName: tenant.name, optOutLine: '무료수신거부 0801234567' },
    });
    expect(preview.json.text).toContain(`(광고)${tenant.name}\n`);
  });

  test('is shown by a preview as it is sent, without whom no text would be', async () => {
    const message = messageOf({ text: '(광고)봉수상점 {{ name }} {{ optOutLine }}', advertisement: true });
    const { json } = await post('/v1/previews', { message, sample: { variables: { name: '철수' } } });
    const { json: sent } = await send(message);
    const { json: shown } = await suite.api({ path: `/v1/messages/${sent.data[0].messageId}`, key: shop.live });
    expect(json).toMatchObject({ text: shown.text, variables: ['name'], missing: [], reason: null });
  });

  test.each<[string, object, number | null, string, number]>([
    ['no mark for anybody', { text: '봉수상점 반값 {{ optOutLine }}' }, null, 'mark', 0],
    ['no end for anybody', { text: '(광고)봉수상점 반값' }, null, 'opt_out_line', 11],
    ['no name in the second row', { text: '(광고){{ name }} {{ optOutLine }}' }, 2, 'advertiser_name', 4],
    ['no end in the first row', { text: '(광고)봉수상점 {{ optOutLine }}{{ name }}' }, 1, 'opt_out_line', 31],
  ])('with %s is refused by part, row and position', async (_, over, row, part, position) => {
    const recipients = [
      { to: '010-2345-6789', variables: { name: row === 1 ? '끝말잇기요' : '봉수상점' } },
      { to: '010-2345-6780', variables: { name: '딴상점' } },
    ];
    const message = messageOf({ ...over, advertisement: true });
    for (const [path, body] of [
      ['/v1/messages', { message, recipients }],
      ['/v1/dispatches', { message, recipients: { list: recipients } }],
    ] as const) {
      const { status, json } = await post(path, body);
      expect([status, json.code]).toEqual([422, 'advertisement_part_missing']);
      expect(json).toMatchObject({ part, position, ...(row === null ? {} : { row }) });
      expect(json.errors[0].pointer).toBe('/message/text');
    }
    const preview = await post('/v1/previews', { message, recipient: recipients[(row ?? 1) - 1] });
    expect([preview.status, preview.json.code, preview.json.part]).toEqual([422, 'advertisement_part_missing', part]);
    expect((await suite.api({ path: '/v1/credits', key: shop.live })).json.held).toBe(0);
  });

  test('needs an 080 number that is open, and to say which where there are two', async () => {
    const second = await openOptOutNumber(suite.api, shop, '0807654321');
    expect((await send(messageOf())).json).toMatchObject({ code: 'opt_out_number_not_open' });
    for (const optOutNumber of ['080-765-4321', '+82 80 7654321']) {
      const { json } = await send(messageOf({ advertisement: { optOutNumber, addRequiredParts: true } }));
      const { json: shown } = await suite.api({ path: `/v1/messages/${json.data[0].messageId}`, key: shop.live });
      expect(shown.text).toContain('0807654321');
    }
    for (const id of [numberId, second]) {
      await suite.api({ method: 'POST', path: `/v1/opt-out-numbers/${id}/cancel`, key: shop.live, idem: null });
    }
    const { status, json } = await send(messageOf());
    expect([status, json.code, json.errors[0].pointer]).toEqual([
      422,
      'opt_out_number_not_open',
      '/message/advertisement',
    ]);
  });

  test('takes nobody else’s 080 number', async () => {
    const other = await newShop(suite.api);
    await openOptOutNumber(suite.api, other, '0809998888');
    const { json } = await send(messageOf({ advertisement: { optOutNumber: '0809998888' } }));
    expect(json).toMatchObject({ status: 422, code: 'opt_out_number_not_open' });
  });

  test.each<[object, string]>([
    [{ advertisement: 'yes' }, '/message/advertisement'],
    [{ advertisement: { optOutNumber: 7 } }, '/message/advertisement'],
    [{ advertisement: { mark: true } }, '/message/advertisement'],
  ])('%j is malformed', async (over, pointer) => {
    const { status, json } = await send(messageOf(over));
    expect(status).toBe(400);
    expect(json.errors[0].pointer.startsWith(pointer)).toBe(true);
  });

  test.each<[object, string]>([
    [{ type: 'auth', text: '인증 1234' }, '/message/advertisement'],
    [{ advertisement: false, text: '{{ optOutLine }}' }, '/message/text'],
    [{ variables: [{ name: 'optOutLine', default: 'x' }] }, '/message/variables/0/name'],
  ])('%j is refused', async (over, pointer) => {
    const { status, json } = await send(messageOf(over));
    expect([status, json.code, json.errors[0].pointer]).toEqual([422, 'invalid_template', pointer]);
  });

  test('may be kept as a template, whoever sends it', async () => {
    const text = '(광고)봉수상점 {{ name }}\n{{ optOutLine }}';
    const { status, json: template } = await post('/v1/templates', { name: 'Sale', text });
    expect([status, template.required]).toEqual([201, ['name']]);
    const { from } = messageOf();
    expect((await send({ from, templateId: template.id, advertisement: true })).status).toBe(202);
    expect((await send({ from, templateId: template.id })).json).toMatchObject({ code: 'invalid_template' });
  });
});

describe('the night', () => {
  test('is refused at creation under `fail`, unless somebody wants it', async () => {
    const at = { schedule: { at: evening } };
    const refused = await send(messageOf(), at);
    expect([refused.status, refused.json.code, refused.json.opensAt]).toEqual([
      422,
      'night_window',
      '2026-11-21T23:00:00.000Z',
    ]);
    expect((await post('/v1/dispatches', { message: messageOf(), recipients: { list: people }, ...at })).status).toBe(
      422,
    );
    const campaign = campaignBody({ message: messageOf(), schedule: { at: '2026-11-22T22:00:00+09:00' } });
    expect((await post('/v1/campaigns', campaign)).json).toMatchObject({ code: 'night_window' });
    await consent(people[1]!.to, true);
    const { status, json } = await send(messageOf(), at);
    expect(status).toBe(202);
    const { json: dispatch } = await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live });
    expect(dispatch.quote.nightWindow).toEqual({
      ...{ policy: 'fail', timeZone: 'Asia/Seoul', start: '20:00', end: '08:00' },
      waves: [
        {
          ...{ number: 1, at: '2026-11-21T13:00:00.000Z', opensAt: '2026-11-21T23:00:00.000Z' },
          ...{ goAtOnce: 1, wait: 0, skipped: 1 },
        },
      ],
    });
    const moved = await suite.api({
      method: 'PATCH',
      path: `/v1/dispatches/${json.dispatchId}`,
      key: shop.live,
      body: { schedule: { at: '2026-11-22T12:00:00+09:00' } },
    });
    expect(moved.json.quote.nightWindow.waves[0]).toMatchObject({ opensAt: null, goAtOnce: 2, skipped: 0 });
  });

  test('lets others wait under `wait`, and the quote says until when', async () => {
    await set({ nightPolicy: 'wait', nightWindows: { 'Asia/Seoul': { start: '21:00', end: '09:30' } } });
    const { json } = await send(messageOf(), { schedule: { at: evening } });
    const { json: dispatch } = await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live });
    expect(dispatch.quote).toMatchObject({
      finishesAt: '2026-11-22T00:30:00.000Z',
      nightWindow: { policy: 'wait', waves: [{ goAtOnce: 0, wait: 2, skipped: 0 }] },
    });
  });

  test('is nothing to other messages', async () => {
    const { json } = await send(messageOf({ advertisement: false }), { schedule: { at: evening } });
    const { json: dispatch } = await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live });
    expect(dispatch.quote.nightWindow).toBeNull();
  });

  test.each<[object, string]>([
    [{ 'Asia/Seoul': { start: '17:59', end: '08:00' } }, '/nightWindows/Asia~1Seoul/start'],
    [{ 'Asia/Seoul': { start: '21:01', end: '08:00' } }, '/nightWindows/Asia~1Seoul/start'],
    [{ 'Asia/Seoul': { start: '20:00', end: '07:59' } }, '/nightWindows/Asia~1Seoul/end'],
    [{ 'Asia/Seoul': { start: '20:00', end: '12:01' } }, '/nightWindows/Asia~1Seoul/end'],
    [{ 'Asia/Seoul': { start: '20:00' } }, '/nightWindows/Asia~1Seoul/end'],
    [{ 'Asia/Seoul': { start: '8 pm', end: '08:00' } }, '/nightWindows/Asia~1Seoul/start'],
    [{ 'Asia/Seoul': { start: '24:00', end: '08:00' } }, '/nightWindows/Asia~1Seoul/start'],
    [{ ROK: { start: '23:00', end: '05:00' } }, '/nightWindows/ROK'],
    [{ 'asia/seoul': { start: '23:00', end: '05:00' } }, '/nightWindows/asia~1seoul'],
    [{ 'Asia/Busan': { start: '20:00', end: '08:00' } }, '/nightWindows'],
    [{ 'America/New_York': { start: '20:00', end: '20:00' } }, '/nightWindows'],
  ])('cannot be %j', async (nightWindows, pointer) => {
    const { status, json } = await set({ nightWindows });
    expect(status).toBe(400);
    expect(json.errors[0].pointer.startsWith(pointer)).toBe(true);
    expect((await set({})).json.nightWindows).toEqual({ 'Asia/Seoul': { start: '20:00', end: '08:00' } });
  });

  test('can be set for other zones, beside Korea’s', async () => {
    const { json } = await set({ nightWindows: { 'America/New_York': { start: '22:00', end: '07:00' } } });
    expect(json.nightWindows).toEqual({
      'Asia/Seoul': { start: '20:00', end: '08:00' },
      'America/New_York': { start: '22:00', end: '07:00' },
    });
  });
});
