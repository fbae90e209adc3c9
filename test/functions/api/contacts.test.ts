import { beforeEach, describe, expect, test } from 'vitest';
import type { TestTenant } from './api-client.ts';
import { newTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { campaignBody, newShop } from './things.ts';

const suite = apiSuite();
let tenant: TestTenant;
beforeEach(async () => {
  tenant = await newTenant(suite.api);
});

const person = {
  number: '010-2345-6789',
  name: ' 박지민 ',
  attributes: { city: '서울', points: 7, vip: true, born: { date: '1990-05-01' } },
  tags: ['vip', ' news ', 'vip'],
};
const ask = (method: string, path: string, body?: unknown, more: object = {}) =>
  suite.api({ method, path, key: tenant.live, ...(body === undefined ? {} : { body }), ...more });
const keep = async (over: object = {}) => {
  const { status, json, text } = await ask('POST', '/v1/contacts', { ...person, ...over });
  if (status !== 201) throw new Error(`No contact: ${text}`);
  return json;
};
const list = async (query: string) => (await ask('GET', '/v1/contacts', undefined, { query })).json;
const idsOf = async (query: string) => (await list(query)).data.map(({ id }: { id: string }) => id);

describe('a contact', () => {
  test('is kept as it was given, with what its number allowed', async () => {
    await ask('PUT', '/v1/consents/01023456789', { marketing: true, night: false, evidence: 'form' });
    const made = await keep();
    const at = new Date(suite.clock.nowMs).toISOString();
    const consent = (value: boolean) => ({ value, at, evidence: 'form', evidenceUploadId: null });
    expect(made).toEqual({
      ...{ id: expect.stringMatching(/^con_/), number: '+821023456789', name: '박지민', tags: ['vip', 'news'] },
      attributes: person.attributes,
      consent: { marketing: consent(true), night: consent(false), optedOut: null },
      ...{ createdAt: at, changedAt: at },
    });
    expect((await ask('GET', `/v1/contacts/${made.id}`)).json).toEqual(made);
    // One truth: what the number says later shows at once
    await ask('POST', '/v1/sms/unsubscribe', { phoneNumbers: ['01023456789'] });
    const optedOut = { at, source: 'api' };
    expect((await ask('GET', `/v1/contacts/${made.id}`)).json.consent).toMatchObject({ optedOut });
    expect((await list('')).data[0].consent).toMatchObject({ optedOut });
  });

  test('with a number that is there already is refused, naming the first, in each mode for itself', async () => {
    const { id } = await keep();
    const { status, json } = await ask('POST', '/v1/contacts', { number: '+82 10 2345 6789' });
    expect([status, json.code, json.contactId]).toEqual([409, 'contact_exists', id]);
    expect((await ask('POST', '/v1/contacts', { number: '01023456789' }, { key: tenant.test })).status).toBe(201);
  });

  test('is made once a key, and of many requests at once', async () => {
    const one = () => ask('POST', '/v1/contacts', person, { idem: 'same' });
    const [first, again] = [await one(), await one()];
    expect([first.status, again.status, again.json]).toEqual([201, 201, first.json]);
    const number = '01099998888';
    const all = await Promise.all([1, 2, 3].map(() => ask('POST', '/v1/contacts', { number })));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await idsOf('number=01099998888')).toHaveLength(1);
  });

  test.each([
    [{ number: '112' }, 422, '/number'],
    [{ number: '010-12' }, 422, '/number'],
    [{ number: '' }, 400, '/number'],
    [{ name: '' }, 400, '/name'],
    [{ name: 'x'.repeat(101) }, 400, '/name'],
    [{ tags: ['a,b'] }, 400, '/tags/0'],
    [{ tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 400, '/tags'],
    [{ attributes: { name: 'x' } }, 400, '/attributes/name'],
    [{ attributes: { phoneNumber: 'x' } }, 400, '/attributes/phoneNumber'],
    [{ attributes: { 'a}b': 'x' } }, 400, '/attributes/a}b'],
    [{ attributes: { '': 'x' } }, 400, '/attributes/'],
    [{ attributes: { city: null } }, 400, '/attributes/city'],
    [{ attributes: { city: ['x'] } }, 400, '/attributes/city'],
    [{ attributes: { city: 'x'.repeat(1_001) } }, 400, '/attributes/city'],
    [{ attributes: { born: { date: '2026-02-30' } } }, 400, '/attributes/born'],
    [{ attributes: { n: 1e21 } }, 400, '/attributes/n'],
    [{ attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, n])) }, 400, '/attributes'],
    [{ attributes: Object.fromEntries([...'abcdef'].map((n) => [n, '가'.repeat(1_000)])) }, 400, '/attributes'],
    [{ consent: { marketing: true } }, 400, '/consent'],
    [{ id: 'con_1' }, 400, '/id'],
  ])('that makes no sense is refused: %j', async (over, status, pointer) => {
    const told = await ask('POST', '/v1/contacts', { number: '01023456789', ...over });
    expect([told.status, told.json.errors[0].pointer.slice(0, pointer.length)]).toEqual([status, pointer]);
    expect((await list('')).data).toEqual([]);
  });

  test('has attributes under names as they are composed, and none twice', async () => {
    const decomposed = '도시'.normalize('NFD');
    const { attributes } = await keep({ attributes: { [decomposed]: '서울' } });
    expect(attributes).toEqual({ 도시: '서울' });
    const twice = { number: '01055556666', attributes: { [decomposed]: 'a', 도시: 'b' } };
    expect((await ask('POST', '/v1/contacts', twice)).status).toBe(400);
  });
});

describe('a change', () => {
  test('is of what is given', async () => {
    const made = await keep();
    suite.clock.nowMs += 1_000;
    const body = { attributes: { city: null, grade: 'A' }, name: null };
    const { status, json } = await ask('PATCH', `/v1/contacts/${made.id}`, body);
    const { city: _, ...kept } = person.attributes;
    expect([status, json]).toEqual([
      200,
      {
        ...{ ...made, name: null, attributes: { ...kept, grade: 'A' } },
        changedAt: new Date(suite.clock.nowMs).toISOString(),
      },
    ]);
    const { json: moved } = await ask('PATCH', `/v1/contacts/${made.id}`, { number: '+82 10 4444 5555', tags: [] });
    expect(moved).toMatchObject({ id: made.id, number: '+821044445555', tags: [] });
    expect([await idsOf('tag=vip'), await idsOf('number=01023456789')]).toEqual([[], []]);
    await keep();
  });

  test('of the number to one that is there is refused, and of two at once one has it', async () => {
    const [one, two] = [await keep(), await keep({ number: '01055556666' })];
    const move = (id: string, number: string) => ask('PATCH', `/v1/contacts/${id}`, { number });
    const { status, json } = await move(two.id, '01023456789');
    expect([status, json.code, json.contactId]).toEqual([409, 'contact_exists', one.id]);
    const both = await Promise.all([one.id, two.id].map((id) => move(id, '01077778888')));
    expect(both.map((told) => told.status).sort()).toEqual([200, 409]);
  });

  test('and others at the same time all count', async () => {
    const { id } = await keep({ attributes: {} });
    const names = Array.from({ length: 8 }, (_, n) => `a${n}`);
    const patch = (name: string) => ask('PATCH', `/v1/contacts/${id}`, { attributes: { [name]: name } });
    const told = await Promise.all(names.map(patch));
    expect(told.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect(Object.keys((await ask('GET', `/v1/contacts/${id}`)).json.attributes).sort()).toEqual(names);
  });

  test('of nothing, or beyond the attributes that there may be, is refused', async () => {
    const { id } = await keep({ attributes: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`a${n}`, n])) });
    expect((await ask('PATCH', `/v1/contacts/${id}`, {})).status).toBe(400);
    const { status, json } = await ask('PATCH', `/v1/contacts/${id}`, { attributes: { more: 1 } });
    expect([status, json.code]).toEqual([422, 'too_many_attributes']);
    expect((await ask('PATCH', `/v1/contacts/${id}`, { attributes: { more: 1, a0: null } })).status).toBe(200);
  });
});

describe('contacts are found', () => {
  test('by number, part of the name and tag, page by page', async () => {
    const made: string[] = [];
    for (const [number, name, tags] of [
      ['01021110001', '박지민', ['vip']],
      ['01021110002', '김지민', []],
      ['01033330003', 'Kim Jimin', ['vip']],
    ] as const) {
      suite.clock.nowMs += 1;
      made.push((await keep({ number, name, tags })).id);
    }
    const [one, two, three] = made;
    expect(await idsOf('')).toEqual([three, two, one]);
    expect(await idsOf('number=010-2111')).toEqual([one, two]);
    expect(await idsOf('number=010-2111-0002')).toEqual([two]);
    expect((await idsOf(`name=${encodeURIComponent('지민')}`)).sort()).toEqual([one, two]);
    expect(await idsOf('name=jimin')).toEqual([three]);
    expect(await idsOf('tag=vip')).toEqual([one, three]);
    expect(await idsOf(`tag=vip&name=${encodeURIComponent('박')}`)).toEqual([one]);
    const first = await list('limit=2');
    const rest = await list(`limit=2&cursor=${first.nextCursor}`);
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual([three, two, one]);
    expect(rest.nextCursor).toBeNull();
  });

  test.each(['name=%E3%80%80', 'number=01', 'number=hello', 'name=', 'tag=', 'limit=501', 'cursor=x', 'sort=name'])(
    'not by %s',
    async (query) => expect((await ask('GET', '/v1/contacts', undefined, { query })).status).toBe(400),
  );

  test('in a csv file, page by page', async () => {
    await keep({ attributes: { city: '서울' } });
    suite.clock.nowMs += 1;
    await keep({ number: '01055556666', name: null, tags: [], attributes: {} });
    const file = (query: string) => ask('GET', '/v1/contacts/export', undefined, { query });
    const first = await file('limit=1');
    expect([first.headers['content-type'], first.text]).toEqual([
      'text/csv; charset=utf-8',
      "\uFEFFphoneNumber,name,tags\r\n'+821055556666,,\r\n",
    ]);
    const second = await file(`limit=1&cursor=${first.headers['next-cursor']}`);
    expect(second.text).toBe('\uFEFFphoneNumber,name,tags,city\r\n\'+821023456789,박지민,"vip, news",서울\r\n');
    expect(second.headers).not.toHaveProperty('next-cursor');
  });
});

describe('a contact that is deleted', () => {
  const inDays = (days: number) => new Date(suite.clock.nowMs + days * 86_400_000).toISOString();

  test('is gone everywhere, and the answer says what goes, by when, and what stays and why', async () => {
    await ask('PUT', '/v1/consents/01023456789', { marketing: true, night: true, evidence: 'signed' });
    await ask('POST', '/v1/sms/unsubscribe', { phoneNumbers: ['01023456789'] });
    const { id } = await keep();
    const { status, json } = await ask('DELETE', `/v1/contacts/${id}`);
    expect([status, json.id, json.removed.length > 0]).toEqual([200, id, true]);
    expect([json.removing.by, json.removing.what.length > 0]).toEqual([inDays(7), true]);
    expect(json.kept.map(({ what, until }: { what: string; until: string }) => [what, until])).toEqual([
      ['ledger', null],
      ['opt_out', null],
      ['requests', inDays(5)],
      ['repeat_marks', inDays(182)],
      ['written_elsewhere', null],
      ['backups', inDays(42)],
    ]);
    expect(json.kept.every(({ why }: { why: string }) => why.length > 40)).toBe(true);
    expect((await ask('GET', `/v1/contacts/${id}`)).status).toBe(404);
    expect((await ask('DELETE', `/v1/contacts/${id}`)).status).toBe(404);
    for (const query of ['', 'number=01023456789', 'tag=vip', `name=${encodeURIComponent('지민')}`]) {
      expect((await list(query)).data).toEqual([]);
    }
    const { text } = await ask('GET', '/v1/contacts/export');
    expect(text).not.toContain('1023456789');
    // The refusal is still known, and nothing else
    expect((await ask('GET', '/v1/opt-outs/01023456789')).json).toMatchObject({ source: 'api' });
    const consents = (await ask('GET', '/v1/consents/01023456789')).json;
    expect(consents.marketing.value).toBeNull();
    expect(JSON.stringify(consents)).not.toContain('signed');
    expect(consents.history).toHaveLength(1);
    const due = { query: 'kind=result_notice' };
    expect((await ask('GET', '/v1/consents/due', undefined, due)).json.data).toEqual([]);
    const again = { query: 'kind=reconfirmation' };
    expect((await ask('GET', '/v1/consents/due', undefined, again)).json.data).toEqual([]);
  });

  test('takes its consents along, from whatever is asked next, and leaves those of others', async () => {
    for (const number of ['01023456789', '01034567890']) {
      await ask('PUT', `/v1/consents/${number}`, { marketing: true, night: true, evidence: 'signed' });
    }
    await ask('PUT', '/v1/consents/01023456789', { marketing: true, night: true }, { key: tenant.test });
    const { id } = await keep();
    const { json } = await ask('DELETE', `/v1/contacts/${id}`);
    expect(json.kept.map(({ what }: { what: string }) => what)).not.toContain('opt_out');
    const known = async (number: string, key = tenant.live) =>
      (await ask('GET', `/v1/consents/${number}`, undefined, { key })).json.marketing.value;
    expect([await known('01023456789'), await known('01034567890')]).toEqual([null, true]);
    expect(await known('01023456789', tenant.test)).toBe(true);
    // Whoever consents anew has said nothing before
    await ask('PUT', '/v1/consents/01023456789', { marketing: false, night: null });
    expect((await ask('GET', '/v1/consents/01023456789')).json.history).toHaveLength(1);
  });

  test('of many who delete it at once, one does, and a consent that comes in between is taken along or comes after', async () => {
    const { id } = await keep();
    const consent = () => ask('PUT', '/v1/consents/01023456789', { marketing: true, night: false });
    const [first, second, third] = await Promise.all([
      ask('DELETE', `/v1/contacts/${id}`),
      ask('DELETE', `/v1/contacts/${id}`),
      consent(),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 404]);
    expect(third.status).toBe(200);
    const { json } = await ask('GET', '/v1/consents/01023456789');
    expect(json.history).toHaveLength(json.marketing.value === null ? 0 : 1);
  });

  test('is found by no message that was made before, and by those that are made after', async () => {
    const shopOf = await newShop(suite.api);
    tenant = shopOf;
    const send = () =>
      ask('POST', '/v1/messages', { message: { from: '0212345678', text: 'hi' }, recipients: [{ to: '01023456789' }] });
    const before = await send();
    expect(before.status).toBe(202);
    const { id } = await keep();
    suite.clock.nowMs += 1_000;
    await ask('DELETE', `/v1/contacts/${id}`);
    const search = async () => (await ask('GET', '/v1/messages', undefined, { query: 'to=01023456789' })).json.data;
    const recipient = (dispatchId: string) => ask('GET', `/v1/dispatches/${dispatchId}/recipients/01023456789`);
    expect(await search()).toEqual([]);
    expect((await recipient(before.json.dispatchId)).status).toBe(404);
    suite.clock.nowMs += 1_000;
    const after = await send();
    expect(await search()).toHaveLength(1);
    expect((await recipient(after.json.dispatchId)).status).toBe(200);
  });

  test('may be made anew', async () => {
    const { id } = await keep();
    await ask('DELETE', `/v1/contacts/${id}`);
    expect((await keep()).id).not.toBe(id);
  });
});

describe('a link to a text', () => {
  const link = (id: string, query: string) => ask('GET', `/v1/contacts/${id}/text-link`, undefined, { query });
  const text = (said: string) => `text=${encodeURIComponent(said)}`;

  test('has the finished text, for the contact’s number, and leaves no trace', async () => {
    const { id } = await keep();
    const said = '{{ name | josa: "이/가" }} {{ points }}점 & {{ born | date: "%m/%d" }} +1';
    const { status, json } = await link(id, text(said));
    const finished = '박지민이 7점 & 05/01 +1';
    const body = '%EB%B0%95%EC%A7%80%EB%AF%BC%EC%9D%B4%207%EC%A0%90%20%26%2005%2F01%20%2B1';
    expect([status, json]).toEqual([200, { text: finished, link: `sms:+821023456789?body=${body}` }]);
    expect((await ask('GET', '/v1/credits/ledger')).json.data).toEqual([]);
    expect((await ask('GET', '/v1/messages', undefined, { query: 'to=01023456789' })).json.data).toEqual([]);
  });

  test('may be that of a template', async () => {
    const { id } = await keep();
    const variables = [{ name: 'grade', default: '일반' }];
    const body = { name: 'Hello', text: '{{ name }}님은 {{ grade }} 회원', subject: '안내', variables };
    const template = await ask('POST', '/v1/templates', body);
    const { json } = await link(id, `templateId=${template.json.id}`);
    expect(json.text).toBe('박지민님은 일반 회원');
    const other = await newTenant(suite.api);
    const theirs = await ask('POST', '/v1/templates', body, { key: other.live });
    for (const templateId of [theirs.json.id, 'tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV']) {
      expect((await link(id, `templateId=${templateId}`)).json).toMatchObject({ status: 422, code: 'unprocessable' });
    }
  });

  test.each([
    ['{{ nobody }}', 422, 'missing_variable'],
    ['{{ name', 422, 'invalid_template'],
    ['{{ city }}{{ city }}', 422, 'too_long'],
    ['가'.repeat(1_001), 422, 'invalid_template'],
  ])('that cannot be finished is refused (%#)', async (said, status, code) => {
    const { id } = await keep({ attributes: { city: '가'.repeat(1_000) } });
    expect((await link(id, text(said))).json).toMatchObject({ status, code });
  });

  test.each(['', 'text=', 'text=a&templateId=tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'templateId=x'])(
    '%j asks for none',
    async (query) => {
      const { id } = await keep();
      expect((await link(id, query)).status).toBe(400);
    },
  );
});

describe('contacts as recipients', () => {
  const message = { from: '0212345678', text: '{{ name | default: "고객" }}님 {{ points | default: "0" }}점' };
  const send = (contactIds: readonly string[]) =>
    ask('POST', '/v1/dispatches', { message, recipients: { contactIds } });
  beforeEach(async () => {
    tenant = await newShop(suite.api);
  });

  test('are a list as they are now, whatever becomes of them', async () => {
    const [one, two] = [await keep(), await keep({ number: '01055556666', name: null, attributes: {} })];
    const written: unknown[] = [];
    const lists: typeof suite.deps.creating.lists = {
      write: (place, recipients) => {
        written.push(...recipients);
        return suite.deps.planning.lists.write(place, recipients);
      },
    };
    Object.assign(suite.deps, { creating: { ...suite.deps.creating, lists } });
    const { status, json } = await send([one.id, two.id]);
    expect([status, json.recipients]).toEqual([202, { count: 2 }]);
    const { city, points, vip } = { city: '서울', points: '7', vip: 'true' };
    expect(written).toEqual([
      { to: '+821023456789', variables: { name: '박지민', city, points, vip, born: '1990-05-01' } },
      { to: '+821055556666', variables: {} },
    ]);
    await ask('DELETE', `/v1/contacts/${one.id}`);
    expect((await ask('GET', `/v1/dispatches/${json.id}`)).json.recipients).toEqual({ count: 2 });
  });

  test('go to campaigns, too', async () => {
    const { id } = await keep();
    const body = campaignBody({ recipients: { contactIds: [id] } });
    const { status, json } = await ask('POST', '/v1/campaigns', body);
    expect([status, json.recipients]).toEqual([201, { count: 1 }]);
    const edited = await ask('PATCH', `/v1/campaigns/${json.id}`, { recipients: { contactIds: [id, id] } });
    expect([edited.status, edited.json.recipients]).toEqual([200, { count: 2 }]);
  });

  test('that are none of the tenant’s are named, and nothing is made', async () => {
    const { id } = await keep();
    const other = await newTenant(suite.api);
    const theirs = (await ask('POST', '/v1/contacts', person, { key: other.live })).json.id;
    const absent = 'con_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    const { status, json } = await send([id, theirs, absent]);
    expect([status, json.code]).toEqual([422, 'unprocessable']);
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/recipients/contactIds/1',
      '/recipients/contactIds/2',
    ]);
    expect(json.detail).toContain(absent);
    expect((await ask('GET', '/v1/dispatches')).json.data).toEqual([]);
  });

  test.each([[[]], [['x']], [Array.from({ length: 1_001 }, () => 'con_01ARZ3NDEKTSV4RRFFQ69G5FAV')]])(
    'are refused as what they are not (%#)',
    async (contactIds) => expect((await send(contactIds)).status).toBe(400),
  );

  test('with more attributes together than a list has columns are refused', async () => {
    const many = (letter: string) => Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${letter}${n}`, n]));
    const ids = [
      (await keep({ attributes: many('a') })).id,
      (await keep({ number: '01055556666', attributes: many('b') })).id,
    ];
    const { status, json } = await send(ids);
    expect([status, json.errors[0].code]).toEqual([422, 'too_big']);
    const fewer = campaignBody({ recipients: { contactIds: ids.slice(1) } });
    expect((await ask('POST', '/v1/campaigns', fewer)).status).toBe(201);
  });
});
