import { describe, expect, test } from 'vitest';
import { newTenant, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { campaignBody, newShop, recipient } from './things.ts';

const suite = apiSuite();
const path = '/v1/templates';
const shipped = {
  name: '출발 안내',
  text: '{{ name }}님, {{ due }}까지 도착합니다.',
  variables: [
    { name: 'name', default: '고객' },
    { name: 'due', type: 'date', format: 'MM/YYYY' },
  ],
};

const post = ({ live }: TestTenant, body: object, idem?: string) =>
  suite.api({ method: 'POST', path, key: live, body, ...(idem ? { idem } : {}) });
const patch = ({ live }: TestTenant, id: string, body: object) =>
  suite.api({ method: 'PATCH', path: `${path}/${id}`, key: live, body });
const get = ({ live }: TestTenant, id: string) => suite.api({ path: `${path}/${id}`, key: live });
const names = async ({ live }: TestTenant, query = '') =>
  (await suite.api({ path, key: live, query })).json.data.map(({ name }: { name: string }) => name);

async function made(tenant: TestTenant, over: object = {}) {
  const { status, json } = await post(tenant, { ...shipped, ...over });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return json;
}

/** What a change cannot say wrong: it leaves the text, and the channel is for good. */
const isOfNewOnes = (over: { readonly text?: unknown; readonly channel?: unknown }) =>
  'channel' in over || ('text' in over && over.text === undefined);

async function category({ live }: TestTenant, name: string, parentId: string | null = null): Promise<string> {
  const body = { name, parentId };
  const { status, json } = await suite.api({ method: 'POST', path: '/v1/template-categories', key: live, body });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return json.id;
}

describe('a template', () => {
  test('is kept, shown with the variables it uses, and found again', async () => {
    const tenant = await newTenant(suite.api);
    const template = await made(tenant);
    expect(template).toMatchObject({
      ...{ id: expect.stringMatching(/^tpl_/), mode: 'live', channel: 'sms', type: 'auto', subject: null, images: [] },
      ...{ name: shipped.name, text: shipped.text, categoryId: null, version: 1 },
      variables: [
        { name: 'name', type: 'text', format: null, default: '고객' },
        { name: 'due', type: 'date', format: 'MM/YYYY', default: null },
      ],
      uses: ['name', 'due'],
      required: ['due'],
      createdAt: '2026-11-21T03:00:00.000Z',
      updatedAt: '2026-11-21T03:00:00.000Z',
    });
    expect((await get(tenant, template.id)).json).toEqual(template);
    expect((await suite.api({ path, key: tenant.live })).json).toEqual({ data: [template], nextCursor: null });
  });

  test('is changed in what is given, as a new version', async () => {
    const tenant = await newTenant(suite.api);
    const { id, ...before } = await made(tenant);
    suite.clock.nowMs += 60_000;
    const { status, json } = await patch(tenant, id, { subject: '안내', type: 'lms' });
    const after = { ...before, subject: '안내', type: 'lms', version: 2, updatedAt: '2026-11-21T03:01:00.000Z' };
    expect([status, json]).toEqual([200, { id, ...after }]);
    expect((await get(tenant, id)).json).toEqual({ id, ...after });
    // What is left is judged together with what is given
    expect(await patch(tenant, id, { type: 'sms' })).toMatchObject({ status: 422, json: { code: 'invalid_template' } });
    expect((await get(tenant, id)).json.version).toBe(2);
  });

  test('is changed only from the version that was seen', async () => {
    const tenant = await newTenant(suite.api);
    const { id } = await made(tenant);
    expect((await patch(tenant, id, { name: 'B', version: 1 })).status).toBe(200);
    expect(await patch(tenant, id, { name: 'C', version: 1 })).toMatchObject({
      status: 409,
      json: { code: 'conflict' },
    });
    expect((await get(tenant, id)).json).toMatchObject({ name: 'B', version: 2 });
  });

  test('edited by many at once loses no edit: each was made or refused', async () => {
    const tenant = await newTenant(suite.api);
    const { id } = await made(tenant);
    const told = await Promise.all(Array.from({ length: 8 }, (_, i) => patch(tenant, id, { name: `N${i}` })));
    const versions = told.filter(({ status }) => status === 200).map(({ json }) => json.version as number);
    expect(told.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(new Set(versions).size).toBe(versions.length);
    const last = told.find(({ json }) => json.version === Math.max(...versions))!;
    expect((await get(tenant, id)).json).toEqual(last.json);
    expect(last.json.version).toBe(1 + versions.length);
  });

  test('goes for good', async () => {
    const tenant = await newTenant(suite.api);
    const { id } = await made(tenant);
    const remove = () => suite.api({ method: 'DELETE', path: `${path}/${id}`, key: tenant.live });
    expect((await remove()).status).toBe(204);
    expect([(await remove()).status, (await get(tenant, id)).status, (await patch(tenant, id, {})).status]).toEqual([
      404, 404, 404,
    ]);
    expect(await names(tenant)).toEqual([]);
  });

  test('is made once for a key', async () => {
    const tenant = await newTenant(suite.api);
    const [first, second] = await Promise.all([post(tenant, shipped, 'once'), post(tenant, shipped, 'once')]);
    expect(second.json).toEqual(first.json);
    expect((await post(tenant, shipped, 'once')).headers['idempotency-replayed']).toBe('true');
    expect(await names(tenant)).toEqual([shipped.name]);
  });

  test.each<[string, object, number, string, string]>([
    ['without a name', { name: ' ' }, 400, 'invalid_request', '/name'],
    ['with a name too long', { name: 'x'.repeat(51) }, 400, 'invalid_request', '/name'],
    ['with a line end in its name', { name: 'a\nb' }, 400, 'invalid_request', '/name'],
    ['without a text', { text: undefined }, 400, 'invalid_request', '/text'],
    ['of another channel', { channel: 'alimtalk' }, 400, 'invalid_request', '/channel'],
    ['with images of nobody', { images: ['upl_01ARZ3NDEKTSV4RRFFQ69G5FAV'] }, 422, 'unprocessable', '/images/0'],
    ['as an MMS without images', { type: 'mms' }, 422, 'invalid_template', '/images'],
    ['with a text that does not parse', { text: '{{ name' }, 422, 'invalid_template', '/text'],
    ['with a text for no carrier', { text: 'Hi 😀' }, 422, 'invalid_template', '/text'],
    ['with a text too long', { text: '가'.repeat(1_001) }, 422, 'invalid_template', '/text'],
    ['with a subject beside sms', { type: 'sms', subject: 'S' }, 422, 'invalid_template', '/subject'],
    ['with auth that says no such word', { type: 'auth' }, 422, 'invalid_template', '/text'],
    [
      'with a format of no date',
      { variables: [{ name: 'due', type: 'date', format: 'X' }] },
      422,
      'invalid_template',
      '/variables/0/format',
    ],
    ['in no category', { categoryId: 'cat_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 422, 'unprocessable', '/categoryId'],
    [
      'with an id of something else',
      { categoryId: 'tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      400,
      'invalid_request',
      '/categoryId',
    ],
  ])('%s is refused', async (_, over, status, code, pointer) => {
    const tenant = await newTenant(suite.api);
    const told = await post(tenant, { ...shipped, ...over });
    expect(told).toMatchObject({ status, json: { code, errors: [{ pointer }] } });
    expect(await names(tenant)).toEqual([]);
    const { id } = await made(tenant);
    if (!isOfNewOnes(over)) {
      expect(await patch(tenant, id, over)).toMatchObject({ status, json: { code, errors: [{ pointer }] } });
    }
    expect((await get(tenant, id)).json.version).toBe(1);
  });

  test('follows the setting for characters as a dispatch does; what was kept can still be moved', async () => {
    const tenant = await newTenant(suite.api);
    const set = (unsendableCharacters: string) =>
      suite.api({ method: 'PATCH', path: '/v1/settings', key: tenant.live, body: { unsendableCharacters } });
    await set('replace');
    const { id } = await made(tenant, { text: 'Hi 😀' });
    await set('refuse');
    expect((await patch(tenant, id, { name: 'Renamed' })).json).toMatchObject({ name: 'Renamed', text: 'Hi 😀' });
    expect((await patch(tenant, id, { subject: 'S' })).status).toBe(422);
  });
});

describe('the list of templates', () => {
  test('is searched by name and category, page by page', async () => {
    const tenant = await newTenant(suite.api);
    const [news, sales] = [await category(tenant, 'News'), await category(tenant, 'Sales')];
    await made(tenant, { name: 'Winter SALE', categoryId: sales });
    await made(tenant, { name: 'summer sale', categoryId: news });
    await made(tenant, { name: '납부 안내' });
    expect(await names(tenant)).toEqual(['납부 안내', 'summer sale', 'Winter SALE']);
    expect(await names(tenant, 'name=Sale')).toEqual(['summer sale', 'Winter SALE']);
    expect(await names(tenant, `name=${encodeURIComponent('납부'.normalize('NFD'))}`)).toEqual(['납부 안내']);
    expect(await names(tenant, `categoryId=${sales}`)).toEqual(['Winter SALE']);
    expect(await names(tenant, `name=summer&categoryId=${sales}`)).toEqual([]);
    const first = (await suite.api({ path, key: tenant.live, query: 'name=sale&limit=1' })).json;
    expect(first.data).toMatchObject([{ name: 'summer sale' }]);
    expect(await names(tenant, `name=sale&limit=1&cursor=${first.nextCursor}`)).toEqual(['Winter SALE']);
  });
});

describe('categories', () => {
  const tree = async ({ live }: TestTenant) =>
    (await suite.api({ path: '/v1/template-categories', key: live })).json.data.map(
      ({ name, depth, templates }: { name: string; depth: number; templates: number }) =>
        `${'>'.repeat(depth)}${name}:${templates}`,
    );
  const move = ({ live }: TestTenant, id: string, body: object) =>
    suite.api({ method: 'PATCH', path: `/v1/template-categories/${id}`, key: live, body });
  const remove = ({ live }: TestTenant, id: string) =>
    suite.api({ method: 'DELETE', path: `/v1/template-categories/${id}`, key: live });

  test('are a tree that is shown whole, renamed and moved with all that is in it', async () => {
    const tenant = await newTenant(suite.api);
    const sales = await category(tenant, 'Sales');
    const news = await category(tenant, 'News');
    const winter = await category(tenant, 'Winter', sales);
    await made(tenant, { categoryId: winter });
    expect(await tree(tenant)).toEqual(['>News:0', '>Sales:0', '>>Winter:1']);
    expect((await move(tenant, winter, { name: 'Frost', parentId: news })).json).toEqual({
      ...{ id: winter, name: 'Frost', parentId: news, depth: 2, templates: 1 },
    });
    expect((await move(tenant, news, { parentId: sales })).json).toMatchObject({ depth: 2 });
    expect(await tree(tenant)).toEqual(['>Sales:0', '>>News:0', '>>>Frost:1']);
    expect((await move(tenant, winter, { parentId: null })).json).toMatchObject({ depth: 1, parentId: null });
  });

  test('lie in no circle, and not too deep, however they are moved', async () => {
    const tenant = await newTenant(suite.api);
    const ids: string[] = [];
    for (let depth = 1; depth <= 5; depth++) ids.push(await category(tenant, `D${depth}`, ids.at(-1) ?? null));
    const body = { name: 'D6', parentId: ids[4] };
    const sixth = await suite.api({ method: 'POST', path: '/v1/template-categories', key: tenant.live, body });
    const refusal = (code: string) => ({
      status: 422,
      json: { code: 'unprocessable', errors: [{ pointer: '/parentId', code }] },
    });
    expect(sixth).toMatchObject(refusal('too_deep'));
    for (const parentId of [ids[0], ids[1], ids[4]]) {
      expect(await move(tenant, ids[0]!, { parentId })).toMatchObject(refusal('invalid_value'));
    }
    const other = await category(tenant, 'Other');
    expect(await move(tenant, ids[0]!, { parentId: other })).toMatchObject(refusal('too_deep'));
    expect(await move(tenant, ids[3]!, { parentId: other })).toMatchObject({ status: 200 });
    expect(await move(tenant, ids[0]!, { parentId: 'cat_01ARZ3NDEKTSV4RRFFQ69G5FAV' })).toMatchObject(
      refusal('invalid_value'),
    );
    expect(await tree(tenant)).toEqual(['>D1:0', '>>D2:0', '>>>D3:0', '>Other:0', '>>D4:0', '>>>D5:0']);
  });

  test('moved into each other at once never make a circle', async () => {
    const tenant = await newTenant(suite.api);
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await category(tenant, `A${round}`), await category(tenant, `B${round}`)];
      const told = await Promise.all([move(tenant, a, { parentId: b }), move(tenant, b, { parentId: a })]);
      expect(told.map(({ status }) => status).sort()).toEqual([200, 422]);
    }
    expect(await tree(tenant)).toHaveLength(10);
  });

  test('renamed twice at once: one hears that another came first, or both names were there in turn', async () => {
    const tenant = await newTenant(suite.api);
    const id = await category(tenant, 'A');
    const told = await Promise.all(['B', 'C', 'D'].map((name) => move(tenant, id, { name })));
    expect(told.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(told.some(({ status }) => status === 200)).toBe(true);
  });

  test('go only when they are empty, also in a race with what comes in', async () => {
    const tenant = await newTenant(suite.api);
    const sales = await category(tenant, 'Sales');
    const winter = await category(tenant, 'Winter', sales);
    const { id } = await made(tenant, { categoryId: winter });
    for (const full of [sales, winter]) {
      expect(await remove(tenant, full)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    }
    await patch(tenant, id, { categoryId: null });
    const [removed, moved] = await Promise.all([remove(tenant, winter), patch(tenant, id, { categoryId: winter })]);
    expect([removed.status, moved.status]).toEqual(removed.status === 204 ? [204, 422] : [409, 200]);
    await patch(tenant, id, { categoryId: null });
    await remove(tenant, winter);
    expect((await remove(tenant, sales)).status).toBe(204);
    expect((await remove(tenant, sales)).status).toBe(404);
    expect(await tree(tenant)).toEqual([]);
  });

  test('come many at once', async () => {
    const tenant = await newTenant(suite.api);
    const ids = await Promise.all(Array.from({ length: 6 }, (_, i) => category(tenant, `C${i}`)));
    expect(new Set(ids).size).toBe(6);
    expect(await tree(tenant)).toHaveLength(6);
  });
});

describe('sending by templateId', () => {
  const from = '0212345678';
  const to = [{ to: recipient, variables: { name: '서연', due: '2026-12-01' } }];
  const ask = ({ live }: TestTenant, where: string, body: object, method = 'POST') =>
    suite.api({ method, path: where, key: live, body });
  const planOf = (message: object) => campaignBody({ message });
  const absent = 'tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV';

  test('says what the template says now, and keeps it', async () => {
    const shop = await newShop(suite.api);
    const { id } = await made(shop);
    const send = { message: { from, templateId: id }, recipients: to };
    const { dispatchId, data } = (await ask(shop, '/v1/messages', send)).json;
    await patch(shop, id, { text: 'Other' });
    await suite.api({ method: 'DELETE', path: `${path}/${id}`, key: shop.live });
    const message = (await suite.api({ path: `/v1/messages/${data[0].messageId}`, key: shop.live })).json;
    expect(message.text).toBe('서연님, 12/2026까지 도착합니다.');
    const { json } = await suite.api({ path: `/v1/dispatches/${dispatchId}`, key: shop.live });
    expect(json.message).toMatchObject({ templateId: id, templateVersion: 1, text: shipped.text, type: 'auto' });
    expect(await ask(shop, '/v1/messages', send)).toMatchObject({ status: 422 });
  });

  test('takes type, subject and variables from the message where it says its own', async () => {
    const shop = await newShop(suite.api);
    const { id } = await made(shop, { type: 'lms', subject: 'Template' });
    const textOf = async (over: object, variables: object) => {
      const body = { message: { from, templateId: id, ...over }, recipients: [{ to: recipient, variables }] };
      const { data } = (await ask(shop, '/v1/messages', body)).json;
      const { json } = await suite.api({ path: `/v1/messages/${data[0].messageId}`, key: shop.live });
      return [json.type, json.subject, json.text ?? json.reason];
    };
    expect(await textOf({}, { due: '2026-12-01' })).toEqual(['lms', 'Template', '고객님, 12/2026까지 도착합니다.']);
    const own = { type: 'auto', subject: null, variables: [{ name: 'name', default: '회원' }] };
    expect(await textOf(own, { due: '2026-12-01' })).toEqual(['sms', null, '회원님, 12/2026까지 도착합니다.']);
    expect(await textOf(own, {})).toEqual([null, null, 'missing_variable']);
    const due = { variables: [{ name: 'due', default: '오늘' }], subject: 'Own' };
    expect(await textOf(due, {})).toEqual(['lms', 'Own', '고객님, 오늘까지 도착합니다.']);
  });

  test('is known to dispatches and campaigns, drafts keep their version until they are changed', async () => {
    const shop = await newShop(suite.api);
    const { id } = await made(shop, { text: '{{ name }} one' });
    const message = { from, templateId: id };
    const campaign = await ask(shop, '/v1/campaigns', planOf(message));
    expect(campaign).toMatchObject({ status: 201, json: { message: { text: '{{ name }} one', templateId: id } } });
    await patch(shop, id, { text: '{{ name }} two' });
    const where = `/v1/campaigns/${campaign.json.id}`;
    expect((await suite.api({ path: where, key: shop.live })).json.message).toMatchObject({ templateVersion: 1 });
    expect((await ask(shop, where, { message }, 'PATCH')).json.message).toMatchObject({
      ...{ templateVersion: 2, text: '{{ name }} two' },
    });
    const auth = await made(shop, { type: 'auth', text: '인증번호 {{ code }}' });
    const refused = await ask(shop, '/v1/campaigns', planOf({ from, templateId: auth.id }));
    expect(refused).toMatchObject({ status: 422, json: { errors: [{ pointer: '/message/templateId' }] } });
  });

  test.each([
    ['/v1/messages', (message: object) => ({ message, recipients: to })],
    ['/v1/dispatches', (message: object) => ({ message, recipients: { list: to } })],
    ['/v1/campaigns', (message: object) => campaignBody({ message })],
  ])(
    '%s: another’s template is answered like none, and one of text and templateId is asked for',
    async (where, bodyOf) => {
      const [shop, other] = [await newShop(suite.api), await newShop(suite.api)];
      const { id } = await made(shop);
      const refusals = [];
      for (const templateId of [id, absent]) {
        const { status, json } = await ask(other, where, bodyOf({ from, templateId }));
        refusals.push({ status, ...json, requestId: null });
      }
      expect(refusals[0]).toEqual(refusals[1]);
      expect(refusals[0]).toMatchObject({
        status: 422,
        code: 'unprocessable',
        errors: [{ pointer: '/message/templateId' }],
      });
      const test = { ...shop, live: shop.test };
      expect(await ask(test, where, bodyOf({ from, templateId: id }))).toMatchObject({ status: 422 });
      const malformed = { status: 400, json: { code: 'invalid_request' } };
      expect(await ask(shop, where, bodyOf({ from, templateId: id, text: 'x' }))).toMatchObject({
        ...{ ...malformed, json: { errors: [{ pointer: '/message/templateId', code: 'no_effect' }] } },
      });
      expect(await ask(shop, where, bodyOf({ from }))).toMatchObject({
        ...{ ...malformed, json: { errors: [{ pointer: '/message/text', code: 'missing' }] } },
      });
    },
  );

  test('uploads ask for the columns that it needs, and a sample has all of them', async () => {
    const [shop, other] = [await newShop(suite.api), await newShop(suite.api)];
    const { id } = await made(shop, { subject: '{{ title }}', type: 'lms' });
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip', templateId: id };
    const upload = (await ask(shop, '/v1/uploads', body)).json;
    expect((await suite.api({ path: `/v1/uploads/${upload.id}`, key: shop.live })).json.requiredColumns).toEqual([
      ...['title', 'due'],
    ]);
    const sample = (key: string, query: string) => suite.api({ path: '/v1/uploads/sample', key, query });
    const { text } = await sample(shop.live, `templateId=${id}`);
    expect(text.split('\r\n')[0]).toBe('\uFEFFphoneNumber,title,name,due');
    for (const templateId of [id, absent]) {
      const unknown = { status: 422, json: { code: 'unprocessable', errors: [{ pointer: '/templateId' }] } };
      expect(await ask(other, '/v1/uploads', { ...body, templateId })).toMatchObject(unknown);
      expect(await sample(other.live, `templateId=${templateId}`)).toMatchObject(unknown);
    }
    for (const beside of [{ text: 'x' }, { requiredColumns: ['a'] }]) {
      expect(await ask(shop, '/v1/uploads', { ...body, ...beside })).toMatchObject({ status: 400 });
    }
    expect(await sample(shop.live, `templateId=${id}&text=x`)).toMatchObject({ status: 400 });
  });
});
