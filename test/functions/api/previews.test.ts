import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authWords } from '../../../shared/domain/content/auth-words.ts';
import { newTenant, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { newShop, recipient } from './things.ts';

const suite = apiSuite();
const from = '0212345678';

const preview = ({ live }: TestTenant, body: object) =>
  suite.api({ method: 'POST', path: '/v1/previews', key: live, body, idem: null });
/** What a message becomes with these values. */
const shown = async (message: object, variables: object = {}) => {
  const told = await preview(await newTenant(suite.api), { message, sample: { variables } });
  expect([told.status, told.json.code]).toEqual([200, undefined]);
  return told.json;
};

describe('a preview', () => {
  test('is the finished message, with its bytes, its type and its price', async () => {
    const message = { from, text: '{{ name | default: "고객" }}님, {{ due }}', subject: '{{ name }} 안내' };
    expect(await shown(message, { name: '서연', due: 'NOW' })).toEqual({
      ...{ reason: null, type: 'lms', subject: '서연 안내', text: '서연님, NOW', bytes: 11, credits: 3 },
      ...{ variables: ['name', 'due'], missing: [], unsendable: [], images: [], warnings: [], advertisement: null },
    });
  });

  test('asks what its recipient allowed, and nobody whose number is a sample', async () => {
    const tenant = await newTenant(suite.api);
    const to = recipient;
    const ask = (method: 'PUT' | 'POST' | 'PATCH', path: string, body: object) =>
      suite.api({ method, path, key: tenant.live, body, idem: null });
    expect((await ask('POST', '/v1/sms/unsubscribe', { phoneNumbers: [to] })).status).toBe(200);
    const message = { text: 'Hi' };
    const told = async (body: object) => (await preview(tenant, { message, ...body })).json;
    const toThem = { recipient: { to, variables: {} } };
    expect(await told(toThem)).toMatchObject({ reason: null });
    expect((await ask('PATCH', '/v1/settings', { informationalToOptedOut: 'exclude' })).status).toBe(200);
    expect(await told(toThem)).toMatchObject({ reason: 'opted_out', text: null, credits: 0 });
    expect(await told({ recipient: { to: '01023456788', variables: {} } })).toMatchObject({ reason: null, text: 'Hi' });
    expect(await told({})).toMatchObject({ reason: null, text: 'Hi' });
    const auth = { type: 'auth', text: '[봉수상점] 인증번호 1234' };
    expect(await told({ message: auth, recipient: { to, variables: {} } })).toMatchObject({ reason: null });
  });

  test.each<[string, object, object, object]>([
    ['an SMS', { text: 'Hi' }, {}, { type: 'sms', bytes: 2, credits: 1 }],
    ['an LMS by its length', { text: '가'.repeat(46) }, {}, { type: 'lms', bytes: 92, credits: 3, warnings: [] }],
    ['the number of a sample', { text: '{{ phoneNumber }}' }, {}, { text: '01023456789' }],
    ['no value', { text: '{{ a }} {{ b | upcase }} {{ c | default: "C" }}' }, { c: '' }, { missing: ['a', 'b'] }],
    [
      'a value of another type',
      { text: '{{ n }}', variables: [{ name: 'n', type: 'integer' }] },
      { n: 'x' },
      { missing: ['n'] },
    ],
    [
      'an emoji in a value',
      { text: '{{ a }}' },
      { a: 'Hi 😀😀' },
      {
        ...{ reason: 'unsendable_character', text: null },
        unsendable: [
          { character: '😀', in: 'text', position: 3 },
          { character: '😀', in: 'text', position: 5 },
        ],
      },
    ],
    [
      'too much of a value',
      { text: '{{ a }}' },
      { a: '가'.repeat(1_001) },
      { reason: 'too_long', bytes: 2_002, credits: 0 },
    ],
    ['a syllable of CP949 alone', { text: '{{ a }}' }, { a: '뷁' }, { warnings: [{ code: 'cp949_only' }] }],
    ['Liquid in a value', { text: '{{ a }}' }, { a: '{{ b }} ##c##' }, { text: '{{ b }} ##c##', reason: null }],
    [
      'the form of consoles',
      { text: '##이름##님', variables: [{ name: '이름', default: '고객' }] },
      {},
      { text: '고객님' },
    ],
  ])('of %s', async (_, message, variables, expected) => {
    expect(await shown({ from, ...message }, variables)).toMatchObject(expected);
  });

  test.each(['phoneNumber', 'recipient_no'])(
    'shows the number of the recipient as %s, whoever says another',
    async (name) => {
      const message = { text: `{{ ${name} }}` };
      expect(await shown(message)).toMatchObject({ text: '01023456789', missing: [] });
      const to = '010-3456-7890';
      const tenant = await newTenant(suite.api);
      expect((await preview(tenant, { message, recipient: { to } })).json).toMatchObject({ text: '01034567890' });
      const told = await preview(tenant, { message, recipient: { to, variables: { [name]: '010-0000-0000' } } });
      expect(told).toMatchObject({
        status: 400,
        json: { errors: [{ pointer: `/recipient/variables/${name}`, code: 'no_effect' }] },
      });
    },
  );

  test('names what cannot be sent with its place, in text and subject', async () => {
    const message = { text: '{{ a }}님 ❤', subject: '{{ b }} 안내' };
    expect(await preview(await newTenant(suite.api), { message })).toMatchObject({
      ...{
        status: 422,
        json: { errors: [{ pointer: '/message/text', detail: expect.stringContaining('character 10') }] },
      },
    });
    const values = { a: 'e\u0301\u0007', b: '하\n나' };
    expect(await shown({ ...message, text: '{{ a }}님' }, values)).toMatchObject({
      reason: 'unsendable_character',
      unsendable: [
        { character: 'é', in: 'text', position: 0 },
        { character: '\u0007', in: 'text', position: 1 },
        { character: '\n', in: 'subject', position: 1 },
      ],
    });
  });

  test('names who is missing as a send would leave them out', async () => {
    expect(await shown({ text: '{{ a }}{{ b }}' }, { b: 'B' })).toMatchObject({
      ...{ reason: 'missing_variable', text: null, type: null, credits: 0, missing: ['a'] },
    });
  });

  test('of a given recipient reads the number as a send does', async () => {
    const tenant = await newTenant(suite.api);
    const of = async (to: string) =>
      (await preview(tenant, { message: { text: '{{ phoneNumber }}' }, recipient: { to } })).json;
    expect(await of('+82 10-2345-6789')).toMatchObject({ reason: null, text: '01023456789' });
    expect(await of('010-1')).toMatchObject({ reason: 'invalid_number', text: null });
    expect(await of('+14155550123')).toMatchObject({ reason: 'foreign_number', text: null });
  });

  test('says which variable takes a text out of an SMS, and by how much', async () => {
    const text = `${'가'.repeat(40)}{{ a }}{{ b | default: "xy" }}`;
    const crossing = { code: 'crosses_sms_limit', literalBytes: 80 };
    expect((await shown({ text }, { a: '12345678' })).warnings).toEqual([]);
    expect((await shown({ text }, { a: '123456789' })).warnings).toMatchObject([
      {
        ...crossing,
        overBytes: 1,
        variables: [
          { name: 'a', bytes: 9 },
          { name: 'b', bytes: 2 },
        ],
      },
    ]);
    // It would be left out, and for the same reason
    expect(await shown({ text, type: 'sms' }, { a: '1', b: '나'.repeat(10) })).toMatchObject({
      reason: 'too_long',
      bytes: 101,
      warnings: [
        {
          ...crossing,
          overBytes: 11,
          variables: [
            { name: 'b', bytes: 20 },
            { name: 'a', bytes: 1 },
          ],
        },
      ],
    });
    for (const meantSo of [{ type: 'lms' }, { subject: 'S' }]) {
      expect((await shown({ text, ...meantSo }, { a: '가'.repeat(9) })).warnings).toEqual([]);
    }
    expect((await shown({ text: `${'가'.repeat(46)}{{ a }}` }, { a: 'A' })).warnings).toEqual([]);
  });

  test('follows the setting for characters', async () => {
    const tenant = await newTenant(suite.api);
    const body = { message: { text: '{{ a }}' }, sample: { variables: { a: '₩5 😀' } } };
    const set = { unsendableCharacters: 'replace' };
    expect((await preview(tenant, body)).json.reason).toBe('unsendable_character');
    await suite.api({ method: 'PATCH', path: '/v1/settings', key: tenant.live, body: set });
    expect((await preview(tenant, body)).json).toMatchObject({ reason: null, text: '￦5 ?' });
  });

  test('of a template says what the template says; another’s is answered like none', async () => {
    const [tenant, other] = [await newTenant(suite.api), await newTenant(suite.api)];
    const body = { name: 'T', text: '{{ a }}!', variables: [{ name: 'a', default: 'A' }] };
    const { id } = (await suite.api({ method: 'POST', path: '/v1/templates', key: tenant.live, body })).json;
    expect((await preview(tenant, { message: { templateId: id } })).json).toMatchObject({ text: 'A!' });
    for (const templateId of [id, 'tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV']) {
      expect(await preview(other, { message: { templateId } })).toMatchObject({
        status: 422,
        json: { code: 'unprocessable', errors: [{ pointer: '/message/templateId' }] },
      });
    }
  });

  test.each<[object, string]>([
    [{ message: { text: 'a', templateId: 'tpl_01ARZ3NDEKTSV4RRFFQ69G5FAV' } }, '/message/templateId'],
    [{ message: {} }, '/message/text'],
    [{ message: { text: 'a' }, sample: {}, recipient: { to: recipient } }, '/recipient'],
    [{}, '/message'],
  ])('%j is malformed', async (body, pointer) => {
    const told = await preview(await newTenant(suite.api), body);
    expect(told).toMatchObject({ status: 400, json: { errors: [{ pointer }] } });
  });
});

/** Texts out of what makes a difference: variables, filters, literals of every width, and what must stay plain. */
const pieces = [
  '{{ a }}',
  '{{ b | default: "없음" }}',
  '{{ a | josa: "은/는" }}',
  '{{ b | upcase }}',
  '{{ "now" | date: "%H:%M" }}',
  'Hi ',
  '안녕',
  '뷁',
  '\n',
  '가'.repeat(30),
  'é'.normalize('NFD'),
  '😀',
];
const values = [
  '',
  'Kim',
  '서연',
  '{{ b }}',
  '##a##',
  'a\r\nb',
  '나'.repeat(40),
  '가'.repeat(990),
  '뷁',
  '😀',
  '₩',
  '한'.normalize('NFD'),
];
const textOf = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));

const randomMessage = fc.record({
  type: fc.constantFrom('auto', 'auto', 'sms', 'lms', 'auth'),
  subject: fc.option(fc.constantFrom('제목', 'To {{ a }}', '{{ b }}'), { freq: 3 }),
  text: fc.oneof(
    { weight: 6, arbitrary: textOf },
    { weight: 1, arbitrary: textOf.map((text) => `${authWords[3]} ${text}`) },
  ),
  variables: fc.constantFrom([], [{ name: 'b', default: '기본' }], [{ name: 'a', type: 'date', format: 'YY-MM-DD' }]),
});
const randomValues = fc.record(
  {
    a: fc.constantFrom(...values, '2026-12-01'),
    b: fc.constantFrom(...values),
  },
  { requiredKeys: [] },
);

describe('what is shown is what is sent', () => {
  test.each(['refuse', 'swap', 'replace'])(
    'for any content and values, where characters %s',
    async (rule) => {
      const shop = await newShop(suite.api);
      const key = shop.live;
      await suite.api({ method: 'PATCH', path: '/v1/settings', key, body: { unsendableCharacters: rule } });
      const seen = { sent: 0, skipped: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(randomMessage, randomValues, async (said, variables) => {
          suite.clock.nowMs += 60_000; // as many requests as there are
          const message = { from, ...said };
          const one = { to: recipient, variables };
          const previewed = await preview(shop, { message, recipient: one });
          const body = { message, recipients: [one] };
          const sent = await suite.api({ method: 'POST', path: '/v1/messages', key, body });
          if (sent.status === 422) {
            seen.refused++;
            expect([previewed.status, previewed.json.code, previewed.json.errors]).toEqual([
              422,
              sent.json.code,
              sent.json.errors,
            ]);
            return;
          }
          expect([previewed.status, sent.status]).toEqual([200, 202]);
          const { messageId } = sent.json.data[0];
          const { json } = await suite.api({ path: `/v1/messages/${messageId}`, key });
          const { text, subject, type, reason } = previewed.json;
          expect({ text, subject, type, reason }).toEqual({
            ...{ text: json.text, subject: json.subject, type: json.type, reason: json.reason },
          });
          const { quote } = (await suite.api({ path: `/v1/dispatches/${sent.json.dispatchId}`, key })).json;
          expect(previewed.json.credits).toBe(quote.credits);
          seen[reason === null ? 'sent' : 'skipped']++;
        }),
        { numRuns: 60 },
      );
      expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(2);
    },
    60_000,
  );
});
