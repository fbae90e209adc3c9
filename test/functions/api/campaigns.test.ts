import { describe, expect, test } from 'vitest';
import type { CampaignId, OwnerId } from '../../../shared/contracts/ids.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { preparing } from '../../support/contracts/samples.ts';
import { type Asked, newTenant, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';
import { campaignBody, newShop, recipient } from './things.ts';

const suite = apiSuite();
const hourMs = 3_600_000;

const ask = (shop: TestTenant, method: string, path: string, more: Partial<Asked> = {}) =>
  suite.api({ method, path: `/v1/campaigns${path}`, key: shop.live, ...more });
const create = (shop: TestTenant, over: object = {}, more: Partial<Asked> = {}) =>
  ask(shop, 'POST', '', { body: campaignBody(over), ...more });

async function draftOf(shop: TestTenant, over: object = {}) {
  const { status, json } = await create(shop, over);
  if (status !== 201) throw new Error(JSON.stringify(json));
  return json;
}
async function standbyOf(shop: TestTenant, over: object = {}) {
  const { id } = await draftOf(shop, over);
  return (await ask(shop, 'POST', `/${id}/publish`)).json;
}

/** Brings a campaign in operation by hand, as the functions behind the API would. */
async function startedOf(shop: TestTenant, state: Dispatch['state'], over: Partial<Dispatch> = {}) {
  const { id }: { id: CampaignId } = await standbyOf(shop);
  const owner = shop.id as OwnerId;
  const dispatch = preparing({ owner, campaignId: id, state, createdAtMs: startMs, foldedAtMs: startMs, ...over });
  await suite.deps.dispatches.create(dispatch, null);
  const standby = (await suite.deps.campaigns.read(id))!;
  const started = { state: 'started', dispatchId: dispatch.id, startedAtMs: startMs } as const;
  await suite.deps.campaigns.move(standby, 'start', { ...standby, ...started });
  return { id, dispatch };
}

describe('a new campaign', () => {
  test('is a draft with what was given and defaults for the rest', async () => {
    const shop = await newShop(suite.api);
    const told = await create(shop);
    expect(told.status).toBe(201);
    expect(told.json).toEqual({
      id: expect.stringMatching(/^cmp_/),
      status: 'draft',
      statusLabel: 'Draft',
      mode: 'live',
      name: 'November sale',
      message: expect.objectContaining({ type: 'auto', from: '0212345678', text: '{{ name }} hello' }),
      recipients: { count: 1 },
      period: { startAt: '2026-11-22T03:00:00.000Z', endAt: '2026-11-23T03:00:00.000Z' },
      schedule: null,
      split: null,
      onShortfall: 'partial',
      tags: [],
      dispatchId: null,
      results: null,
      failure: null,
      createdAt: new Date(startMs).toISOString(),
      publishedAt: null,
      startedAt: null,
      endedAt: null,
    });
    expect((await ask(shop, 'GET', `/${told.json.id}`)).json).toEqual(told.json);
  });

  test('is made once under one key', async () => {
    const shop = await newShop(suite.api);
    const [first, again] = [await create(shop, {}, { idem: 'one' }), await create(shop, {}, { idem: 'one' })];
    expect(again.json).toEqual(first.json);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await create(shop, { name: 'B' }, { idem: 'one' })).json.code).toBe('idempotency_key_reused');
    expect((await ask(shop, 'GET', '')).json.data).toHaveLength(1);
  });

  test('takes local times of a zone', async () => {
    const shop = await newShop(suite.api);
    const period = { startAt: '2026-11-22T12:00:00', endAt: '2026-11-23T12:00:00', timeZone: 'Asia/Seoul' };
    const schedule = { at: '2026-11-22T13:30:00', timeZone: 'Asia/Seoul' };
    const { json } = await create(shop, { period, schedule });
    expect(json.period).toEqual({ startAt: '2026-11-22T03:00:00.000Z', endAt: '2026-11-23T03:00:00.000Z' });
    expect(json.schedule).toEqual({ at: '2026-11-22T04:30:00.000Z' });
  });

  const period = { startAt: '2026-11-22T12:00:00+09:00', endAt: '2026-11-23T12:00:00+09:00' };
  const message = campaignBody().message;
  test.each<[string, object, number, string, string]>([
    ['no name', { name: undefined }, 400, 'invalid_request', '/name'],
    ['an empty name', { name: '' }, 400, 'invalid_request', '/name'],
    ['no period', { period: undefined }, 400, 'invalid_request', '/period'],
    ['half a period', { period: { startAt: period.startAt } }, 400, 'invalid_request', '/period/endAt'],
    ['a day without time', { period: { ...period, startAt: '2026-11-22' } }, 400, 'invalid_request', '/period/startAt'],
    [
      'a time without zone',
      { period: { ...period, endAt: '2026-11-23T12:00:00' } },
      400,
      'invalid_request',
      '/period/endAt',
    ],
    [
      'an offset and a zone',
      { period: { ...period, timeZone: 'Asia/Seoul' } },
      400,
      'invalid_request',
      '/period/timeZone',
    ],
    [
      'no such zone',
      { period: { startAt: '2026-11-22T12:00:00', endAt: '2026-11-23T12:00:00', timeZone: 'Asia/Busan' } },
      400,
      'invalid_request',
      '/period/timeZone',
    ],
    ['an unknown member', { when: 'soon' }, 400, 'invalid_request', '/when'],
    ['no recipients', { recipients: {} }, 400, 'invalid_request', '/recipients'],
    ['an empty list', { recipients: { list: [] } }, 400, 'invalid_request', '/recipients/list'],
    ['one part', { split: { count: 1, intervalMinutes: 5 } }, 400, 'invalid_request', '/split/count'],
    ['101 parts', { split: { count: 101, intervalMinutes: 5 } }, 400, 'invalid_request', '/split/count'],
    [
      'no minutes between parts',
      { split: { count: 2, intervalMinutes: 0 } },
      400,
      'invalid_request',
      '/split/intervalMinutes',
    ],
    ['an authentication', { message: { ...message, type: 'auth' } }, 400, 'invalid_request', '/message/type'],
    [
      'a period in the past',
      { period: { startAt: '2026-11-19T12:00:00Z', endAt: '2026-11-20T12:00:00Z' } },
      422,
      'invalid_schedule',
      '/period/endAt',
    ],
    [
      'a start in the past',
      { period: { ...period, startAt: '2026-11-20T12:00:00Z' } },
      422,
      'invalid_schedule',
      '/period/startAt',
    ],
    [
      'an end before its start',
      { period: { ...period, endAt: '2026-11-22T11:00:00+09:00' } },
      422,
      'invalid_schedule',
      '/period/endAt',
    ],
    [
      'a start in 61 days',
      { period: { startAt: '2027-01-21T12:00:00Z', endAt: '2027-01-22T12:00:00Z' } },
      422,
      'invalid_schedule',
      '/period/startAt',
    ],
    [
      'an hour before its period',
      { schedule: { at: '2026-11-22T11:59:59+09:00' } },
      422,
      'invalid_schedule',
      '/schedule/at',
    ],
    ['an hour behind its period', { schedule: { at: period.endAt } }, 422, 'invalid_schedule', '/schedule/at'],
    [
      'an hour that no clock shows',
      { schedule: { at: '2027-03-14T02:30:00', timeZone: 'America/New_York' } },
      422,
      'invalid_schedule',
      '/schedule/at',
    ],
    [
      'a start that no clock shows',
      { period: { startAt: '2027-03-14T02:30:00', endAt: '2027-03-15T00:00:00', timeZone: 'America/New_York' } },
      422,
      'invalid_schedule',
      '/period/startAt',
    ],
    ['a part for nobody', { split: { count: 2, intervalMinutes: 5 } }, 422, 'invalid_schedule', '/split/count'],
    [
      'parts behind its period',
      {
        split: { count: 3, intervalMinutes: 720 },
        recipients: { list: ['01020000001', '01020000002', '01020000003'].map((to) => ({ to })) },
        message: { ...message, text: 'Hello' },
      },
      422,
      'invalid_schedule',
      '/split',
    ],
    [
      'a text that does not parse',
      { message: { ...message, text: '{{ name' } },
      422,
      'invalid_template',
      '/message/text',
    ],
    [
      'a number not approved',
      { message: { ...message, from: '0299999999' } },
      422,
      'sender_not_approved',
      '/message/from',
    ],
    [
      'no such upload',
      { recipients: { uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV' } },
      422,
      'unprocessable',
      '/recipients/uploadId',
    ],
    [
      'a variable of an event',
      { message: { ...message, text: 'Hi {{ event.name }}' } },
      422,
      'event_variable_not_allowed',
      '/message/text',
    ],
    [
      'one of an entry event',
      { message: { ...message, text: "{{ name | default: entry_event['a b'] }}" } },
      422,
      'event_variable_not_allowed',
      '/message/text',
    ],
    [
      'a declared variable of an event',
      { message: { ...message, variables: [{ name: 'event.due', default: '-' }] } },
      422,
      'event_variable_not_allowed',
      '/message/variables/0/name',
    ],
  ])('with %s is refused, and nothing is made', async (_, over, status, code, pointer) => {
    const shop = await newShop(suite.api);
    const told = await create(shop, over);
    expect([told.status, told.json.code]).toEqual([status, code]);
    expect(told.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect((await ask(shop, 'GET', '')).json.data).toEqual([]);
  });

  test('says which event variable stands where', async () => {
    const shop = await newShop(suite.api);
    const { json } = await create(shop, {
      message: { ...message, text: '안녕 {{ event.name }}{{ entry_event.x.y }}' },
    });
    expect(json.detail).toContain('event.name, entry_event.x.y');
    expect(json.errors.map(({ detail }: { detail: string }) => detail)).toEqual([
      'event.name is a variable of an event (at character 7)',
      'entry_event.x.y is a variable of an event (at character 23)',
    ]);
  });

  test('needs a number of its own: without any it is refused', async () => {
    const tenant = await newTenant(suite.api);
    const told = await create(tenant);
    expect([told.status, told.json.code]).toEqual([422, 'sender_not_approved']);
  });

  test('cannot go to an upload of somebody else', async () => {
    const [shop, other] = [await newShop(suite.api), await newShop(suite.api)];
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' };
    const { json } = await suite.api({ method: 'POST', path: '/v1/uploads', key: other.live, body });
    const told = await create(shop, { recipients: { uploadId: json.id } });
    expect([told.status, told.json.code]).toEqual([422, 'unprocessable']);
    expect((await create(other, { recipients: { uploadId: json.id } })).json.recipients).toEqual({ uploadId: json.id });
  });
});

describe('a draft', () => {
  test('changes where something is given', async () => {
    const shop = await newShop(suite.api);
    const draft = await draftOf(shop, { tags: ['a'], split: null });
    const body = { name: 'Other', schedule: { at: '2026-11-22T15:00:00+09:00' } };
    const { status, json } = await ask(shop, 'PATCH', `/${draft.id}`, { body });
    expect(status).toBe(200);
    expect(json).toEqual({ ...draft, name: 'Other', schedule: { at: '2026-11-22T06:00:00.000Z' } });
    const again = await ask(shop, 'PATCH', `/${draft.id}`, { body: { schedule: null, tags: [] } });
    expect(again.json).toEqual({ ...draft, name: 'Other', tags: [] });
  });

  test.each<[string, object, number, string]>([
    ['an unknown member', { status: 'standby' }, 400, 'invalid_request'],
    ['an hour behind its period', { schedule: { at: '2026-12-24T10:00:00Z' } }, 422, 'invalid_schedule'],
    [
      'a period without the hour',
      { period: { startAt: '2026-11-25T00:00:00Z', endAt: '2026-11-26T00:00:00Z' } },
      422,
      'invalid_schedule',
    ],
    ['a number not approved', { message: { from: '0299999999', text: 'x' } }, 422, 'sender_not_approved'],
    ['more parts than people', { split: { count: 2, intervalMinutes: 1 } }, 422, 'invalid_schedule'],
  ])('does not change to %s', async (_, body, status, code) => {
    const shop = await newShop(suite.api);
    const draft = await draftOf(shop, { schedule: { at: '2026-11-22T15:00:00+09:00' } });
    const told = await ask(shop, 'PATCH', `/${draft.id}`, { body });
    expect([told.status, told.json.code]).toEqual([status, code]);
    expect((await ask(shop, 'GET', `/${draft.id}`)).json).toEqual(draft);
  });

  test('is published once under one key, and can be taken back', async () => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    const publish = () => ask(shop, 'POST', `/${id}/publish`, { idem: 'publish' });
    const first = await publish();
    expect(first).toMatchObject({ status: 200, json: { status: 'standby', statusLabel: 'Standby' } });
    expect(first.json.publishedAt).toBe(new Date(startMs).toISOString());
    expect((await publish()).json).toEqual(first.json);
    const back = await ask(shop, 'POST', `/${id}/unpublish`);
    expect(back).toMatchObject({ status: 200, json: { status: 'draft', publishedAt: null } });
    // The key says what it said, whatever became of it since
    expect((await publish()).json).toEqual(first.json);
    expect((await ask(shop, 'GET', `/${id}`)).json.status).toBe('draft');
  });

  test('whose period is over is not published', async () => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    suite.clock.nowMs = startMs + 48 * hourMs;
    const told = await ask(shop, 'POST', `/${id}/publish`);
    expect([told.status, told.json.code]).toEqual([422, 'invalid_schedule']);
  });

  test('keeps its upload once it is published', async () => {
    const shop = await newShop(suite.api);
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' };
    const { json: upload } = await suite.api({ method: 'POST', path: '/v1/uploads', key: shop.live, body });
    const { id } = await standbyOf(shop, { recipients: { uploadId: upload.id } });
    const remove = () => suite.api({ method: 'DELETE', path: `/v1/uploads/${upload.id}`, key: shop.live });
    expect((await remove()).json.code).toBe('upload_in_use');
    const twin = await standbyOf(shop, { recipients: { uploadId: upload.id } });
    await ask(shop, 'POST', `/${twin.id}/unpublish`);
    expect((await remove()).json.code).toBe('upload_in_use');
    await ask(shop, 'POST', `/${id}/unpublish`);
    expect(await suite.deps.uploads.retire(shop.id as OwnerId, upload.id)).toBe('retired');
  });
});

describe('what a state does not allow', () => {
  const refused = ['wrong_state', 409];
  const tryIt = async (shop: TestTenant, id: string, move: string) => {
    const told =
      move === 'PATCH'
        ? await ask(shop, 'PATCH', `/${id}`, { body: { name: 'B' } })
        : await ask(shop, move === 'DELETE' ? 'DELETE' : 'POST', move === 'DELETE' ? `/${id}` : `/${id}/${move}`);
    return { outcome: [told.json?.code, told.status], detail: told.json?.detail };
  };

  test.each(['unpublish', 'cancel', 'end'])('a draft: %s', async (move) => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    const { outcome, detail } = await tryIt(shop, id, move);
    expect(outcome).toEqual(refused);
    expect(detail).toContain('Draft (draft)');
  });

  test.each(['PATCH', 'publish', 'cancel', 'end', 'DELETE'])('in standby: %s', async (move) => {
    const shop = await newShop(suite.api);
    const { id } = await standbyOf(shop);
    const { outcome, detail } = await tryIt(shop, id, move);
    expect(outcome).toEqual(refused);
    expect(detail).toContain('Standby (standby)');
    expect((await ask(shop, 'GET', `/${id}`)).json.status).toBe('standby');
  });

  test.each<[Dispatch['state'], string, readonly string[]]>([
    ['preparing', 'Preparing (preparing)', ['PATCH', 'publish', 'unpublish', 'end', 'DELETE']],
    ['sending', 'In operation (in_operation)', ['PATCH', 'publish', 'unpublish', 'DELETE']],
    ['completed', 'Ended (ended)', ['PATCH', 'publish', 'unpublish', 'cancel', 'end']],
    ['canceled', 'Canceled (canceled)', ['PATCH', 'publish', 'unpublish', 'cancel', 'end']],
    ['failed', 'Error (error)', ['PATCH', 'publish', 'unpublish', 'cancel', 'end']],
  ])('whose dispatch is %s', async (state, words, forbidden) => {
    const shop = await newShop(suite.api);
    const { id } = await startedOf(shop, state);
    for (const move of forbidden) {
      const { outcome, detail } = await tryIt(shop, id, move);
      expect([move, ...outcome]).toEqual([move, ...refused]);
      expect(detail).toContain(words);
    }
  });
});

test('a suspended customer can still stop campaigns, but not start one', async () => {
  const shop = await newShop(suite.api);
  const draft = await draftOf(shop);
  const standby = await standbyOf(shop);
  const [called, ended] = [await startedOf(shop, 'preparing'), await startedOf(shop, 'scheduled')];
  await suite.api({ method: 'POST', path: `/operator/v1/tenants/${shop.id}/suspend`, key: operatorKey });
  const move = (id: string, verb: string) => ask(shop, 'POST', `/${id}/${verb}`);
  expect(await move(draft.id, 'publish')).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
  expect(await move(standby.id, 'unpublish')).toMatchObject({ status: 200, json: { status: 'draft' } });
  expect(await move(called.id, 'cancel')).toMatchObject({ status: 200, json: { status: 'canceled' } });
  expect((await move(ended.id, 'end')).status).toBe(200);
});

describe('a campaign that has started', () => {
  test('shows its dispatch and what came of it', async () => {
    const shop = await newShop(suite.api);
    const { id, dispatch } = await startedOf(shop, 'completed', { completedAtMs: startMs + hourMs });
    expect((await ask(shop, 'GET', `/${id}`)).json).toMatchObject({
      status: 'ended',
      statusLabel: 'Ended',
      dispatchId: dispatch.id,
      results: { accepted: 1, planned: 1 },
      startedAt: new Date(startMs).toISOString(),
      endedAt: new Date(startMs + hourMs).toISOString(),
    });
  });

  test('is canceled before anything went', async () => {
    const shop = await newShop(suite.api);
    const { id, dispatch } = await startedOf(shop, 'preparing');
    const told = await ask(shop, 'POST', `/${id}/cancel`);
    expect(told).toMatchObject({ status: 200, json: { status: 'canceled', results: { canceled: 1, planned: 0 } } });
    expect(await suite.deps.dispatches.read(dispatch.id)).toMatchObject({ state: 'canceled' });
  });

  test('tells why it is an error', async () => {
    const shop = await newShop(suite.api);
    const failure = { code: 'insufficient_credits', detail: 'Sending costs 5 credits, 1 are available' } as const;
    const { id } = await startedOf(shop, 'failed', { failure, completedAtMs: startMs });
    expect((await ask(shop, 'GET', `/${id}`)).json).toMatchObject({ status: 'error', failure });
  });

  test.each(['draft', 'completed', 'failed'] as const)(
    'is removed when it is over (%s), and its dispatch stays',
    async (state) => {
      const shop = await newShop(suite.api);
      const made = state === 'draft' ? { ...(await draftOf(shop)), dispatch: null } : await startedOf(shop, state);
      expect((await ask(shop, 'DELETE', `/${made.id}`)).status).toBe(204);
      expect((await ask(shop, 'GET', `/${made.id}`)).status).toBe(404);
      expect((await ask(shop, 'DELETE', `/${made.id}`)).status).toBe(404);
      expect((await ask(shop, 'GET', '')).json.data).toEqual([]);
      if (made.dispatch) expect(await suite.deps.dispatches.read(made.dispatch.id)).not.toBeNull();
    },
  );

  test('is duplicated into a draft, once under one key', async () => {
    const shop = await newShop(suite.api);
    const { id } = await startedOf(shop, 'sending');
    const duplicate = () => ask(shop, 'POST', `/${id}/duplicate`, { idem: 'again' });
    const first = await duplicate();
    expect(first).toMatchObject({ status: 201, json: { status: 'draft', dispatchId: null, startedAt: null } });
    expect(first.json.id).not.toBe(id);
    expect((await duplicate()).json).toEqual(first.json);
    expect((await ask(shop, 'GET', '')).json.data).toHaveLength(2);
  });
});

describe('the list', () => {
  test('shows campaigns newest first, page by page, by how they stand', async () => {
    const shop = await newShop(suite.api);
    const ids: string[] = [];
    for (const make of [draftOf, standbyOf, draftOf]) {
      suite.clock.nowMs += 1_000;
      ids.unshift((await make(shop)).id);
    }
    suite.clock.nowMs += 1_000;
    ids.unshift((await startedOf(shop, 'sending')).id);
    const all: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const query = `limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { json } = await ask(shop, 'GET', '', { query });
      expect(json.data.length).toBeLessThanOrEqual(2);
      all.push(...json.data.map(({ id }: { id: string }) => id));
      if (json.nextCursor === null) break;
      cursor = json.nextCursor;
    }
    expect(all).toEqual(ids);
    const listed = async (status: string) =>
      (await ask(shop, 'GET', '', { query: `status=${status}&limit=1` })).json.data.map(({ id }: { id: string }) => id);
    expect([await listed('draft'), await listed('standby')]).toEqual([[ids[1]], [ids[2]]]);
    expect([await listed('in_operation'), await listed('ended')]).toEqual([[ids[0]], []]);
  });

  test.each(['status=started', 'limit=0', 'limit=501', 'cursor=x', 'from=a'])('%s is refused', async (query) => {
    const shop = await newShop(suite.api);
    expect((await ask(shop, 'GET', '', { query })).status).toBe(400);
  });
});

describe('recipients', () => {
  test('of one that has not started are nobody', async () => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    expect((await ask(shop, 'GET', `/${id}/recipients`)).json).toEqual({ data: [], nextCursor: null });
    expect((await ask(shop, 'GET', `/${id}/recipients`, { query: 'mark=announced' })).json.data).toEqual([]);
    expect((await ask(shop, 'GET', `/${id}/recipients/${recipient}`)).status).toBe(404);
  });

  test.each(['mark=reached', 'mark=', 'cursor=e30'])('%s is refused', async (query) => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    expect((await ask(shop, 'GET', `/${id}/recipients`, { query })).status).toBe(400);
  });
});

describe('a test send', () => {
  const send = (shop: TestTenant, id: string, body: object, idem?: string) =>
    ask(shop, 'POST', `/${id}/test-sends`, { body, ...(idem ? { idem } : {}) });
  const variables = { name: 'Kim' };

  test('is accepted like messages, marked as a test, and charged', async () => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    const body = { to: ['010-2345-6781', '+821023456782', '010-1'], variables };
    const told = await send(shop, id, body, 'test');
    expect(told.status).toBe(202);
    expect(told.json.data).toMatchObject([
      { index: 0, to: '+821023456781', status: 'planned', reason: null },
      { index: 1, to: '+821023456782', status: 'planned', reason: null },
      { index: 2, to: '010-1', status: 'skipped', reason: 'invalid_number' },
    ]);
    expect((await send(shop, id, body, 'test')).json).toEqual(told.json);
    const dispatch = await suite.api({ path: `/v1/dispatches/${told.json.dispatchId}`, key: shop.live });
    expect(dispatch.json).toMatchObject({ purpose: 'test', campaignId: id, credits: { held: 2 } });
    expect((await ask(shop, 'GET', `/${id}`)).json).toMatchObject({ status: 'draft', dispatchId: null, results: null });
  });

  test('of a published campaign goes at once all the same', async () => {
    const shop = await newShop(suite.api);
    const { id } = await standbyOf(shop);
    const { json } = await send(shop, id, { to: [recipient], variables });
    const dispatch = await suite.api({ path: `/v1/dispatches/${json.dispatchId}`, key: shop.live });
    expect(dispatch.json).toMatchObject({ status: 'sending', schedule: null });
    expect((await ask(shop, 'GET', `/${id}`)).json.status).toBe('standby');
  });

  test('names a variable that has neither a value nor a default', async () => {
    const shop = await newShop(suite.api);
    const text = '{{ name }}{{ a.b }}{{ c | default: "x" }}{{ d }}';
    const message = { from: '0212345678', text, variables: [{ name: 'd', default: 'y' }] };
    const { id } = await draftOf(shop, { message });
    const told = await send(shop, id, { to: [recipient] });
    expect([told.status, told.json.code]).toEqual([422, 'missing_variable']);
    expect(told.json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/variables/name',
      '/variables/a.b',
    ]);
    expect((await send(shop, id, { to: [recipient], variables: { name: 'Kim', 'a.b': 1 } })).status).toBe(202);
  });

  test.each<[string, object, string]>([
    ['nobody', { to: [] }, '/to'],
    ['no member', {}, '/to'],
    ['eleven numbers', { to: Array.from({ length: 11 }, (_, i) => `0102000${1000 + i}`) }, '/to'],
    ['a number that is none', { to: [1] }, '/to/0'],
    ['a value that is a list', { to: [recipient], variables: { name: [] } }, '/variables/name'],
    ['an unknown member', { to: [recipient], schedule: null }, '/schedule'],
  ])('to %s is refused', async (_, body, pointer) => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop);
    const told = await send(shop, id, body);
    expect([told.status, told.json.code]).toEqual([400, 'invalid_request']);
    expect(told.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  test('that costs more than there is sends nothing', async () => {
    const shop = await newShop(suite.api);
    const { id } = await draftOf(shop, { message: { from: '0212345678', text: '가'.repeat(300) } });
    await suite.api({
      method: 'POST',
      path: `/operator/v1/tenants/${shop.id}/credits`,
      key: 'bk_op_operator-secret-of-the-tests',
      body: { credits: -999, type: 'adjust' },
    });
    const told = await send(shop, id, { to: [recipient] });
    expect(told).toMatchObject({ status: 402, json: { code: 'insufficient_credits', required: 3, available: 1 } });
    expect((await suite.api({ path: '/v1/dispatches', key: shop.live })).json.data).toEqual([]);
  });
});
