import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TableBusy } from '../../../shared/adapters/dynamo/table.ts';
import { callbackSecret, newTenant, openApi, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const number = '0801234567';
const caller = '01023456789';
const minuteMs = 60_000;

let shop: TestTenant;
let numberId: string;
let raised: { readonly alarm: string; readonly facts: object }[];

/** Moves the API's clock and the one that signatures are judged by. */
function clockTo(nowMs: number): void {
  suite.clock.nowMs = nowMs;
  vi.setSystemTime(nowMs);
}
const later = (minutes: number) => clockTo(suite.clock.nowMs + minutes * minuteMs);
const iso = (atMs: number) => new Date(atMs).toISOString();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: suite.clock.nowMs });
  raised = [];
  const alarms = { raise: (alarm: string, facts: object) => void raised.push({ alarm, facts }) };
  suite.deps = { ...suite.deps, alarms };
  suite.api = openApi(suite.deps);
  shop = await newTenant(suite.api);
  numberId = await opened(shop, number);
  later(10);
});
afterEach(() => void vi.useRealTimers());

async function opened(tenant: TestTenant, dialled: string): Promise<string> {
  const { json } = await suite.api({ method: 'POST', path: '/v1/opt-out-numbers', key: tenant.live, body: {} });
  const path = `/operator/v1/tenants/${tenant.id}/opt-out-numbers/${json.id}/open`;
  const told = await suite.api({ method: 'POST', path, key: operatorKey, body: { number: dialled }, idem: null });
  expect(told.status).toBe(200);
  return json.id;
}

const canceled = (id: string, tenant = shop) =>
  suite.api({
    method: 'POST',
    path: `/operator/v1/tenants/${tenant.id}/opt-out-numbers/${id}/cancel`,
    key: operatorKey,
    idem: null,
  });

const call = (over: object = {}) => ({
  optOutNumber: number,
  phoneNumber: caller,
  at: iso(suite.clock.nowMs),
  ...over,
});

interface Telling {
  readonly id: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A callback as the carrier signs it now. */
function signed(body: unknown, id = 'call-1', secret = `whsec_${callbackSecret}`, atMs = suite.clock.nowMs): Telling {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    id,
    body: text,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(atMs / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), text),
    },
  };
}

const tell = ({ body, headers }: Telling, api = suite.api) =>
  api({ method: 'POST', path: '/callbacks/v1/opt-outs', raw: body, headers, idem: null });

const optOut = async (key = shop.live, of = caller) => (await suite.api({ path: `/v1/opt-outs/${of}`, key })).json;
const isOut = async (key?: string, of?: string) => (await optOut(key, of)).status !== 404;
const subscribe = (key = shop.live) =>
  suite.api({ method: 'POST', path: '/v1/sms/subscribe', key, body: { phoneNumbers: [caller] }, idem: null });

describe('a call to an opt-out number', () => {
  test('opts the caller out of the live messages of whose number it is, at once', async () => {
    const told = await tell(signed(call()));
    expect([told.status, told.json]).toEqual([200, { result: 'recorded' }]);
    expect(await optOut()).toEqual({
      number: `+82${caller.slice(1)}`,
      optedOutAt: iso(suite.clock.nowMs),
      source: 'call',
    });
    expect(await isOut(shop.test)).toBe(false);
    expect(raised).toEqual([]);
  });

  test.each([
    ['optOutNumber', '080-123-4567'],
    ['optOutNumber', '+82801234567'],
    ['phoneNumber', '+82 10-2345-6789'],
    ['phoneNumber', '010 2345 6789'],
  ])('is understood with %s %s', async (field, given) => {
    expect((await tell(signed(call({ [field]: given })))).json).toEqual({ result: 'recorded' });
    expect(await isOut()).toBe(true);
  });

  test('counts from the call, however late it is told, and its result is due to be told from then', async () => {
    const at = iso(suite.clock.nowMs);
    const made = call({ at });
    later(13 * 24 * 60);
    expect((await tell(signed(made))).json).toEqual({ result: 'recorded' });
    expect((await optOut()).optedOutAt).toBe(at);
    const due = await suite.api({ path: '/v1/consents/due', key: shop.live, query: 'kind=result_notice' });
    expect(due.json.data).toMatchObject([{ dueAt: iso(Date.parse(at) + 14 * 86_400_000) }]);
  });

  test('wins over a return that came between it and its telling', async () => {
    const made = call();
    later(1);
    expect((await subscribe()).status).toBe(200);
    later(1);
    expect((await tell(signed(made))).json).toEqual({ result: 'recorded' });
    expect(await isOut()).toBe(true);
    expect((await subscribe()).status).toBe(200);
    expect(await isOut()).toBe(false);
  });

  test('counts for suspended and closed accounts, too', async () => {
    await suite.api({ method: 'POST', path: `/operator/v1/tenants/${shop.id}/suspend`, key: operatorKey, idem: null });
    expect((await tell(signed(call()))).json).toEqual({ result: 'recorded' });
    const lateCall = signed(call({ phoneNumber: '01034567890' }), 'call-2');
    later(1);
    await canceled(numberId);
    const path = `/operator/v1/tenants/${shop.id}/close`;
    expect((await suite.api({ method: 'POST', path, key: operatorKey, idem: null })).status).toBe(200);
    expect((await tell(lateCall)).json).toEqual({ result: 'recorded' });
    expect(await isOut(shop.live, '01034567890')).toBe(true);
  });

  test('to a number that is scheduled counts: nobody else can be meant', async () => {
    const other = await newTenant(suite.api);
    const { json } = await suite.api({ method: 'POST', path: '/v1/opt-out-numbers', key: other.live, body: {} });
    const path = `/operator/v1/tenants/${other.id}/opt-out-numbers/${json.id}/schedule`;
    await suite.api({ method: 'POST', path, key: operatorKey, body: { number: '08012345678' }, idem: null });
    expect((await tell(signed(call({ optOutNumber: '08012345678' })))).json).toEqual({ result: 'recorded' });
    expect(await isOut(other.live)).toBe(true);
    expect(await isOut()).toBe(false);
  });
});

describe('a callback is refused and changes nothing', () => {
  const forged: readonly (readonly [string, () => Telling])[] = [
    ['with another secret', () => signed(call(), 'call-1', 'whsec_SecretOfTheCarriers080ServiceInTheseTests0123457')],
    ['without a signature', () => ({ ...signed(call()), headers: {} })],
    ['of another id', () => ({ ...signed(call()), headers: { ...signed(call()).headers, 'webhook-id': 'call-2' } })],
    ['of another time', () => ({ ...signed(call()), headers: { ...signed(call()).headers, ...stamped(1) } })],
    ['of another caller', () => ({ ...signed(call()), body: JSON.stringify(call({ phoneNumber: '01034567890' })) })],
    ['with a space more', () => ({ ...signed(call()), body: ` ${JSON.stringify(call())}` })],
    ['six minutes ago', () => signed(call(), 'call-1', undefined, suite.clock.nowMs - 6 * minuteMs)],
    ['six minutes ahead', () => signed(call(), 'call-1', undefined, suite.clock.nowMs + 6 * minuteMs)],
    ['with an id of odd characters', () => signed(call(), 'call\u00a01')],
    ['with an endless id', () => signed(call(), 'x'.repeat(256))],
    [
      'with a time that is none',
      () => ({ ...signed(call()), headers: { ...signed(call()).headers, 'webhook-timestamp': 'now' } }),
    ],
    ['with a version nobody knows', () => resigned((signature) => signature.replace('v1,', 'v2,'))],
    ['with half a signature', () => resigned((signature) => signature.slice(0, 20))],
    ['with an empty signature', () => resigned(() => 'v1,')],
  ];
  const stamped = (seconds: number) => ({
    'webhook-timestamp': String(Math.floor(suite.clock.nowMs / 1_000) + seconds),
  });
  function resigned(change: (signature: string) => string): Telling {
    const good = signed(call());
    const signature = change(good.headers['webhook-signature']!);
    return { ...good, headers: { ...good.headers, 'webhook-signature': signature } };
  }

  test.each(forged)('signed %s', async (_, telling) => {
    expect(await tell(telling())).toMatchObject({ status: 401, json: { code: 'invalid_signature' } });
    expect(await isOut()).toBe(false);
    expect(raised).toEqual([]);
  });

  test('that a customer or the operator sends with a key', async () => {
    for (const key of [shop.live, operatorKey]) {
      const told = await suite.api({ method: 'POST', path: '/callbacks/v1/opt-outs', key, body: call(), idem: null });
      expect(told.status).toBe(401);
    }
  });

  test.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['nothing', ''],
    ['a field more', call({ tenant: 'ten_1' })],
    ['no number', call({ optOutNumber: undefined })],
    ['no caller', call({ phoneNumber: undefined })],
    ['a caller that is no phone number', call({ phoneNumber: '12' })],
    ['no time', call({ at: undefined })],
    ['a time without a zone', call({ at: '2026-11-21T03:00:00' })],
    ['a call that was not made yet', call({ at: '2026-11-21T04:00:00Z' })],
    ['a number that is none', call({ optOutNumber: 801234567 })],
  ])('signed, with %s: an alarm tells of the call by its id', async (_, body) => {
    const told = await tell(signed(body));
    expect(told.status).toBe(400);
    expect(raised).toEqual([{ alarm: 'lostOptOutCall', facts: { callId: 'call-1' } }]);
    expect(await isOut()).toBe(false);
  });

  test('as JSON of more bytes than any call has', async () => {
    const long = signed(call({ optOutNumber: 'x'.repeat(5_000) }));
    expect(await tell(long)).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
  });

  test('faster than calls are made; who cannot sign uses up nothing', async () => {
    const bad = signed(call(), 'bad', 'whsec_SecretOfTheCarriers080ServiceInTheseTests0123457');
    for (let i = 0; i < 150; i++) expect((await tell(bad)).status).toBe(401);
    const good = Array.from({ length: 110 }, (_, i) => signed(call(), `call-${i}`));
    const statuses = [];
    for (const one of good) statuses.push((await tell(one)).status);
    expect(statuses.slice(0, 100).every((status) => status === 200)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    later(1);
    expect((await tell(signed(call(), 'call-110'))).status).toBe(200);
  });
});

describe('told again', () => {
  test('it is the same call: what was said since stays, as long as its signature could hold and longer', async () => {
    const first = signed(call());
    expect((await tell(first)).json).toEqual({ result: 'recorded' });
    expect((await tell(first)).json).toEqual({ result: 'repeated' });
    await subscribe();
    later(4);
    expect((await tell(first)).json).toEqual({ result: 'repeated' }); // caught on the wire
    // By the carrier, who got no answer: signed anew, under the same id
    for (const minutes of [1, 60, 24 * 60]) {
      later(minutes);
      expect((await tell(signed(first.body))).json).toEqual({ result: 'repeated' });
    }
    expect((await tell(first)).status).toBe(401);
    expect(await isOut()).toBe(false);
  });

  test('a signature of the future is known for as long as it holds', async () => {
    const ahead = signed(call(), 'call-1', undefined, suite.clock.nowMs + 5 * minuteMs);
    expect((await tell(ahead)).json).toEqual({ result: 'recorded' });
    await subscribe();
    later(10);
    expect((await tell(ahead)).json).toEqual({ result: 'repeated' });
    expect(await isOut()).toBe(false);
  });

  test('another call of the same person is another', async () => {
    await tell(signed(call()));
    await subscribe();
    later(1);
    expect((await tell(signed(call(), 'call-2'))).json).toEqual({ result: 'recorded' });
    expect(await isOut()).toBe(true);
  });

  test('many times at once, it is recorded once', async () => {
    const telling = signed(call());
    const told = await Promise.all(Array.from({ length: 8 }, () => tell(telling)));
    expect(told.filter(({ json }) => json.result === 'recorded')).toHaveLength(1);
    const { history } = (await suite.api({ path: `/v1/consents/${caller}`, key: shop.live })).json;
    expect(history).toHaveLength(1);
  });

  test.each(['before the table was written', 'after the table was written'])(
    'after a process that ended %s, nothing is lost and nothing undone',
    async (when) => {
      const { permissions } = suite.deps;
      const changeOnce: typeof permissions.changeOnce = async (...args) => {
        if (when.startsWith('after')) await permissions.changeOnce(...args);
        throw new TableBusy('the process ended');
      };
      const dying = openApi({ ...suite.deps, permissions: { ...permissions, changeOnce } });
      const telling = signed(call());
      expect((await tell(telling, dying)).status).toBe(503);
      expect(await isOut()).toBe(when.startsWith('after'));
      const again = await tell(telling);
      expect(again.json.result).toBe(when.startsWith('after') ? 'repeated' : 'recorded');
      expect(await isOut()).toBe(true);
    },
  );
});

describe('a number that changed hands', () => {
  test.each(['', '0212345678', '0800000000', '01012345678'])(
    'unknown: %j is answered, and an alarm tells',
    async (of) => {
      const told = await tell(signed(call({ optOutNumber: of })));
      expect([told.status, told.json]).toEqual([200, { result: 'unknown_number' }]);
      expect(raised).toEqual([{ alarm: 'lostOptOutCall', facts: { callId: 'call-1' } }]);
      expect(JSON.stringify(raised)).not.toContain(caller);
    },
  );

  test('canceled: the same', async () => {
    await canceled(numberId);
    later(1);
    expect((await tell(signed(call()))).json).toEqual({ result: 'unknown_number' });
    expect(raised).toHaveLength(1);
    expect(await isOut()).toBe(false);
  });

  test('calls count for whoever had it then, however late they are told', async () => {
    const mine = call();
    later(1);
    await canceled(numberId);
    later(1);
    const between = call({ phoneNumber: '01034567890' });
    later(1);
    const other = await newTenant(suite.api);
    await opened(other, number);
    later(1);
    const theirs = call({ phoneNumber: '01045678901' });
    later(60);
    expect((await tell(signed(mine, 'call-1'))).json).toEqual({ result: 'recorded' });
    expect((await tell(signed(between, 'call-2'))).json).toEqual({ result: 'unknown_number' });
    expect((await tell(signed(theirs, 'call-3'))).json).toEqual({ result: 'recorded' });
    expect([await isOut(), await isOut(other.live)]).toEqual([true, false]);
    expect(await isOut(shop.live, '01045678901')).toBe(false);
    expect(await isOut(other.live, '01045678901')).toBe(true);
    for (const { live } of [shop, other]) expect(await isOut(live, '01034567890')).toBe(false);
  });
});
