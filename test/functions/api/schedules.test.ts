import { beforeEach, describe, expect, test } from 'vitest';
import { openApi, operatorKey, type TestTenant, type Told } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';
import { newShop } from './things.ts';

const suite = apiSuite();
const [hourMs, dayMs] = [3_600_000, 86_400_000];
const iso = (atMs: number) => new Date(atMs).toISOString();
const message = { from: '0212345678', text: 'Hello' };
const to = (count: number) => Array.from({ length: count }, (_, i) => ({ to: `0102345${1_000 + i}` }));

let shop: TestTenant;
beforeEach(async () => {
  shop = await newShop(suite.api);
});

const paths = ['/v1/messages', '/v1/dispatches'] as const;
const bodyFor = (path: string, over: object) => ({
  message,
  recipients: path === '/v1/messages' ? to(3) : { list: to(3) },
  ...over,
});
/** A list of a call lies in an object; where there are none, it is enough to say how long it is. */
const withLists = () =>
  openApi({
    ...suite.deps,
    creating: {
      ...suite.deps.creating,
      lists: {
        write: async (_id, { length: rows }) => ({ rowsKey: 'x', rejectedKey: 'x', columns: [], rows, rejected: 0 }),
      },
    },
  });
const post = (path: string, over: object, idem?: string): Promise<Told> =>
  withLists()({ method: 'POST', path, key: shop.live, body: bodyFor(path, over), ...(idem && { idem }) });
const get = (id: string) => suite.api({ path: `/v1/dispatches/${id}`, key: shop.live });
const patch = (id: string, body: unknown, key = shop.live) =>
  suite.api({ method: 'PATCH', path: `/v1/dispatches/${id}`, key, body });
const cancelMany = (ids: unknown, key = shop.live) =>
  suite.api({ method: 'POST', path: '/v1/dispatches/cancel', key, body: { ids } });

async function scheduled(atMs = startMs + hourMs): Promise<string> {
  const told = await post('/v1/messages', { schedule: { at: iso(atMs) } });
  expect(told.status).toBe(202);
  return told.json.dispatchId;
}
const available = async () => (await suite.api({ path: '/v1/credits', key: shop.live })).json.available;
const nothingMade = async () => {
  expect((await suite.api({ path: '/v1/dispatches', key: shop.live })).json.data).toEqual([]);
  expect(await available()).toBe(1_000);
};

const asTime = 'must be a time with an offset (2026-12-24T10:00:00+09:00), or a local time beside timeZone';
const sayWhere = 'Say where: add an offset such as +09:00, or a timeZone such as Asia/Seoul.';
const seoul = 'Asia/Seoul';

describe('a malformed schedule', () => {
  test.each<[given: unknown, pointer: string, code: string, detail: string]>([
    [{ at: '2026-12-24T10:00' }, '/at', 'missing', sayWhere],
    [{ at: '2026-12-24T10:00:00.5', timeZone: null }, '/at', 'missing', sayWhere],
    [{}, '/at', 'missing', 'is missing'],
    [{ timeZone: seoul }, '/at', 'missing', 'is missing'],
    [{ at: null }, '/at', 'wrong_type', 'must be a text'],
    [{ at: 1_798_074_000_000 }, '/at', 'wrong_type', 'must be a text'],
    [{ at: '' }, '/at', 'invalid_format', asTime],
    [{ at: 'tomorrow' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24 10:00:00+09:00' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24T10:00:00+0900' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24T10:00:00+24:00' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24T10:00:00 Asia/Seoul' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-02-30T10:00', timeZone: seoul }, '/at', 'invalid_format', asTime],
    [{ at: '2027-02-29T10:00:00Z' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-32T10:00:00Z' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-13-01T10:00:00Z' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24T24:00:00Z' }, '/at', 'invalid_format', asTime],
    [{ at: '2026-12-24T10:60', timeZone: seoul }, '/at', 'invalid_format', asTime],
    [
      { at: '2026-12-24T10:00', timeZone: 'KST' },
      '/timeZone',
      'invalid_value',
      'is no IANA time zone, such as Asia/Seoul',
    ],
    [
      { at: '2026-12-24T10:00', timeZone: '+09:00' },
      '/timeZone',
      'invalid_value',
      'is no IANA time zone, such as Asia/Seoul',
    ],
    [
      { at: '2026-12-24T10:00', timeZone: '' },
      '/timeZone',
      'invalid_value',
      'is no IANA time zone, such as Asia/Seoul',
    ],
    [{ at: '2026-12-24T10:00', timeZone: 9 }, '/timeZone', 'wrong_type', 'must be a text'],
    [{ at: '2026-12-24T10:00', timeZone: 'x'.repeat(65) }, '/timeZone', 'too_big', 'must have at most 64 characters'],
    [
      { at: '2026-12-24T10:00:00+09:00', timeZone: seoul },
      '/timeZone',
      'no_effect',
      'Give either an offset in `at` or a timeZone.',
    ],
    [
      { at: '2026-12-24T01:00:00Z', timeZone: seoul },
      '/timeZone',
      'no_effect',
      'Give either an offset in `at` or a timeZone.',
    ],
    [{ at: '2026-12-24T10:00:00+09:00', on: 1 }, '/on', 'unknown_field', 'There is no such field.'],
    ['2026-12-24T10:00:00+09:00', '', 'wrong_type', 'must be an object'],
    [[], '', 'wrong_type', 'must be an object'],
  ])('%j points to %s', async (schedule, pointer, code, detail) => {
    const errors = [{ in: 'body', pointer: `/schedule${pointer}`, code, detail }];
    for (const path of paths) {
      expect(await post(path, { schedule })).toMatchObject({ status: 400, json: { code: 'invalid_request', errors } });
    }
    await nothingMade();
    const id = await scheduled();
    expect(await patch(id, { schedule })).toMatchObject({ status: 400, json: { code: 'invalid_request', errors } });
    expect((await get(id)).json.schedule).toEqual({ at: iso(startMs + hourMs) });
  });

  test('on a reschedule none at all is one too: null must be said', async () => {
    const id = await scheduled();
    const missing = [{ in: 'body', pointer: '/schedule', code: 'missing', detail: 'is missing' }];
    expect(await patch(id, {})).toMatchObject({ status: 400, json: { errors: missing } });
    const unknown = [{ pointer: '/split', code: 'unknown_field' }];
    expect(await patch(id, { schedule: null, split: null })).toMatchObject({ status: 400, json: { errors: unknown } });
  });
});

describe('a time at which nothing can go', () => {
  const latest = iso(startMs + 60 * dayMs);
  const tooBig = `The latest possible time is ${latest}.`;

  test.each<[at: string, timeZone: string | null, code: string, detail: string]>([
    [iso(startMs), null, 'in_the_past', 'This time has passed.'],
    [iso(startMs - 1), null, 'in_the_past', 'This time has passed.'],
    ['2026-11-21T12:00:00+09:00', null, 'in_the_past', 'This time has passed.'],
    ['2026-11-21T12:00', seoul, 'in_the_past', 'This time has passed.'],
    ['0000-01-01T00:00', seoul, 'in_the_past', 'This time has passed.'],
    [iso(startMs + 60 * dayMs + 1), null, 'too_big', tooBig],
    ['2027-01-20T12:00:01', seoul, 'too_big', tooBig],
    ['9999-12-31T23:59:59+09:00', null, 'too_big', tooBig],
  ])('%s %s is refused', async (at, timeZone, code, detail) => {
    const schedule = { at, timeZone };
    const errors = [{ in: 'body', pointer: '/schedule/at', code, detail }];
    for (const path of paths) {
      expect(await post(path, { schedule })).toMatchObject({ status: 422, json: { code: 'invalid_schedule', errors } });
    }
    await nothingMade();
    const id = await scheduled();
    expect(await patch(id, { schedule })).toMatchObject({ status: 422, json: { code: 'invalid_schedule', errors } });
    expect((await get(id)).json).toMatchObject({ status: 'scheduled', schedule: { at: iso(startMs + hourMs) } });
  });

  test.each([
    [iso(startMs + 1), null],
    [latest, null],
    ['2026-11-21T12:00:01', seoul],
    ['2027-01-20T12:00', 'asia/seoul'],
  ])('%s %s is just in reach', async (at, timeZone) => {
    for (const path of paths) expect((await post(path, { schedule: { at, timeZone } })).status).toBe(202);
    expect((await patch(await scheduled(), { schedule: { at, timeZone } })).status).toBe(200);
  });

  test('one that daylight saving skips; one that it brings twice is the earlier', async () => {
    suite.clock.nowMs = Date.parse('2027-03-01T00:00:00Z');
    const skipped = { at: '2027-03-14T02:30', timeZone: 'America/New_York' };
    const errors = [{ in: 'body', pointer: '/schedule/at', code: 'skipped_time', detail: expect.any(String) }];
    const refused = { status: 422, json: { code: 'invalid_schedule', errors } };
    for (const path of paths) expect(await post(path, { schedule: skipped })).toMatchObject(refused);
    await nothingMade();
    const id = await scheduled(suite.clock.nowMs + hourMs);
    expect(await patch(id, { schedule: skipped })).toMatchObject(refused);

    suite.clock.nowMs = Date.parse('2027-11-01T00:00:00Z');
    const twice = { at: '2027-11-07T01:30', timeZone: 'America/New_York' };
    const { json } = await post('/v1/dispatches', { schedule: twice });
    expect(json.schedule).toEqual({ at: '2027-11-07T05:30:00.000Z' });
  });
});

describe('a split', () => {
  const minutes = { intervalMinutes: 30 };
  test.each<[given: unknown, pointer: string, code: string]>([
    [{ count: 1, ...minutes }, '/count', 'too_small'],
    [{ count: 0, ...minutes }, '/count', 'too_small'],
    [{ count: -2, ...minutes }, '/count', 'too_small'],
    [{ count: 101, ...minutes }, '/count', 'too_big'],
    [{ count: 2.5, ...minutes }, '/count', 'wrong_type'],
    [{ count: '2', ...minutes }, '/count', 'wrong_type'],
    [{ ...minutes }, '/count', 'missing'],
    [{ count: 2 }, '/intervalMinutes', 'missing'],
    [{ count: 2, intervalMinutes: 0 }, '/intervalMinutes', 'too_small'],
    [{ count: 2, intervalMinutes: 1_441 }, '/intervalMinutes', 'too_big'],
    [{ count: 2, intervalMinutes: 1.5 }, '/intervalMinutes', 'wrong_type'],
    [{ count: 2, ...minutes, by: 'file' }, '/by', 'unknown_field'],
    [2, '', 'wrong_type'],
  ])('%j points to %s', async (split, pointer, code) => {
    expect(await post('/v1/dispatches', { split })).toMatchObject({
      status: 400,
      json: { code: 'invalid_request', errors: [{ in: 'body', pointer: `/split${pointer}`, code }] },
    });
    await nothingMade();
  });

  test('of more parts than there are recipients is refused', async () => {
    expect(await post('/v1/dispatches', { split: { count: 4, ...minutes } })).toMatchObject({
      status: 422,
      json: {
        code: 'invalid_schedule',
        errors: [
          { pointer: '/split/count', code: 'too_big', detail: expect.stringContaining('There are 3 recipients') },
        ],
      },
    });
    await nothingMade();
    const { status, json } = await post('/v1/dispatches', { split: { count: 3, ...minutes } });
    expect([status, json.split]).toEqual([202, { count: 3, ...minutes }]);
  });

  test('whose last part lies beyond 60 days is refused, with or without a schedule', async () => {
    const list = { recipients: { list: to(100) } };
    const long = { count: 61, intervalMinutes: 1_440 };
    expect((await post('/v1/dispatches', { ...list, split: long })).status).toBe(202);
    const over = [
      { split: { count: 62, intervalMinutes: 1_440 } },
      { split: long, schedule: { at: iso(startMs + 1) } },
      { split: { count: 2, intervalMinutes: 1 }, schedule: { at: iso(startMs + 60 * dayMs - 59_999) } },
    ];
    for (const each of over) {
      expect(await post('/v1/dispatches', { ...list, ...each })).toMatchObject({
        status: 422,
        json: { code: 'invalid_schedule', errors: [{ in: 'body', pointer: '/split', code: 'too_big' }] },
      });
    }
    const exact = { split: { count: 2, intervalMinutes: 1 }, schedule: { at: iso(startMs + 60 * dayMs - 60_000) } };
    expect((await post('/v1/dispatches', { ...list, ...exact })).status).toBe(202);
  });

  test('is no part of the short form', async () => {
    for (const split of [null, { count: 2, ...minutes }]) {
      expect(await post('/v1/messages', { split })).toMatchObject({
        status: 400,
        json: { errors: [{ pointer: '/split', code: 'unknown_field' }] },
      });
    }
  });
});

describe('a scheduled message', () => {
  test('holds its credits, waits for its time and says so', async () => {
    const id = await scheduled();
    const shown = (await get(id)).json;
    expect(shown).toMatchObject({
      status: 'scheduled',
      statusLabel: 'Waiting for delivery',
      schedule: { at: iso(startMs + hourMs) },
      split: null,
      credits: { held: 3, captured: 0 },
      quote: { finishesAt: iso(startMs + hourMs), available: 997 },
    });
    expect(shown.waves).toEqual([
      {
        number: 1,
        at: iso(startMs + hourMs),
        recipients: 3,
        releasedAt: null,
        progress: { planned: 3, skipped: 0, canceled: 0, submitted: 0, delivered: 0, failed: 0, unknown: 0 },
      },
    ]);
    const list = async (status: string) =>
      (await suite.api({ path: '/v1/dispatches', query: `status=${status}`, key: shop.live })).json.data;
    expect(await list('scheduled')).toEqual([shown]);
    expect(await list('sending')).toEqual([]);
  });

  test('needs its credits when it is scheduled, not when it goes', async () => {
    const recipients = to(1_000);
    expect(
      (await post('/v1/messages', { recipients: recipients.slice(0, 20), schedule: { at: iso(startMs + 1) } })).status,
    ).toBe(202);
    const short = await post('/v1/messages', { recipients, schedule: { at: iso(startMs + dayMs) } });
    expect(short).toMatchObject({ status: 402, json: { required: 1_000, available: 980 } });
  });

  test('is answered again as first, long after its time has come', async () => {
    const schedule = { at: iso(startMs + hourMs) };
    const first = await post('/v1/messages', { schedule }, 'a');
    suite.clock.nowMs += 2 * hourMs;
    const again = await post('/v1/messages', { schedule }, 'a');
    expect([again.status, again.json]).toEqual([202, first.json]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await post('/v1/messages', { schedule: { at: iso(startMs) } }, 'a');
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
  });

  test.each(paths)('%s: its key is known until a day after its time', async (path) => {
    const schedule = { at: iso(startMs + 59 * dayMs) };
    const first = await post(path, { schedule }, 'a');
    suite.clock.nowMs = startMs + 60 * dayMs - 1;
    const again = await post(path, { schedule }, 'a');
    expect([again.status, again.json]).toEqual([202, first.json]);
    suite.clock.nowMs++;
    const free = await post(path, { schedule }, 'a');
    expect(free).toMatchObject({ status: 422, json: { errors: [{ code: 'in_the_past' }] } });
  });

  test('a key of a refused time stays free', async () => {
    expect((await post('/v1/messages', { schedule: { at: iso(startMs) } }, 'a')).status).toBe(422);
    expect((await post('/v1/messages', { schedule: { at: iso(startMs + 1) } }, 'a')).status).toBe(202);
  });
});

describe('another time', () => {
  test('earlier, later, none: it is what it was told last, and holds what it held', async () => {
    const id = await scheduled();
    for (const at of [startMs + 5_000, startMs + 50 * dayMs, startMs + dayMs]) {
      const { status, json } = await patch(id, { schedule: { at: iso(at) } });
      expect(status).toBe(200);
      expect(json).toMatchObject({
        id,
        status: 'scheduled',
        schedule: { at: iso(at) },
        waves: [{ at: iso(at), releasedAt: null }],
        quote: { finishesAt: iso(at), available: 997 },
        credits: { held: 3 },
      });
      expect((await get(id)).json).toEqual(json);
    }
    const { status, json } = await patch(id, { schedule: null });
    expect(status).toBe(200);
    expect(json).toMatchObject({ schedule: null, waves: [{ at: iso(startMs) }], quote: { finishesAt: null } });
  });

  test.each(['cancel'])('after a %s there is none', async (move) => {
    const id = await scheduled();
    expect((await suite.api({ method: 'POST', path: `/v1/dispatches/${id}/${move}`, key: shop.live })).status).toBe(
      200,
    );
    for (const schedule of [null, { at: iso(startMs + hourMs) }]) {
      const told = await patch(id, { schedule });
      expect(told).toMatchObject({ status: 409, json: { code: 'wrong_state', detail: 'It was canceled.' } });
    }
    expect(await available()).toBe(1_000);
  });

  test('while it is prepared or sent there is none either', async () => {
    const preparing = (await post('/v1/dispatches', {})).json.id;
    const sending = (await post('/v1/messages', {})).json.dispatchId;
    const told = [await patch(preparing, { schedule: null }), await patch(sending, { schedule: null })];
    expect(told.map(({ status, json }) => [status, json.code])).toEqual(Array(2).fill([409, 'wrong_state']));
    expect(told[0]!.json.detail).toContain('still being prepared');
    expect(told[1]!.json.detail).toContain('being sent');
  });

  test('many at once: one of them is what it is told, never a mixture', async () => {
    const id = await scheduled();
    const times = [1, 2, 3, 4, 5, 6].map((hours) => startMs + hours * hourMs);
    const told = await Promise.all(times.map((at) => patch(id, { schedule: { at: iso(at) } })));
    expect(told.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const { schedule, waves, quote } = (await get(id)).json;
    expect(times.map(iso)).toContain(schedule.at);
    expect([waves[0].at, quote.finishesAt]).toEqual([schedule.at, schedule.at]);
    expect(await available()).toBe(997);
  });
});

test('a suspended customer can still stop what waits for its time, but not move it', async () => {
  const [one, other] = [await scheduled(), await scheduled()];
  const suspend = `/operator/v1/tenants/${shop.id}/suspend`;
  await suite.api({ method: 'POST', path: suspend, key: operatorKey });
  expect(await patch(one, { schedule: null })).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
  const canceled = await suite.api({ method: 'POST', path: `/v1/dispatches/${one}/cancel`, key: shop.live });
  expect(canceled).toMatchObject({ status: 200, json: { canceled: 3, gone: 0 } });
  expect((await cancelMany([other])).json.data).toMatchObject([{ id: other, result: 'canceled' }]);
  expect(await available()).toBe(1_000);
});

describe('canceling many', () => {
  const absent = 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV';

  test('answers each for itself, in the order asked, a repeated id once', async () => {
    const [a, b, c] = [await scheduled(), await scheduled(), await scheduled()];
    await suite.api({ method: 'POST', path: `/v1/dispatches/${b}/cancel`, key: shop.live });
    const { status, json } = await cancelMany([c, absent, b, c, a, absent]);
    expect(status).toBe(200);
    const gone = { status: 'canceled', canceled: 3, gone: 0 };
    expect(json.data).toEqual([
      { id: c, result: 'canceled', ...gone },
      { id: absent, result: 'not_found', status: null, canceled: 0, gone: 0 },
      { id: b, result: 'wrong_state', ...gone },
      { id: a, result: 'canceled', ...gone },
    ]);
    expect(await available()).toBe(1_000);
  });

  test('another tenant’s, or the other mode’s, is exactly like none', async () => {
    const id = await scheduled();
    const other = await newShop(suite.api);
    for (const key of [other.live, other.test, shop.test]) {
      const { status, json } = await cancelMany([id, absent], key);
      expect(status).toBe(200);
      expect(json.data[0]).toEqual({ ...json.data[1], id });
    }
    expect((await get(id)).json).toMatchObject({ status: 'scheduled', credits: { held: 3 } });
  });

  test('one that breaks does not keep the others from being canceled; asking again tells the rest', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await scheduled());
    const { canceling } = suite.deps;
    const read: typeof canceling.dispatches.read = async (id) => {
      if (id === ids[3]) throw new Error('Nobody knows why');
      return canceling.dispatches.read(id);
    };
    const broken = openApi({
      ...suite.deps,
      canceling: { ...canceling, dispatches: { ...canceling.dispatches, read } },
    });
    const asked = { method: 'POST', path: '/v1/dispatches/cancel', key: shop.live, body: { ids } } as const;
    expect((await broken(asked)).status).toBe(500);
    const { json } = await suite.api(asked);
    expect(json.data.map(({ result }: { result: string }) => result)).toEqual(
      ids.map((_, i) => (i === 3 ? 'canceled' : 'wrong_state')),
    );
    expect(await available()).toBe(1_000);
  });

  test.each<[ids: unknown, pointer: string, code: string]>([
    [[], '/ids', 'too_small'],
    [Array(101).fill(absent), '/ids', 'too_big'],
    [undefined, '/ids', 'missing'],
    [absent, '/ids', 'wrong_type'],
    [[absent, 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV'], '/ids/1', 'invalid_format'],
    [[absent.toLowerCase()], '/ids/0', 'invalid_format'],
    [[null], '/ids/0', 'wrong_type'],
  ])('%j points to %s', async (ids, pointer, code) => {
    expect(await cancelMany(ids)).toMatchObject({ status: 400, json: { errors: [{ in: 'body', pointer, code }] } });
  });

  test('a hundred at once', async () => {
    const { json } = await cancelMany(Array.from({ length: 100 }, (_, i) => `dsp_01ARZ3NDEKTSV4RRFFQ69G5${100 + i}`));
    expect(json.data).toHaveLength(100);
  });
});

test('the operator’s key moves nothing of a customer’s', async () => {
  const id = await scheduled();
  expect((await patch(id, { schedule: null }, operatorKey)).status).toBe(401);
});
