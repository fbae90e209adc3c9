import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { newShop, recipient } from './things.ts';

/** What a text may say and what it becomes, as customers meet it: every rule is tried through the public API. */
const suite = apiSuite();
const from = '0212345678';

const post = ({ live }: TestTenant, path: string, body: object) =>
  suite.api({ method: 'POST', path, key: live, body, ...(path === '/v1/previews' ? { idem: null } : {}) });
const get = async ({ live }: TestTenant, path: string, query = '') =>
  (await suite.api({ path, key: live, query })).json;
const nth = (n: number) => `0102345${String(n).padStart(4, '0')}`;

/** Sends to so many rows of values at once, and shows what became of each. */
async function sent(shop: TestTenant, message: object, rows: readonly object[]) {
  const recipients = rows.map((variables, i) => ({ to: nth(i), variables }));
  const { status, json } = await post(shop, '/v1/messages', { message: { from, ...message }, recipients });
  if (status !== 202) throw new Error(JSON.stringify(json));
  return Promise.all(
    json.data.map(async ({ messageId }: { messageId: string }) => {
      const { type, subject, text, reason } = await get(shop, `/v1/messages/${messageId}`);
      return { type, subject, text, reason };
    }),
  );
}

describe('limits', () => {
  test.each<[string, object, string, number]>([
    ['90 letters', { text: 'a'.repeat(90) }, 'sms', 90],
    ['91 letters', { text: 'a'.repeat(91) }, 'lms', 91],
    ['45 syllables', { text: '가'.repeat(45) }, 'sms', 90],
    ['45 syllables, letter by letter', { text: '가'.repeat(45).normalize('NFD') }, 'sms', 90],
    ['45 syllables and a line end', { text: `${'가'.repeat(45)}\n` }, 'lms', 91],
    ['44 syllables and line ends of one byte', { text: `${'가'.repeat(44)}\r\n\r` }, 'sms', 90],
    ['45 syllables of CP949 alone', { text: '뷁'.repeat(45) }, 'sms', 90],
    ['curly quotes', { text: '“‘’”' }, 'sms', 8],
    ['1,000 syllables', { text: '가'.repeat(1_000) }, 'lms', 2_000],
    ['a letter as an LMS', { text: 'a', type: 'lms' }, 'lms', 1],
    ['a subject of 20 syllables', { text: 'a', subject: '가'.repeat(20) }, 'lms', 1],
    ['90 letters as an SMS', { text: 'a'.repeat(90), type: 'sms' }, 'sms', 90],
    ['90 bytes to log in', { text: `인증 ${'a'.repeat(85)}`, type: 'auth' }, 'sms', 90],
  ])('%s', async (_, message, type, bytes) => {
    const shop = await newShop(suite.api);
    expect((await post(shop, '/v1/previews', { message })).json).toMatchObject({ type, bytes, reason: null });
    await sent(shop, message, [{}]);
    expect((await get(shop, '/v1/messages')).data).toMatchObject([{ type }]);
  });

  test.each<[string, object, string]>([
    ['91 letters as an SMS', { text: 'a'.repeat(91), type: 'sms' }, '/text'],
    ['1,000 syllables and a letter', { text: `${'가'.repeat(1_000)}!` }, '/text'],
    ['a subject of 41 bytes', { text: 'a', subject: `${'가'.repeat(20)}!` }, '/subject'],
    ['91 bytes to log in', { text: `인증 ${'a'.repeat(86)}`, type: 'auth' }, '/text'],
    ['an SMS with a subject', { text: 'a', subject: 'a', type: 'sms' }, '/subject'],
  ])('refuse %s', async (_, message, place) => {
    const shop = await newShop(suite.api);
    const refusal = { status: 422, json: { code: 'invalid_template', errors: [{ pointer: `/message${place}` }] } };
    expect(await post(shop, '/v1/previews', { message })).toMatchObject(refusal);
    const body = { message: { from, ...message }, recipients: [{ to: recipient }] };
    expect(await post(shop, '/v1/messages', body)).toMatchObject(refusal);
  });

  test('are counted for each recipient, by what the values became', async () => {
    const shop = await newShop(suite.api);
    const text = `{{ name }}${'가'.repeat(44)}`;
    const rows = ['가', '가'.normalize('NFD'), 'ab', 'abc', '가'.repeat(957), '가'.repeat(956), '₩'];
    const become = async (unsendableCharacters: string) => {
      await suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.live, body: { unsendableCharacters } });
      return (
        await sent(
          shop,
          { text },
          rows.map((name) => ({ name })),
        )
      ).map(({ type, reason }) => type ?? reason);
    };
    expect(await become('refuse')).toEqual(['sms', 'sms', 'sms', 'lms', 'too_long', 'lms', 'unsendable_character']);
    expect((await become('swap')).at(-1)).toBe('sms');
  });
});

test.each<[string, object, object]>([
  ['a text', { text: '뷁 {{ a }}' }, {}],
  ['a value', { text: '{{ a }}!' }, { a: '똠' }],
  ['a subject', { text: 'a', subject: '뷁' }, {}],
  ['a subject’s value', { text: 'a', subject: '{{ a }}!' }, { a: '뷁' }],
])('syllables of CP949 alone are warned of in %s, before and when it is quoted', async (_, message, variables) => {
  const shop = await newShop(suite.api);
  const recipients = [
    { to: nth(0), variables: { a: '각', ...variables } },
    { to: nth(1), variables: { a: '뷁' } },
    { to: nth(2), variables: { a: '각' } },
  ];
  const warnings = [];
  for (const one of recipients)
    warnings.push((await post(shop, '/v1/previews', { message, recipient: one })).json.warnings);
  const warned = warnings.filter((each) => each.length > 0);
  expect(warnings[0]).toMatchObject([{ code: 'cp949_only' }]);
  const { json } = await post(shop, '/v1/messages', { message: { from, ...message }, recipients });
  const { quote } = await get(shop, `/v1/dispatches/${json.dispatchId}`);
  expect(quote.warnings).toMatchObject([{ code: 'cp949_only', recipients: warned.length }]);
});

describe('variables', () => {
  const forms = [(name: string) => `{{ ${name} }}`, (name: string) => `##${name}##`, (name: string) => `#{${name}}`];

  test('are plain text, whatever they say and whoever writes it', async () => {
    const shop = await newShop(suite.api);
    const evil = [
      '{{ b }}',
      '##b##',
      '#{b}',
      '{% raw %}',
      '{{',
      '##',
      '#{',
      '}}',
      '%고객명%',
      '$&',
      '\\n',
      'a\nb',
      'a\tb',
      '|',
    ];
    for (const form of forms) {
      const message = { type: 'lms', text: `${form('a')}님 ${form('b')}` };
      const texts = await sent(
        shop,
        message,
        evil.map((a) => ({ a, b: 'geheim' })),
      );
      expect(texts.map(({ text }) => text)).toEqual(evil.map((a) => `${a}님 geheim`));
    }
  });

  test('with control characters are refused, or replaced where the rule says so', async () => {
    const shop = await newShop(suite.api);
    const rows = ['\0', '\u0007', '\x1b[31m', '\x7f', '\u2028', '\u202e', '\ufeff', '\u200b'].map((a) => ({ a }));
    const refused = await sent(shop, { text: '{{ a }}!' }, rows);
    expect(refused.map(({ reason }) => reason)).toEqual(rows.map(() => 'unsendable_character'));
    const body = { unsendableCharacters: 'replace' };
    await suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.live, body });
    const replaced = await sent(shop, { text: '{{ a }}!', subject: '{{ a }}' }, [...rows, { a: 'x\ny' }]);
    expect(replaced.map(({ text, reason }) => text ?? reason)).toEqual([
      ...rows.map(({ a }) => `?${a.slice(1)}!`),
      'unsendable_character', // a line end in a subject
    ]);
  });

  test('have a value, a default of their own, one of the text, or the row is left out', async () => {
    const shop = await newShop(suite.api);
    const variables = [{ name: 'b', default: 'B' }];
    const rows = [{ a: '1', b: '2' }, { a: '1' }, { b: '2' }, {}, { a: '', b: '' }];
    for (const form of forms) {
      const told = await sent(shop, { text: `${form('a')}${form('b')}`, variables }, rows);
      expect(told.map(({ text, reason }) => text ?? reason)).toEqual([
        '12',
        '1B',
        ...Array(3).fill('missing_variable'),
      ]);
    }
    const defaults = { text: '{{ a | default: "A" }}{{ b }}', variables };
    expect((await sent(shop, defaults, rows)).map(({ text }) => text)).toEqual(['12', '1B', 'A2', 'AB', 'AB']);
  });

  test('are at most 63 in a call, as in a file beside the number', async () => {
    const shop = await newShop(suite.api);
    const named = (count: number, of = 'v') =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [of + i, 'x']));
    const ask = (rows: readonly object[]) => {
      const recipients = rows.map((variables, i) => ({ to: nth(i), variables }));
      return post(shop, '/v1/messages', { message: { from, text: '{{ v0 | default: "-" }}' }, recipients });
    };
    expect((await ask([named(63), named(10), {}])).status).toBe(202);
    const tooMany = {
      status: 400,
      json: { code: 'invalid_request', errors: [{ pointer: '/recipients', code: 'too_big' }] },
    };
    expect(await ask([named(63), named(1, 'w')])).toMatchObject(tooMany);
    const list = [{ to: nth(0), variables: named(64) }];
    expect(await post(shop, '/v1/dispatches', { message: { from, text: 'x' }, recipients: { list } })).toMatchObject({
      ...{ status: 400, json: { errors: [{ pointer: '/recipients/list', code: 'too_big' }] } },
    });
    const began = performance.now();
    const everybody = Array.from({ length: 1_000 }, (_, i) => named(30, `${i}_`));
    expect(await ask(everybody)).toMatchObject(tooMany);
    expect(performance.now() - began).toBeLessThan(5_000); // thirty million cells would take far longer
  });

  test('work in subjects, each recipient’s as its own', async () => {
    const shop = await newShop(suite.api);
    for (const form of forms) {
      const message = { subject: `${form('a')} 소식`, text: '글' };
      const told = await sent(shop, message, [{ a: '강남' }, { a: '가'.repeat(17) }, { a: '가'.repeat(18) }, {}]);
      expect(told.map(({ subject, reason }) => reason ?? subject)).toEqual([
        ...['강남 소식', `${'가'.repeat(17)} 소식`, 'too_long', 'missing_variable'],
      ]);
    }
  });

  test('composed in two ways are one, also where two recipients write it differently', async () => {
    const shop = await newShop(suite.api);
    const name = '이름'.normalize('NFD');
    for (const written of ['이름', name]) {
      const told = await sent(shop, { text: `{{ ${written} }}` }, [{ 이름: 'A' }, { [name]: 'B' }]);
      expect(told.map(({ text, reason }) => text ?? reason)).toEqual(['A', 'B']);
    }
  });

  test('of every type are read and shown as declared', async () => {
    const shop = await newShop(suite.api);
    const variables = [
      { name: 'n', type: 'integer' },
      { name: 'd', type: 'decimal' },
      { name: 'due', type: 'date', format: 'DD/MM/YYYY' },
      { name: 'at', type: 'datetime', format: 'YY-MM-DD hh:mm:ss' },
    ];
    const text = '{{ n | number_with_delimiter }} {{ d }} {{ due }} {{ at }}';
    const good = { n: '1,234,567', d: '12.50', due: '2026-12-24', at: '2026-12-24 09:05' };
    const rows = [
      good,
      { ...good, n: 1234567, due: '24/12/2026', at: '26-12-24 09:05:00' },
      ...[{ n: '1.5' }, { d: 'x' }, { due: '2026-02-30' }, { at: 'now' }].map((bad) => ({ ...good, ...bad })),
    ];
    const shown = '1,234,567 12.50 24/12/2026 26-12-24 09:05:00';
    const told = await sent(shop, { text, variables }, rows);
    expect(told.map(({ text, reason }) => text ?? reason)).toEqual([
      shown,
      shown,
      ...Array(4).fill('missing_variable'),
    ]);
  });
});

const piece = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('{{ name }}', '{{ memo | default: "-" }}', '{{ 주문 | josa: "은/는" }}', '안녕 ', '\n'),
  },
  { weight: 1, arbitrary: fc.constantFrom('##name##', '#{ 주문 }', '{{ "##x##" }}', '{{ ["x y"] }}') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['{{', '}}', '{%', '%}', '##', '#{', '}', '|', ':', '"', '[', '(', '..', '\\', 'include', '/etc/passwd'],
      ...[
        '{{ name | date: "%Y" }}',
        '{{ __proto__ }}',
        '{{ a.b }}',
        '{{ a[0] }}',
        '\u00a0',
        '😀',
        '\0',
        '은/는',
        '1e9',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }).filter((text) => text.isWellFormed()) },
);
const anyText = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
const anyValue = fc.oneof(
  anyText,
  fc.constantFrom('', '김', '2026-12-24', '가'.repeat(990), '1,000', '\u0301'.repeat(300)),
);
const anyMessage = fc.record({
  text: anyText,
  subject: fc.option(anyText, { freq: 4 }),
  type: fc.constantFrom('auto', 'auto', 'auto', 'lms', 'lms', 'sms', 'auth'),
  variables: fc.constantFrom(
    [],
    [{ name: 'name', default: '' }],
    [{ name: '주문', type: 'integer' }],
    [{ name: 'memo', type: 'datetime', format: 'DD/MM/YY hh', default: '{{ name }}' }],
    [{ name: '__proto__' }],
  ),
});

test('whatever a text and its values are, they are refused with a place or become a message, and all say the same of it', async () => {
  const shop = await newShop(suite.api);
  await suite.api({ method: 'PATCH', path: '/v1/settings', key: shop.live, body: { unsendableCharacters: 'replace' } });
  const names = fc.constantFrom('name', '주문', 'memo', 'x y', 'a.b', 'constructor', '{{ name }}');
  const seen = { kept: 0, refused: 0, sent: 0, skipped: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyMessage,
      fc.dictionary(names, anyValue, { minKeys: 3, maxKeys: 5 }),
      async (message, variables) => {
        suite.clock.nowMs += 60_000; // as many requests as there are
        const template = await post(shop, '/v1/templates', { name: 'T', ...message });
        const body = { message: { from, ...message }, recipients: [{ to: recipient, variables }] };
        const told = await post(shop, '/v1/messages', body);
        const shown = await post(shop, '/v1/previews', { message, recipient: { to: recipient, variables } });
        expect([told.status, shown.status]).toEqual(
          template.status === 201 ? [202, 200] : [template.status, template.status],
        );
        if (template.status !== 201) {
          expect([400, 422]).toContain(template.status);
          const places = (json: { errors: { pointer: string; detail: string }[] }) =>
            json.errors.map(({ pointer, detail }) => [pointer.replace('/message', ''), detail]);
          expect(places(told.json)).toEqual(places(template.json));
          expect(places(shown.json)).toEqual(places(template.json));
          seen.refused++;
          return;
        }
        seen.kept++;
        const { id: templateId, uses, required } = template.json;
        expect(shown.json.variables).toEqual(uses);
        const upload = await post(shop, '/v1/uploads', {
          ...{ purpose: 'recipients', fileName: 'a.csv', onInvalidRows: 'skip', templateId },
        });
        expect((await get(shop, `/v1/uploads/${upload.json.id}`)).requiredColumns).toEqual(required);
        const again = await post(shop, '/v1/previews', {
          message: { templateId },
          recipient: { to: recipient, variables },
        });
        expect(again.json).toEqual(shown.json);
        const [{ messageId }] = told.json.data;
        const { text, subject, type, reason } = await get(shop, `/v1/messages/${messageId}`);
        expect(shown.json).toMatchObject({ text, subject, type, reason });
        seen[reason === null ? 'sent' : 'skipped']++;
        await suite.api({ method: 'DELETE', path: `/v1/templates/${templateId}`, key: shop.live });
      },
    ),
    { numRuns: 120 },
  );
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(5);
}, 60_000);
