import { describe, expect, test } from 'vitest';
import { requestBytesMax } from '../../../shared/contracts/limits.ts';
import { type Asked, newTenant, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { makers } from './things.ts';

const suite = apiSuite();
const tenants = { method: 'POST', path: '/operator/v1/tenants', key: operatorKey } as const;
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** Nothing was made: the list is as empty as before. */
async function nothingMade() {
  expect((await suite.api({ path: '/operator/v1/tenants', key: operatorKey })).json.data).toEqual([]);
}

describe('bodies', () => {
  test.each<[string, Partial<Asked>, number, string, string?]>([
    ['truncated', { raw: '{"name":"A"' }, 400, 'malformed_json'],
    ['not JSON', { raw: 'name=A' }, 400, 'malformed_json'],
    ['two values', { raw: '{"name":"A"}{}' }, 400, 'malformed_json'],
    ['a BOM before it', { raw: '\ufeff{"name":"A"}' }, 201, ''],
    ['a list', { raw: '[]' }, 400, 'invalid_request', ''],
    ['a text', { raw: '"A"' }, 400, 'invalid_request', ''],
    ['null', { raw: 'null' }, 400, 'invalid_request', ''],
    ['nothing', {}, 400, 'invalid_request', '/name'],
    ['nothing but space', { raw: ' \n ' }, 400, 'invalid_request', '/name'],
    ['an unknown field', { body: { name: 'A', age: 1 } }, 400, 'invalid_request', '/age'],
    ['an unknown field with an awkward name', { body: { name: 'A', 'a/b~c': 1 } }, 400, 'invalid_request', '/a~1b~0c'],
    ['a wrong type', { body: { name: 5 } }, 400, 'invalid_request', '/name'],
    ['a null', { body: { name: null } }, 400, 'invalid_request', '/name'],
    ['an empty name', { body: { name: '  ' } }, 400, 'invalid_request', '/name'],
    [
      'a bad entry of a list',
      { body: { name: 'A', notificationEmails: ['a@b.kr', 'x'] } },
      400,
      'invalid_request',
      '/notificationEmails/1',
    ],
    ['a word of no list', { body: { name: 'A', identityStatus: 'maybe' } }, 400, 'invalid_request', '/identityStatus'],
    ['a prototype', { raw: '{"name":"A","__proto__":{"isAdmin":true}}' }, 400, 'invalid_request', '/__proto__'],
    ['a deep prototype', { raw: '{"name":"A","x":{"__proto__":{}}}' }, 400, 'invalid_request', '/x/__proto__'],
    ['a constructor', { raw: '{"name":"A","constructor":{"prototype":{}}}' }, 400, 'invalid_request', '/constructor'],
    ['half a character', { raw: '{"name":"\\ud83d"}' }, 400, 'invalid_request', '/name'],
    ['a depth of 20', { raw: nested(20) }, 400, 'invalid_request'],
    ['a depth of 100,000', { raw: nested(100_000) }, 400, 'invalid_request'],
    ['a depth of 500,000 lists', { raw: '['.repeat(500_000) + ']'.repeat(500_000) }, 400, 'invalid_request'],
    [
      'a form',
      { raw: 'name=A', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    ['no type', { raw: '{"name":"A"}', headers: { 'Content-Type': '' } }, 415, 'unsupported_media_type'],
    [
      'another charset',
      { raw: '{}', headers: { 'Content-Type': 'application/json; charset=euc-kr' } },
      415,
      'unsupported_media_type',
    ],
    [
      'the right charset',
      { raw: '{"name":"A"}', headers: { 'Content-Type': 'Application/JSON; charset="UTF-8"' } },
      201,
      '',
    ],
    ['too much', { raw: JSON.stringify({ name: 'A'.repeat(requestBytesMax) }) }, 413, 'body_too_large'],
    [
      'too much in bytes, not in characters',
      { raw: JSON.stringify({ name: '가'.repeat(requestBytesMax / 3) }) },
      413,
      'body_too_large',
    ],
    ['too much in base64', { raw: ' '.repeat(requestBytesMax + 1), base64: true }, 413, 'body_too_large'],
    ['a length that says too much', { raw: '{}', headers: { 'content-length': '99999999999' } }, 413, 'body_too_large'],
    ['a length that says too little', { raw: '{"name":"A"}', headers: { 'content-length': '1' } }, 201, ''],
    ['as much as may be', { raw: `{"name":"A"}${' '.repeat(requestBytesMax - 12)}` }, 201, ''],
    ['as much as may be in base64', { raw: `{"name":"A"}${' '.repeat(requestBytesMax - 12)}`, base64: true }, 201, ''],
    ['one byte more', { raw: `{"name":"A"}${' '.repeat(requestBytesMax - 11)}` }, 413, 'body_too_large'],
    ['the same member twice', { raw: '{"name":"A","name":"B"}' }, 201, ''],
  ])('%s', async (_, asked, status, code, pointer) => {
    const told = await suite.api({ ...tenants, ...asked });
    expect(told.status).toBe(status);
    if (status < 300) return;
    expect(told.json).toMatchObject({
      status,
      code,
      type: `/docs/problems#${code}`,
      requestId: told.headers['x-request-id'],
    });
    expect(told.headers['content-type']).toBe('application/problem+json');
    if (pointer !== undefined)
      expect(told.json.errors.map((each: { pointer: string }) => each.pointer)).toContain(pointer);
    await nothingMade();
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test('bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xb0, 0xa1]), Buffer.from('"}')]);
    const told = await suite.api({ ...tenants, raw: bytes, base64: true });
    expect(told).toMatchObject({ status: 400, json: { code: 'malformed_json' } });
    await nothingMade();
  });

  test('every mistake is told at once, and no more than fifty', async () => {
    const told = await suite.api({ ...tenants, body: { name: 1, notificationEmails: 'x', identityStatus: 2, y: 3 } });
    expect(told.json.errors).toEqual([
      { in: 'body', pointer: '/name', code: 'wrong_type', detail: expect.any(String) },
      { in: 'body', pointer: '/notificationEmails', code: 'wrong_type', detail: expect.any(String) },
      { in: 'body', pointer: '/identityStatus', code: 'invalid_value', detail: expect.any(String) },
      { in: 'body', pointer: '/y', code: 'unknown_field', detail: expect.any(String) },
    ]);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, 1]));
    expect((await suite.api({ ...tenants, body: many })).json.errors).toHaveLength(50);
  });

  test('values are not repeated back', async () => {
    const told = await suite.api({ ...tenants, body: { name: 'A', identityStatus: '010-1234-5678' } });
    expect(told.text).not.toContain('1234');
  });

  test('where no body belongs, none is taken', async () => {
    const { id } = await newTenant(suite.api);
    const suspend = { method: 'POST', path: `/operator/v1/tenants/${id}/suspend`, key: operatorKey } as const;
    expect((await suite.api({ ...suspend, body: { reason: 'x' } })).json.errors[0].pointer).toBe('/reason');
    expect((await suite.api({ ...suspend, body: [] })).status).toBe(400);
    expect((await suite.api({ ...suspend, body: {} })).status).toBe(200);
  });
});

test('an authentication message that does not say so is refused in words, wherever it is given', async () => {
  const { live } = await newTenant(suite.api);
  const message = { from: '0212345678', text: '번호 {{ code }}', type: 'auth' };
  const list = [{ to: '01023456789', variables: { code: '1234' } }];
  for (const [path, recipients] of [
    ['/v1/messages', list],
    ['/v1/dispatches', { list }],
  ] as const) {
    const { status, json } = await suite.api({ method: 'POST', path, key: live, body: { message, recipients } });
    expect([status, json.code]).toEqual([422, 'invalid_template']);
    expect(json.errors).toEqual([
      expect.objectContaining({ pointer: '/message/text', detail: expect.stringContaining('인증, 비밀번호') }),
    ]);
  }
});

describe('numbers as variables', () => {
  const send = async (number: string) => {
    const { live } = await newTenant(suite.api);
    const raw = `{"message":{"from":"0212345678","text":"{{ n }}"},"recipients":[{"to":"01023456789","variables":{"n":${number}}}]}`;
    return (await suite.api({ method: 'POST', path: '/v1/messages', key: live, raw })).json;
  };

  test.each(['12345678901234567890', '9007199254740993', '1.2345678901234567', '1e21', '1e400'])(
    '%s would not be sent as it was given, so it is refused',
    async (number) => {
      expect((await send(number)).errors).toEqual([expect.objectContaining({ pointer: '/recipients/0/variables/n' })]);
    },
  );

  test.each(['0', '-5', '3.50', '123456789012345', '0.25'])('%s is taken', async (number) => {
    expect((await send(number)).code).toBe('sender_not_approved');
  });
});

describe('what is wrong is said in words', () => {
  const message = { from: '0212345678', text: 'Hello' };
  const recipients = [{ to: '01023456789' }];
  const uploadId = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const list = (given: unknown) => ({ message, recipients: { list: given } });
  const upload = { purpose: 'recipients', fileName: 'a.csv', onInvalidRows: 'skip' };

  test.each<[string, object, ...[pointer: string, code: string, detail: string][]]>([
    ['messages', { recipients }, ['/message', 'missing', 'is missing']],
    ['messages', { message: 5, recipients }, ['/message', 'wrong_type', 'must be an object']],
    [
      'messages',
      { message: { ...message, text: null }, recipients },
      ['/message/text', 'wrong_type', 'must be a text'],
    ],
    [
      'messages',
      { message: { ...message, text: '' }, recipients },
      ['/message/text', 'too_small', 'must not be empty'],
    ],
    [
      'messages',
      { message: { ...message, text: 'x'.repeat(20_001) }, recipients },
      ['/message/text', 'too_big', 'must have at most 20,000 characters'],
    ],
    ['messages', { message, recipients: {} }, ['/recipients', 'wrong_type', 'must be a list']],
    ['messages', { message, recipients: [] }, ['/recipients', 'too_small', 'must not be empty']],
    [
      'messages',
      { message, recipients: Array(1_001).fill(recipients[0]) },
      ['/recipients', 'too_big', 'must have at most 1,000 entries'],
    ],
    ['messages', { message, recipients: [{}] }, ['/recipients/0/to', 'missing', 'is missing']],
    [
      'messages',
      { message, recipients: [{ to: '01023456789', variables: { a: [], '': 'x' } }] },
      ['/recipients/0/variables/a', 'wrong_type', 'must be a text or a number'],
      ['/recipients/0/variables/', 'invalid_value', 'has a name that is empty or too long'],
    ],
    [
      'messages',
      { message: { ...message, variables: [{ name: 'a', type: 'color' }] }, recipients },
      ['/message/variables/0/type', 'invalid_value', 'must be one of `text`, `integer`, `decimal`, `date`, `datetime`'],
    ],
    ['messages', { message, recipients, colour: 1 }, ['/colour', 'unknown_field', 'There is no such field.']],
    ['dispatches', { message }, ['/recipients', 'missing', 'is missing']],
    [
      'dispatches',
      { message, recipients: {} },
      ['/recipients', 'invalid_value', 'Give one of uploadId, list and contactIds.'],
    ],
    [
      'dispatches',
      { message, recipients: { uploadId, list: recipients } },
      ['/recipients', 'invalid_value', 'Give one of uploadId, list and contactIds.'],
    ],
    ['dispatches', { message, recipients: [] }, ['/recipients', 'wrong_type', 'must be an object']],
    [
      'dispatches',
      { message, recipients: { uploadId: 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV' } },
      ['/recipients/uploadId', 'invalid_format', 'is not an upload id (upl_…)'],
    ],
    ['dispatches', { message, recipients: { uploadId: 5 } }, ['/recipients/uploadId', 'wrong_type', 'must be a text']],
    [
      'dispatches',
      list([{ to: 5, name: 'A' }]),
      ['/recipients/list/0/to', 'wrong_type', 'must be a text'],
      ['/recipients/list/0/name', 'unknown_field', 'There is no such field.'],
    ],
    ['uploads', { ...upload, onInvalidRows: undefined }, ['/onInvalidRows', 'missing', 'is missing']],
    [
      'uploads',
      { ...upload, purpose: 'x' },
      ['/purpose', 'invalid_value', 'must be one of `recipients`, `attachment`, `evidence`, `document`'],
    ],
    ['uploads', { ...upload, requiredColumns: ['a', ''] }, ['/requiredColumns/1', 'too_small', 'must not be empty']],
  ])('POST /v1/%s %j', async (noun, body, ...errors) => {
    const { live } = await newTenant(suite.api);
    const { status, json } = await suite.api({ method: 'POST', path: `/v1/${noun}`, key: live, body });
    expect(status).toBe(400);
    expect(json.errors).toEqual(errors.map(([pointer, code, detail]) => ({ in: 'body', pointer, code, detail })));
  });

  test.each([
    [{ requestsPerSecond: 1.5 }, 'must be a whole number'],
    [{ requestsPerSecond: 0 }, 'must be at least 1'],
    [{ requestsPerSecond: 1e9 }, expect.stringMatching(/^must be at most [\d,]+$/)],
    [{ requestsPerSecond: '5' }, 'must be a number'],
  ])('a rate of %j', async (rateLimit, detail) => {
    const { live } = await newTenant(suite.api);
    const { json } = await suite.api({ method: 'PATCH', path: '/v1/settings', key: live, body: { rateLimit } });
    expect(json.errors).toMatchObject([{ pointer: '/rateLimit/requestsPerSecond', detail }]);
  });

  test('an address of no mailbox', async () => {
    const { json } = await suite.api({ ...tenants, body: { name: 'A', notificationEmails: ['x'] } });
    expect(json.errors).toMatchObject([{ code: 'invalid_format', detail: 'is not an email address' }]);
  });
});

describe('cursors of messages', () => {
  const at = '2026-11-20T10:00:00.000Z#dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const [bad, good] = [{ status: 400, json: { code: 'invalid_cursor' } }, { status: 200 }];
  const dispatch = 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV';

  test.each([
    ['to=01023456789', at, good],
    ['to=01023456789', `${at}#b0r12`, good],
    ['to=01023456789', `${at}#x3r0`, good],
    ['to=01023456789', `|b|0|0|${at}`, bad],
    ['to=01023456789', 'x', bad],
    ['to=01023456789', '', bad],
    ['to=01023456789', '9', bad],
    ['to=01023456789', `${at}#`, bad],
    ['to=01023456789', `${at}#c0r0`, bad],
    ['to=01023456789', '2026-11-20T10:00:00.000Z', bad],
    ['', `|b|0|0|${at}`, good],
    ['', `${dispatch}|x|1|2|${at}`, good],
    ['', `${dispatch}|b|0|5|`, good],
    ['', at, bad],
    ['', `${at}#b0r12`, bad],
    ['', '|b|0|0|x', bad],
    ['', '|b|0|0|2026', bad],
    ['', `|b|0|0|${at}#b0r12`, bad],
    ['', `|b|0|0|${at}|`, bad],
    ['', `|c|0|0|${at}`, bad],
  ])('the query %j with %j', async (query, position, told) => {
    const { live } = await newTenant(suite.api);
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    expect(await suite.api({ path: '/v1/messages', key: live, query: `${query}&cursor=${cursor}` })).toMatchObject(
      told,
    );
  });

  test.each(['', 'to=01023456789'])('given out by a search (%j) are taken', async (query) => {
    const tenant = await newTenant(suite.api);
    const ids = [await makers.messages!(suite.api, tenant), await makers.messages!(suite.api, tenant)].map(
      ({ id }) => id,
    );
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, json } = await suite.api({
        path: '/v1/messages',
        key: tenant.live,
        query: `${query}&limit=1${cursor && `&cursor=${cursor}`}`,
      });
      expect(status).toBe(200);
      found.push(...json.data.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
    }
    expect(found.sort()).toEqual(ids.sort());
  });
});

describe('cursors of dispatches', () => {
  test('of another list are refused, not read as some place in this one', async () => {
    const tenant = await newTenant(suite.api);
    await makers.dispatches!(suite.api, tenant);
    await makers.dispatches!(suite.api, tenant);
    const list = (query: string) => suite.api({ path: '/v1/dispatches', key: tenant.live, query });
    const { data, nextCursor } = (await list('limit=1')).json;
    const rest = (await list(`cursor=${nextCursor}`)).json;
    expect([...data, ...rest.data]).toHaveLength(2);
    for (const position of ['x', '2026', 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV|b|0|0|', '2099-01-01T00:00:00.000Z']) {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
      expect(await list(`cursor=${cursor}`)).toMatchObject({ status: 400, json: { code: 'invalid_cursor' } });
    }
  });
});

describe('ids', () => {
  const paths: Readonly<Record<string, string>> = { 'api-keys': 'DELETE' };
  const below: Readonly<Record<string, string>> = { consents: '/imports', 'opt-outs': '/imports' };

  test.each(Object.keys(makers))('of %s have one spelling', async (noun) => {
    const tenant = await newTenant(suite.api);
    const { id } = await makers[noun]!(suite.api, tenant);
    const method = paths[noun] ?? 'GET';
    const status = async (spelled: string) =>
      (
        await suite.api({
          method,
          path: `/v1/${noun}${below[noun] ?? ''}/${encodeURIComponent(spelled)}`,
          key: tenant.live,
        })
      ).status;
    for (const other of [
      id.toLowerCase(),
      id.toUpperCase(),
      `${id}0`,
      `${id} `,
      id.replace('b0', 'b00'),
      id.slice(4),
    ]) {
      if (other !== id) expect([other, await status(other)]).toEqual([other, 404]);
    }
    expect(await status(id)).toBeLessThan(300);
  });
});

describe('addresses and methods', () => {
  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/credits/',
    '/v1/credits/x',
    '//v1/credits',
    '/v1//credits',
    '/V1/credits',
    '/v1/credits%20',
    '/v1/api-keys/%E0%A4%A',
    '/v2/credits',
    '/constructor',
    '/__proto__',
  ])('%s is nothing', async (path) => {
    const { live } = await newTenant(suite.api);
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      expect(await suite.api({ method, path, key: live })).toMatchObject({ status: 404, json: { code: 'not_found' } });
    }
  });

  test('a method that is not there is told which are', async () => {
    for (const method of ['PUT', 'PATCH', 'POST', 'TRACE', 'constructor', '__proto__']) {
      const told = await suite.api({ method, path: '/v1/credits' });
      expect(told).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } });
      expect(told.headers.allow).toBe('GET, HEAD, OPTIONS');
    }
    const options = await suite.api({ method: 'OPTIONS', path: '/v1/api-keys' });
    expect(options).toMatchObject({ status: 204, text: '' });
    expect(options.headers.allow).toBe('GET, POST, HEAD, OPTIONS');
  });

  test('HEAD is GET without the body', async () => {
    const { live } = await newTenant(suite.api);
    const [get, head] = [
      await suite.api({ path: '/v1/settings', key: live }),
      await suite.api({ method: 'HEAD', path: '/v1/settings', key: live }),
    ];
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect((await suite.api({ method: 'HEAD', path: '/v1/settings' })).status).toBe(401);
  });

  test.each([
    ['limit=0', '/limit'],
    ['limit=501', '/limit'],
    ['limit=-1', '/limit'],
    ['limit=1e2', '/limit'],
    ['limit=', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['page=2', '/page'],
    ['__proto__=2', '/__proto__'],
    ['createdFrom=2026-13-01T00:00:00Z', '/createdFrom'],
  ])('the query %s points to %s', async (query, pointer) => {
    const { live } = await newTenant(suite.api);
    const told = await suite.api({ path: '/v1/credits/ledger', query, key: live });
    expect(told).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(told.json.errors).toMatchObject([{ in: 'query', pointer }]);
  });

  test('a query where none belongs is refused', async () => {
    const { live } = await newTenant(suite.api);
    const told = await suite.api({ path: '/v1/credits', query: 'x=1', key: live });
    expect(told.json.errors).toMatchObject([{ in: 'query', pointer: '/x', code: 'unknown_field' }]);
  });
});
