import '../../support/quiet-logs.ts';
import { describe, expect, test, vi } from 'vitest';
import { logger } from '../../../functions/logger.ts';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { type Asked, newTenant, operatorKey } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';

const suite = apiSuite();
const time = (ms: number) => new Date(startMs + ms).toISOString();
/** The nth of many numbers, E.164. */
const numbered = (n: number) => `+82102${String(n).padStart(7, '0')}`;

const turn = (verb: string, key: string, phoneNumbers: unknown, more: Partial<Asked> = {}) =>
  suite.api({ method: 'POST', path: `/v1/sms/${verb}`, key, body: { phoneNumbers }, ...more });
const optOut = (key: string, ...phoneNumbers: string[]) => turn('unsubscribe', key, phoneNumbers);
const comeBack = (key: string, ...phoneNumbers: string[]) => turn('subscribe', key, phoneNumbers);
const resultsOf = ({ json }: { readonly json: { data: { result: string }[] } }) =>
  json.data.map(({ result }) => result);
const find = (key: string, number: string) => suite.api({ path: `/v1/opt-outs/${encodeURIComponent(number)}`, key });
const list = (key: string, query = '') => suite.api({ path: '/v1/opt-outs', key, query });
const download = (key: string, query = '') => suite.api({ path: '/v1/opt-outs/export', key, query });

describe('opting out', () => {
  test.each(['010-2345-6789', '01023456789', '821023456789', '+82 10 2345 6789', '0082-10-2345-6789', '1023456789'])(
    'of %s, in whatever form, is known at once under every form',
    async (form) => {
      const { live } = await newTenant(suite.api);
      expect(await optOut(live, form)).toMatchObject({
        status: 200,
        json: { data: [{ index: 0, to: '+821023456789', result: 'changed' }] },
      });
      const known = { number: '+821023456789', optedOutAt: time(0), source: 'api' };
      expect(await find(live, '010-2345-6789')).toMatchObject({ status: 200, json: known });
      expect((await list(live)).json).toEqual({ data: [known], nextCursor: null });
    },
  );

  test('twice leaves the time of the first', async () => {
    const { live } = await newTenant(suite.api);
    await optOut(live, numbered(1));
    suite.clock.nowMs += 60_000;
    expect(resultsOf(await optOut(live, numbered(1)))).toEqual(['unchanged']);
    expect((await find(live, numbered(1))).json.optedOutAt).toBe(time(0));
  });

  test('answers number by number, in the order given; who is named twice is changed once', async () => {
    const { live } = await newTenant(suite.api);
    await optOut(live, numbered(1));
    const told = await optOut(live, numbered(2), '010-12', numbered(1), '', '010-2000-0002', '+1 415 555 0123');
    expect(told.json.data).toEqual([
      { index: 0, to: numbered(2), result: 'changed' },
      { index: 1, to: '010-12', result: 'invalid_number' },
      { index: 2, to: numbered(1), result: 'unchanged' },
      { index: 3, to: '', result: 'invalid_number' },
      { index: 4, to: numbered(2), result: 'unchanged' },
      { index: 5, to: '+14155550123', result: 'changed' },
    ]);
  });

  test('of a thousand at once', async () => {
    const { live } = await newTenant(suite.api);
    const all = Array.from({ length: 1_000 }, (_, i) => numbered(i));
    expect(new Set(resultsOf(await optOut(live, ...all)))).toEqual(new Set(['changed']));
    expect(new Set(resultsOf(await optOut(live, ...all)))).toEqual(new Set(['unchanged']));
    expect((await list(live, 'limit=500')).json.data).toHaveLength(500);
    const exported = (await download(live)).text.match(/\+82\d{10}/g)!;
    expect(exported.toSorted()).toEqual(all);
  }, 60_000);

  test('needs no Idempotency-Key, and minds none', async () => {
    const { live } = await newTenant(suite.api);
    const phoneNumbers = [numbered(1)];
    for (const [verb, idem] of [
      ['unsubscribe', null],
      ['subscribe', 'mine'],
      ['unsubscribe', 'mine'],
    ] as const) {
      const told = await turn(verb, live, phoneNumbers, { idem });
      expect([told.status, resultsOf(told)]).toEqual([200, ['changed']]);
    }
  });

  test('is taken while the account is suspended, coming back is not', async () => {
    const { id, live } = await newTenant(suite.api);
    await suite.api({ method: 'POST', path: `/operator/v1/tenants/${id}/suspend`, key: operatorKey });
    expect(resultsOf(await optOut(live, numbered(1)))).toEqual(['changed']);
    expect(await comeBack(live, numbered(1))).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
    expect((await find(live, numbered(1))).status).toBe(200);
  });

  test('at the same moment as coming back ends as one of the two, and every read says the same', async () => {
    const { live } = await newTenant(suite.api);
    const numbers = Array.from({ length: 20 }, (_, i) => numbered(i));
    await Promise.all([optOut(live, ...numbers), comeBack(live, ...numbers), optOut(live, ...numbers)]);
    const listed = new Set((await list(live)).json.data.map(({ number }: { number: string }) => number));
    for (const number of numbers) expect((await find(live, number)).status).toBe(listed.has(number) ? 200 : 404);
  });

  test('of many, of which one breaks, is done for the others, and asking again does the rest', async () => {
    const { id, live } = await newTenant(suite.api);
    vi.spyOn(logger, 'error').mockImplementation(() => {});
    const { permissions } = suite.deps;
    const broken = vi.spyOn(permissions, 'change').mockImplementationOnce(async () => {
      throw new Error('broken');
    });
    const numbers = Array.from({ length: 60 }, (_, i) => numbered(i));
    expect((await optOut(live, ...numbers)).status).toBe(500);
    broken.mockRestore();
    const digits = numbers.map((number) => number.slice(1));
    expect((await permissions.readMany(id as OwnerId, digits)).size).toBe(59);
    expect(resultsOf(await optOut(live, ...numbers)).filter((result) => result === 'changed')).toHaveLength(1);
  });
});

describe('coming back', () => {
  test('ends the opt-out and keeps the history', async () => {
    const { live } = await newTenant(suite.api);
    await optOut(live, numbered(1));
    suite.clock.nowMs += 60_000;
    expect(resultsOf(await comeBack(live, numbered(1)))).toEqual(['changed']);
    expect(await find(live, numbered(1))).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect((await list(live)).json.data).toEqual([]);
    const { json } = await suite.api({ path: `/v1/consents/${numbered(1)}`, key: live });
    expect(json.optedOut).toBeNull();
    expect(json.history).toMatchObject([
      { at: time(60_000), source: 'api', optedOut: null },
      { at: time(0), source: 'api', optedOut: { at: time(0), source: 'api' } },
    ]);
  });

  test('of somebody who never left changes nothing', async () => {
    const { live } = await newTenant(suite.api);
    expect(resultsOf(await comeBack(live, numbered(1)))).toEqual(['unchanged']);
    expect((await suite.api({ path: `/v1/consents/${numbered(1)}`, key: live })).json.history).toEqual([]);
  });
});

describe('what is malformed', () => {
  test.each<[unknown, string, string]>([
    [undefined, '/phoneNumbers', 'missing'],
    [null, '/phoneNumbers', 'wrong_type'],
    ['01023456789', '/phoneNumbers', 'wrong_type'],
    [[], '/phoneNumbers', 'too_small'],
    [Array(1_001).fill('01023456789'), '/phoneNumbers', 'too_big'],
    [[1023456789], '/phoneNumbers/0', 'wrong_type'],
    [['01023456789', null], '/phoneNumbers/1', 'wrong_type'],
    [['0'.repeat(65)], '/phoneNumbers/0', 'too_big'],
  ])('phoneNumbers %j', async (phoneNumbers, pointer, code) => {
    const { live } = await newTenant(suite.api);
    for (const verb of ['unsubscribe', 'subscribe']) {
      const told = await turn(verb, live, phoneNumbers);
      expect(told).toMatchObject({ status: 400, json: { errors: [{ in: 'body', pointer, code }] } });
    }
    expect((await list(live)).json.data).toEqual([]);
  });

  test.each([
    ['/v1/opt-outs', 'limit=501', '/limit'],
    ['/v1/opt-outs', 'createdFrom=2026-11-21', '/createdFrom'],
    ['/v1/opt-outs', 'number=01023456789', '/number'],
    ['/v1/opt-outs/export', 'limit=10001', '/limit'],
    ['/v1/opt-outs/export', 'format=xlsx', '/format'],
  ])('GET %s?%s', async (path, query, pointer) => {
    const { live } = await newTenant(suite.api);
    expect(await suite.api({ path, query, key: live })).toMatchObject({
      status: 400,
      json: { errors: [{ in: 'query', pointer }] },
    });
  });

  test.each([
    'x',
    '',
    '2026-11-21T03:00:00.000Z',
    '2026-11-21T03:00:00.000Z#',
    '2026#82102',
    '2099-01-01T00:00:00.000Z#a',
  ])('the cursor %j', async (position) => {
    const { live } = await newTenant(suite.api);
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    for (const path of ['/v1/opt-outs', '/v1/opt-outs/export']) {
      const told = await suite.api({ path, query: `cursor=${cursor}`, key: live });
      expect(told).toMatchObject({ status: 400, json: { code: 'invalid_cursor' } });
    }
  });

  test.each(['010-12', 'everybody', '+', '010-2345-6789-0', '0'.repeat(65)])('%s is nobody', async (number) => {
    const { live } = await newTenant(suite.api);
    expect(await find(live, number)).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });
});

describe('the list', () => {
  /** Five people who left a minute apart. */
  async function five(): Promise<string> {
    const { live } = await newTenant(suite.api);
    for (let i = 0; i < 5; i++) {
      suite.clock.nowMs = startMs + i * 60_000;
      await optOut(live, numbered(i));
    }
    return live;
  }
  const numbersOf = ({ json }: { readonly json: { data: { number: string }[] } }) =>
    json.data.map(({ number }) => number);

  test('is newest first, page by page', async () => {
    const live = await five();
    const found: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(live, `limit=2${cursor && `&cursor=${cursor}`}`);
      found.push(numbersOf(page));
      cursor = page.json.nextCursor;
    }
    expect(found).toEqual([[numbered(4), numbered(3)], [numbered(2), numbered(1)], [numbered(0)]]);
  });

  test.each([
    [`createdFrom=${time(60_000)}`, [4, 3, 2, 1]],
    [`createdUntil=${time(60_000)}`, [0]],
    [`createdFrom=${time(60_000)}&createdUntil=${time(180_000)}`, [2, 1]],
    [`createdFrom=${time(180_000)}&createdUntil=${time(60_000)}`, []],
    [`createdFrom=${time(60_001)}&createdUntil=${time(60_002)}`, []],
  ])('%s: from is included, until is not', async (query, found) => {
    expect(numbersOf(await list(await five(), query))).toEqual(found.map(numbered));
  });
});

describe('the export', () => {
  test('is a csv that spreadsheets show as it is, newest first', async () => {
    const { live } = await newTenant(suite.api);
    await optOut(live, numbered(1));
    suite.clock.nowMs += 1_000;
    await optOut(live, numbered(2));
    const told = await download(live);
    expect(told.text).toBe(
      `\uFEFFphoneNumber,optedOutAt,source\r\n'${numbered(2)},${time(1_000)},api\r\n'${numbered(1)},${time(0)},api\r\n`,
    );
    expect(told.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(told.headers['content-disposition']).toContain('opt-outs.csv');
    expect(told.headers).not.toHaveProperty('next-cursor');
  });

  test('goes on where the file before ended, and its numbers are read as they are written', async () => {
    const { live } = await newTenant(suite.api);
    const all = Array.from({ length: 7 }, (_, i) => numbered(i));
    await optOut(live, ...all);
    const found: string[] = [];
    let files = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined; files++) {
      const { text, headers } = await download(live, `limit=3${cursor && `&cursor=${cursor}`}`);
      const rows = text.split('\r\n').slice(1, -1);
      expect(rows.length).toBeLessThanOrEqual(3);
      found.push(...rows.map((row) => row.split(',')[0]!));
      cursor = headers['next-cursor'];
    }
    expect(files).toBe(3);
    expect((await comeBack(live, ...found)).json.data.map(({ to }: { to: string }) => to).sort()).toEqual(all);
    expect((await list(live)).json.data).toEqual([]);
  });

  test('of nobody has only its header', async () => {
    const { live } = await newTenant(suite.api);
    expect((await download(live)).text).toBe('\uFEFFphoneNumber,optedOutAt,source\r\n');
  });
});

test('another tenant’s, or the other mode’s, are never seen, nor changed', async () => {
  const [owner, other] = [await newTenant(suite.api), await newTenant(suite.api)];
  const number = numbered(1);
  await optOut(owner.live, number);
  await optOut(owner.live, numbered(2));
  const { nextCursor } = (await list(owner.live, 'limit=1')).json;
  for (const key of [other.live, other.test, owner.test]) {
    expect(await find(key, number)).toMatchObject({
      status: 404,
      json: (({ requestId: _, ...rest }) => rest)((await find(key, numbered(9))).json),
    });
    expect((await list(key)).json).toEqual({ data: [], nextCursor: null });
    expect((await list(key, `cursor=${nextCursor}`)).json.data).toEqual([]);
    for (const query of ['', `cursor=${nextCursor}`]) expect((await download(key, query)).text).not.toContain('8210');
    expect(resultsOf(await comeBack(key, number))).toEqual(['unchanged']);
    expect(resultsOf(await optOut(key, number))).toEqual(['changed']);
    expect(resultsOf(await comeBack(key, number))).toEqual(['changed']);
  }
  expect((await find(owner.live, number)).json).toEqual({ number, optedOutAt: time(0), source: 'api' });
});

test('the log names routes, never a number', async () => {
  const { live } = await newTenant(suite.api);
  const lines = vi.spyOn(logger, 'info').mockImplementation(() => {});
  const errors = vi.spyOn(logger, 'error').mockImplementation(() => {});
  await optOut(live, '010-2345-6789', '010-12');
  await find(live, '010-2345-6789');
  await find(live, '01023456789');
  await suite.api({ path: '/v1/consents/+821023456789', key: live });
  await suite.api({ path: '/v1/consents/01023456789', key: null });
  await suite.api({ path: '/v1/consents/01023456789/x', key: live });
  await suite.api({ method: 'PUT', path: '/v1/consents/01023456789', key: live, body: { marketing: 'yes' } });
  vi.spyOn(suite.deps.permissions, 'readMany').mockRejectedValue(new Error('broken'));
  await find(live, '01023456789');
  expect(lines).toHaveBeenCalledTimes(8);
  expect(errors).toHaveBeenCalledTimes(1);
  const told = JSON.stringify([lines.mock.calls, errors.mock.calls]);
  expect(told).not.toMatch(/2345|010-12/);
  for (const route of ['POST /v1/sms/unsubscribe', 'GET /v1/opt-outs/{number}', 'PUT /v1/consents/{number}']) {
    expect(told).toContain(route);
  }
  vi.restoreAllMocks();
});
