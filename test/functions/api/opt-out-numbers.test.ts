import { beforeEach, describe, expect, test } from 'vitest';
import { newTenant, openApi, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';

const suite = apiSuite(); // begins on a Saturday, noon in Korea
let shop: TestTenant;
beforeEach(async () => {
  shop = await newTenant(suite.api, 'Shop');
});

const number = '0801234567';
const dayMs = 86_400_000;

const ask = (tenant = shop, body: object = {}, key = tenant.live) =>
  suite.api({ method: 'POST', path: '/v1/opt-out-numbers', key, body });
const asked = async (tenant = shop): Promise<string> => (await ask(tenant)).json.id;
const look = (id: string, key = shop.live) => suite.api({ path: `/v1/opt-out-numbers/${id}`, key });
const operate = (id: string, verb: string, body?: object, tenant = shop) =>
  suite.api({
    method: 'POST',
    path: `/operator/v1/tenants/${tenant.id}/opt-out-numbers/${id}/${verb}`,
    key: operatorKey,
    body,
    idem: null,
  });
const cancel = (id: string, key = shop.live) =>
  suite.api({ method: 'POST', path: `/v1/opt-out-numbers/${id}/cancel`, key, idem: null });
const tenantMove = (verb: string, tenant = shop) =>
  suite.api({ method: 'POST', path: `/operator/v1/tenants/${tenant.id}/${verb}`, key: operatorKey, idem: null });

describe('a tenant’s 080 number', () => {
  test('goes from a request to open, and is shown to both keys on the way', async () => {
    const { status, json } = await ask(shop, { businessName: '  봉수 상점 ' });
    expect([status, json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^opt_/),
        businessName: '봉수 상점',
        status: 'requested',
        number: null,
        requestedAt: '2026-11-21T03:00:00.000Z',
        expectedOpeningOn: null,
        openedAt: null,
        canceledAt: null,
      },
    ]);
    const { id } = json;
    suite.clock.nowMs += 1_000;
    const scheduled = await operate(id, 'schedule', { number: '080-123-4567' });
    expect(scheduled).toMatchObject({
      status: 200,
      json: { status: 'scheduled', number, expectedOpeningOn: '2026-11-26', openedAt: null },
    });
    suite.clock.nowMs += 4 * dayMs;
    const opened = await operate(id, 'open', {});
    expect(opened).toMatchObject({
      status: 200,
      json: { status: 'registered', number, openedAt: new Date(suite.clock.nowMs).toISOString() },
    });
    for (const key of [shop.live, shop.test]) expect((await look(id, key)).json).toEqual(opened.json);
    const lists = [
      await suite.api({ path: '/v1/opt-out-numbers', key: shop.test }),
      await suite.api({ path: `/operator/v1/tenants/${shop.id}/opt-out-numbers`, key: operatorKey }),
    ];
    for (const list of lists) expect(list.json).toEqual({ data: [opened.json], nextCursor: null });

    suite.clock.nowMs += dayMs;
    const canceled = await cancel(id);
    expect(canceled).toMatchObject({
      status: 200,
      json: { status: 'canceled', number, openedAt: opened.json.openedAt },
    });
    expect((await cancel(id)).json).toMatchObject({ status: 409, code: 'wrong_state' });
    expect((await look(id)).json).toEqual(canceled.json);
  });

  test('bears the name of the account if none is given', async () => {
    expect((await ask()).json.businessName).toBe('Shop');
  });

  test('asked for twice under one key is one', async () => {
    const twice = { method: 'POST', path: '/v1/opt-out-numbers', key: shop.live, body: {}, idem: 'number-1' };
    const [first, second] = [await suite.api(twice), await suite.api(twice)];
    expect([second.status, second.json]).toEqual([201, first.json]);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await suite.api({ path: '/v1/opt-out-numbers', key: shop.live })).json.data).toHaveLength(1);
    const raced = await Promise.all(Array.from({ length: 4 }, () => suite.api({ ...twice, idem: 'number-2' })));
    expect(new Set(raced.map(({ json }) => json.id)).size).toBe(1);
  });

  test('lists are paged', async () => {
    const ids = [await asked(), await asked(), await asked()];
    const seen: string[] = [];
    for (let query = 'limit=2'; query !== ''; ) {
      const { json } = await suite.api({ path: '/v1/opt-out-numbers', key: shop.live, query });
      seen.push(...json.data.map(({ id }: { id: string }) => id));
      query = json.nextCursor === null ? '' : `limit=2&cursor=${json.nextCursor}`;
    }
    expect(seen).toEqual(ids);
  });

  test('is asked for and canceled by live keys only', async () => {
    expect((await ask(shop, {}, shop.test)).json).toMatchObject({ status: 403, code: 'live_key_required' });
    const id = await asked();
    expect((await cancel(id, shop.test)).json).toMatchObject({ status: 403, code: 'live_key_required' });
    expect((await look(id)).json.status).toBe('requested');
  });

  test('are ten at most', async () => {
    const ids = [];
    for (let i = 0; i < 10; i++) ids.push(await asked());
    expect((await ask()).json).toMatchObject({ status: 422, code: 'too_many_opt_out_numbers' });
    await cancel(ids[4]!);
    expect((await ask()).status).toBe(201);
  });

  test.each([
    [{ businessName: '' }],
    [{ businessName: '  ' }],
    [{ businessName: 'x'.repeat(101) }],
    [{ businessName: 5 }],
    [{ businessName: null }],
    [{ number }],
  ])('refuses %j', async (body) => {
    expect(await ask(shop, body)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
  });
});

describe('the operator', () => {
  test.each(['0101234567', '02-123-4567', '80-123-4567', '080123456', '080123456789', '+81801234567', '', 'x'])(
    'cannot schedule or open %j',
    async (bad) => {
      const id = await asked();
      for (const verb of ['schedule', 'open']) {
        expect(await operate(id, verb, { number: bad })).toMatchObject({
          status: 422,
          json: { code: 'invalid_opt_out_number', errors: [{ pointer: '/number' }] },
        });
      }
      expect((await look(id)).json.status).toBe('requested');
    },
  );

  test.each([
    ['2026-11-20', 'in_the_past'],
    ['2027-06-01', 'too_big'],
  ])('cannot schedule for %s', async (expectedOpeningOn, code) => {
    const refused = await operate(await asked(), 'schedule', { number, expectedOpeningOn });
    expect(refused.json).toMatchObject({ status: 422, code: 'unprocessable', errors: [{ code }] });
  });

  test('schedules for any day from today in Korea on', async () => {
    const id = await asked();
    suite.clock.nowMs = Date.parse('2026-11-21T15:00:00Z'); // the 22nd in Korea
    const past = await operate(id, 'schedule', { number, expectedOpeningOn: '2026-11-21' });
    expect(past.status).toBe(422);
    const today = await operate(id, 'schedule', { number, expectedOpeningOn: '2026-11-22' });
    expect(today).toMatchObject({ status: 200, json: { expectedOpeningOn: '2026-11-22' } });
    expect((await operate(id, 'schedule', { number, expectedOpeningOn: 'soon' })).status).toBe(400);
  });

  test('opens one that was only requested with its number, and not without', async () => {
    const id = await asked();
    expect((await operate(id, 'open', {})).json).toMatchObject({
      status: 422,
      code: 'invalid_opt_out_number',
      errors: [{ pointer: '/number', code: 'missing' }],
    });
    expect((await operate(id, 'open', { number: '080-1234-5678' })).json).toMatchObject({
      status: 'registered',
      number: '08012345678',
    });
  });

  test('is told why a move is refused', async () => {
    const id = await asked();
    await operate(id, 'open', { number });
    for (const [verb, body] of [
      ['open', {}],
      ['schedule', { number }],
    ] as const) {
      const refused = await operate(id, verb, body);
      expect(refused.json).toMatchObject({
        status: 409,
        code: 'wrong_state',
        detail: expect.stringMatching('registered'),
      });
    }
  });

  test('finds a number only with its own tenant', async () => {
    const [other, id] = [await newTenant(suite.api), await asked()];
    for (const [verb, body] of [
      ['schedule', { number }],
      ['open', { number }],
      ['cancel', undefined],
    ] as const) {
      expect((await operate(id, verb, body, other)).status).toBe(404);
    }
    const nobody = { ...shop, id: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' };
    expect((await operate(id, 'open', { number }, nobody)).status).toBe(404);
    const path = `/operator/v1/tenants/${nobody.id}/opt-out-numbers`;
    expect((await suite.api({ path, key: operatorKey })).status).toBe(404);
    expect((await look(id)).json.status).toBe('requested');
  });

  test('gives one number to one subscription, and to another once it is canceled', async () => {
    const other = await newTenant(suite.api);
    const [mine, theirs] = [await asked(), await asked(other)];
    await operate(mine, 'open', { number });
    for (const verb of ['schedule', 'open']) {
      const taken = await operate(theirs, verb, { number }, other);
      expect(taken.json).toMatchObject({ status: 409, code: 'opt_out_number_taken' });
    }
    await operate(mine, 'cancel');
    expect((await operate(theirs, 'open', { number }, other)).status).toBe(200);
  });

  test('and another operator who gives the same number at the same time do not both succeed', async () => {
    for (let round = 0; round < 5; round++) {
      const tenants = [await newTenant(suite.api), await newTenant(suite.api)];
      const ids = await Promise.all(tenants.map(asked));
      const raced = `0801234${String(round).padStart(3, '0')}`;
      const told = await Promise.all(
        tenants.map((tenant, i) => operate(ids[i]!, i === 0 ? 'schedule' : 'open', { number: raced }, tenant)),
      );
      expect(told.map(({ status }) => status).sort()).toEqual([200, 409]);
      const loser = told.findIndex(({ status }) => status === 409);
      expect(told[loser]!.json.code).toBe('opt_out_number_taken');
      const seen = await suite.api({ path: `/v1/opt-out-numbers/${ids[loser]}`, key: tenants[loser]!.live });
      expect(seen.json).toMatchObject({ status: 'requested', number: null });
    }
  });
});

describe('a suspended account', () => {
  test('keeps its numbers: only the operator may cancel them', async () => {
    const id = await asked();
    await operate(id, 'open', { number });
    await tenantMove('suspend');
    expect((await cancel(id)).json).toMatchObject({ status: 403, code: 'tenant_suspended' });
    expect((await ask()).json).toMatchObject({ status: 403, code: 'tenant_suspended' });
    expect((await look(id)).json.status).toBe('registered');
    expect((await operate(id, 'cancel')).json.status).toBe('canceled');
  });
});

describe('closing a tenant', () => {
  test('is for good: it may look, stop things and take refusals, and nothing else', async () => {
    await asked(); // a request alone is in nobody's way
    const closed = await tenantMove('close');
    expect(closed).toMatchObject({ status: 200, json: { status: 'closed', closedAt: '2026-11-21T03:00:00.000Z' } });
    suite.clock.nowMs += dayMs;
    expect((await tenantMove('close')).json).toEqual(closed.json);
    for (const verb of ['resume', 'suspend']) {
      expect((await tenantMove(verb)).json).toMatchObject({ status: 409, code: 'wrong_state' });
    }
    const path = `/operator/v1/tenants/${shop.id}`;
    expect((await suite.api({ path, key: operatorKey })).json).toEqual(closed.json);
    const { data } = (await suite.api({ path: '/operator/v1/tenants', key: operatorKey })).json;
    expect(data).toContainEqual(closed.json);

    for (const key of [shop.live, shop.test]) {
      const send = await suite.api({
        method: 'POST',
        path: '/v1/messages',
        key,
        body: { message: { from: '0212345678', text: 'Hello' }, recipients: [{ to: '01023456789' }] },
      });
      expect(send.json).toMatchObject({ status: 403, code: 'tenant_closed' });
      expect((await suite.api({ path: '/v1/credits', key })).status).toBe(200);
    }
    expect((await ask()).json).toMatchObject({ status: 403, code: 'tenant_closed' });
    const body = { phoneNumbers: ['01023456789'] };
    expect((await suite.api({ method: 'POST', path: '/v1/sms/unsubscribe', key: shop.live, body })).status).toBe(200);
    expect((await suite.api({ method: 'POST', path: '/v1/sms/subscribe', key: shop.live, body })).status).toBe(403);
  });

  test('works on a suspended one, and not on one that is not there', async () => {
    await tenantMove('suspend');
    expect((await tenantMove('close')).json).toMatchObject({
      status: 'closed',
      suspendedAt: '2026-11-21T03:00:00.000Z',
    });
    const nobody = { ...shop, id: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' };
    expect((await tenantMove('close', nobody)).status).toBe(404);
  });

  test.each(['schedule', 'open'])('is refused after: %s', async (verb) => {
    const id = await asked();
    await operate(id, verb, { number });
    expect((await tenantMove('close')).json).toMatchObject({ status: 409, code: 'opt_out_number_in_use' });
    const path = `/operator/v1/tenants/${shop.id}`;
    expect((await suite.api({ path, key: operatorKey })).json).toMatchObject({ status: 'active', closedAt: null });
    await operate(id, 'cancel');
    expect((await tenantMove('close')).status).toBe(200);
    expect((await operate(await asked(await newTenant(suite.api)), 'cancel')).status).toBe(404);
  });

  test.each(['live', 'test'] as const)('is refused while %s credits are held', async (mode) => {
    const body = { message: { from: '0212345678', text: 'Hello' }, recipients: [{ to: '01023456789' }] };
    const path = `/operator/v1/tenants/${shop.id}`;
    await suite.api({
      method: 'POST',
      path: `${path}/sender-numbers`,
      key: operatorKey,
      body: { number: '0212345678' },
    });
    const credits = { credits: 10, type: 'grant' };
    await suite.api({ method: 'POST', path: `${path}/credits`, key: operatorKey, body: credits });
    const { json } = await suite.api({ method: 'POST', path: '/v1/messages', key: shop[mode], body });
    expect((await tenantMove('close')).json).toMatchObject({ status: 409, code: 'credits_held', held: 1 });
    const stop = `/v1/dispatches/${json.dispatchId}/cancel`;
    expect((await suite.api({ method: 'POST', path: stop, key: shop[mode], idem: null })).status).toBe(200);
    expect((await tenantMove('close')).status).toBe(200);
  });

  test('is followed by no opening: what was requested stays so', async () => {
    const id = await asked();
    await tenantMove('close');
    for (const verb of ['schedule', 'open']) {
      expect((await operate(id, verb, { number })).json).toMatchObject({ status: 409, code: 'wrong_state' });
    }
    expect((await look(id)).json.status).toBe('requested');
    expect((await operate(id, 'cancel')).status).toBe(200);
  });

  test('and opening a number at the same time do not both succeed', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const tenant = await newTenant(suite.api);
      const id = await asked(tenant);
      const raced = `080765${String(round).padStart(4, '0')}`;
      const both = [
        () => tenantMove('close', tenant),
        () => operate(id, round % 2 === 0 ? 'open' : 'schedule', { number: raced }, tenant),
      ] as const;
      const [close, open] = await Promise.all(both.map((start) => start()));
      outcomes.add(`${close!.status} ${open!.status}`);
      const { status } = (await suite.api({ path: `/operator/v1/tenants/${tenant.id}`, key: operatorKey })).json;
      const seen = (await suite.api({ path: `/v1/opt-out-numbers/${id}`, key: tenant.live })).json;
      expect([status, seen.status === 'requested']).toEqual(
        close!.status === 200 ? ['closed', true] : ['active', false],
      );
    }
    for (const outcome of outcomes) expect(['200 409', '409 200']).toContain(outcome);
  });

  test.each(['open first', 'close first'])('decided before, written after: %s', async (order) => {
    const id = await asked();
    const opening = () => operate(id, 'open', { number });
    const closing = () => tenantMove('close');
    const [first, second] = order === 'open first' ? [opening, closing] : [closing, opening];
    // The first goes through whole after the second has looked and before it writes
    let pending: (() => Promise<unknown>) | null = first;
    const meddle = async () => {
      const now = pending;
      pending = null;
      await now?.();
    };
    const plain = suite.deps;
    const meddled = {
      ...plain,
      optOutNumbers: {
        ...plain.optOutNumbers,
        change: async (...args: Parameters<typeof plain.optOutNumbers.change>) => {
          await meddle();
          return plain.optOutNumbers.change(...args);
        },
      },
      tenants: {
        ...plain.tenants,
        close: async (...args: Parameters<typeof plain.tenants.close>) => {
          await meddle();
          return plain.tenants.close(...args);
        },
      },
    };
    const api = suite.api;
    suite.api = async (asked) => (pending ? openApi(meddled)(asked) : api(asked));
    expect((await second()).status).toBe(409);
    expect(pending).toBeNull();
    const { status } = (await api({ path: `/operator/v1/tenants/${shop.id}`, key: operatorKey })).json;
    expect(status).toBe(order === 'open first' ? 'active' : 'closed');
    expect((await look(id)).json.status).toBe(order === 'open first' ? 'registered' : 'requested');
  });

  test('and credits that are held in the very moment do not both succeed', async () => {
    const path = `/operator/v1/tenants/${shop.id}`;
    await suite.api({
      method: 'POST',
      path: `${path}/sender-numbers`,
      key: operatorKey,
      body: { number: '0212345678' },
    });
    const body = { message: { from: '0212345678', text: 'Hello' }, recipients: [{ to: '01023456789' }] };
    const { deps } = suite;
    let sent = false;
    const close = async (...args: Parameters<typeof deps.tenants.close>) => {
      if (!sent) {
        sent = true;
        const told = await openApi(deps)({ method: 'POST', path: '/v1/messages', key: shop.test, body });
        expect(told.status).toBe(202);
      }
      return deps.tenants.close(...args);
    };
    const api = openApi({ ...deps, tenants: { ...deps.tenants, close } });
    const refused = await api({ method: 'POST', path: `${path}/close`, key: operatorKey, idem: null });
    expect(refused.json).toMatchObject({ status: 409, code: 'credits_held' });
    expect(sent).toBe(true);
  });
});

test('the suite begins on the day that the tables above are written for', () => {
  expect(new Date(startMs).getUTCDay()).toBe(6);
});
