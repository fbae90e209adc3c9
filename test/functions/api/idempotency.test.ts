import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IdempotencyStore } from '../../../shared/domain/idempotency/idempotency.ts';
import { type ApiDeps, newTenant, openApi, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const hourMs = 3_600_000;

async function funded(credits = 100) {
  const tenant = await newTenant(suite.api);
  const path = `/operator/v1/tenants/${tenant.id}/credits`;
  await suite.api({ method: 'POST', path, key: operatorKey, body: { credits, type: 'grant' } });
  const grant = (idem: string | null, body: unknown = { credits: 1, type: 'grant' }, headers = {}) =>
    suite.api({ method: 'POST', path, key: operatorKey, body, idem, headers });
  const available = async () => (await suite.api({ path: '/v1/credits', key: tenant.live })).json.available;
  return { tenant, path, grant, available };
}

describe('the same key', () => {
  test('with the same request answers the same again and does nothing', async () => {
    const { grant, available } = await funded();
    const first = await grant('a', { credits: 7, type: 'bonus', note: 'n' });
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    suite.clock.nowMs += 71 * hourMs;
    const again = await grant('a', { note: 'n', type: 'bonus', credits: 7 });
    expect([again.status, again.json]).toEqual([first.status, first.json]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await available()).toBe(107);
  });

  test('with another body, another path or an added field is refused', async () => {
    const { tenant, grant, available } = await funded();
    await grant('a');
    const senders = `/operator/v1/tenants/${tenant.id}/sender-numbers`;
    const neighbour = await newTenant(suite.api);
    const theirs = `/operator/v1/tenants/${neighbour.id}/credits`;
    const told = [
      await suite.api({
        method: 'POST',
        path: theirs,
        key: operatorKey,
        body: { credits: 1, type: 'grant' },
        idem: 'a',
      }),
      await grant('a', { credits: 2, type: 'grant' }),
      await grant('a', { credits: 1, type: 'grant', note: 'x' }),
      await suite.api({ method: 'POST', path: senders, key: operatorKey, body: { number: '0212345678' }, idem: 'a' }),
    ];
    for (const each of told) expect(each).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
    expect(await available()).toBe(101);
  });

  test('is free again after 72 hours, even before storage forgets it', async () => {
    const { grant, available } = await funded();
    await grant('a');
    suite.clock.nowMs += 72 * hourMs;
    const later = await grant('a', { credits: 2, type: 'grant' });
    expect(later.status).toBe(201);
    expect(later.headers['idempotency-replayed']).toBeUndefined();
    expect(await available()).toBe(103);
  });

  test('means something else to every tenant and in every mode', async () => {
    const [a, b] = [await newTenant(suite.api), await newTenant(suite.api)];
    const made = [];
    for (const key of [a.live, a.test, b.live, b.test]) {
      made.push(await suite.api({ method: 'POST', path: '/v1/api-keys', key, idem: 'same', body: { mode: 'test' } }));
    }
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(made.map(({ json }) => json.id)).size).toBe(4);
  });

  test('stays free when its request was refused', async () => {
    const { grant, available } = await funded();
    expect((await grant('a', { credits: -500, type: 'adjust' })).status).toBe(422);
    expect((await grant('a', { credits: 'x' })).status).toBe(400);
    expect((await grant('a', { credits: -50, type: 'adjust' })).status).toBe(201);
    expect(await available()).toBe(50);
  });

  test.each([
    [null, 'idempotency_key_missing'],
    ['', 'idempotency_key_missing'],
    ['with space', 'invalid_idempotency_key'],
    ['봉수', 'invalid_idempotency_key'],
    ['x'.repeat(256), 'invalid_idempotency_key'],
  ])('%j is no key', async (idem, code) => {
    const { grant, available } = await funded();
    expect(await grant(idem)).toMatchObject({ status: 400, json: { code } });
    expect(await available()).toBe(100);
  });

  test('of 255 characters of any visible kind is one', async () => {
    const { grant } = await funded();
    const key = `#"\\/{}%~${'x'.repeat(247)}`;
    const first = await grant(key);
    expect((await grant(key)).json).toEqual(first.json);
  });
});

describe('races under one key', () => {
  test('one thing happens and everybody hears the same', async () => {
    const { grant, available } = await funded(0 + 1_000);
    let expected = 1_000;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.integer({ min: -30, max: 30 }), async (twins, credits) => {
        suite.clock.nowMs += 10_000; // the operator's rate
        if (credits === 0) return;
        expected += credits;
        const idem = `race-${suite.clock.nowMs}`;
        const told = await Promise.all(Array.from({ length: twins }, () => grant(idem, { credits, type: 'adjust' })));
        expect(told.map(({ status }) => status)).toEqual(Array(twins).fill(201));
        expect(new Set(told.map(({ text }) => text)).size).toBe(1);
        expect(told.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(twins - 1);
        expect(await available()).toBe(expected);
      }),
      { numRuns: 15 },
    );
  });

  test('the loser of the last credits hears what the winner did, not that the credits are gone', async () => {
    const { grant, available } = await funded(10);
    for (let round = 0; round < 5; round++) {
      const told = await Promise.all(
        Array.from({ length: 8 }, () => grant(`all-${round}`, { credits: -10, type: 'adjust' })),
      );
      expect(told.map(({ status }) => status)).toEqual(Array(8).fill(201));
      expect(await available()).toBe(0);
      await grant(`back-${round}`, { credits: 10, type: 'grant' });
    }
  });

  test('two different requests: one wins, the other is told so', async () => {
    const { grant, available } = await funded();
    const told = await Promise.all([1, 2, 3, 4].map((credits) => grant('x', { credits, type: 'grant' })));
    const won = told.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    for (const each of told) if (each.status !== 201) expect(each.json.code).toBe('idempotency_key_reused');
    expect(await available()).toBe(100 + won[0]!.json.credits);
  });

  test('making a key: one key, whose secret one answer has', async () => {
    const { live } = await newTenant(suite.api);
    const told = await Promise.all(
      Array.from({ length: 6 }, () => suite.api({ method: 'POST', path: '/v1/api-keys', key: live, idem: 'k' })),
    );
    expect(new Set(told.map(({ json }) => json.id)).size).toBe(1);
    expect(told.filter(({ json }) => json.secret !== null)).toHaveLength(1);
    expect((await suite.api({ path: '/v1/api-keys', key: live })).json.data).toHaveLength(3);
  });

  test('are settled by the transaction, not by the look before it', async () => {
    const { path } = await funded();
    // The first look finds nothing although the record is there already: what a slow twin sees.
    const blindFirst = (store: IdempotencyStore): IdempotencyStore => {
      let looks = 0;
      return { find: async (...asked) => (looks++ === 0 ? null : store.find(...asked)) };
    };
    const twin = (deps: ApiDeps) => openApi({ ...deps, idempotency: blindFirst(deps.idempotency) });
    const asked = {
      method: 'POST',
      path,
      key: operatorKey,
      body: { credits: 5, type: 'grant' },
      idem: 'slow',
    } as const;
    const first = await suite.api(asked);
    const late = await twin(suite.deps)(asked);
    expect(late).toMatchObject({ status: 201, json: first.json, headers: { 'idempotency-replayed': 'true' } });
    const other = await twin(suite.deps)({ ...asked, body: { credits: 6, type: 'grant' } });
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
  });
});
