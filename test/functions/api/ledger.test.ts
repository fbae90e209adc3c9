import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { newTenant, openApi, operatorKey } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';

const suite = apiSuite();
const dayMs = 86_400_000;

interface Entry {
  readonly id: string;
  readonly credits: number;
  readonly at: string;
}

/** Grants at the given days after the tenant's beginning; the answer is what they were, in order. */
async function grantsAt(id: string, days: readonly number[]): Promise<Entry[]> {
  const made: Entry[] = [];
  for (const [i, day] of days.entries()) {
    suite.clock.nowMs = startMs + day * dayMs;
    const path = `/operator/v1/tenants/${id}/credits`;
    const { json } = await suite.api({
      method: 'POST',
      path,
      key: operatorKey,
      body: { credits: i + 1, type: 'grant' },
    });
    made.push(json);
  }
  return made;
}

async function allPages(key: string, query: string): Promise<Entry[]> {
  const seen: Entry[] = [];
  for (let cursor = ''; ; ) {
    const { json, status } = await suite.api({ path: '/v1/credits/ledger', key, query: `${query}${cursor}` });
    expect(status).toBe(200);
    seen.push(...json.data);
    if (json.nextCursor === null) return seen;
    expect(json.data.length).toBeGreaterThan(0);
    cursor = `&cursor=${json.nextCursor}`;
  }
}

describe('the ledger', () => {
  test('begins with the test credits, though the tenant’s id is made a moment after its request came in', async () => {
    suite.api = openApi({ ...suite.deps, ids: { ulid: () => ulid(suite.clock.nowMs + 5) } });
    const { test: key } = await newTenant(suite.api);
    suite.clock.nowMs += dayMs;
    expect((await allPages(key, 'limit=5')).map(({ credits }) => credits)).toEqual([100_000]);
  });

  test('is told newest first over months and years, page by page, each entry once', async () => {
    const { id, live } = await newTenant(suite.api);
    const made = await grantsAt(id, [0, 1, 1, 9, 10, 40, 41, 41, 400]);
    const expected = made.map(({ id: entry }) => entry).reverse();
    for (const limit of [1, 2, 3, 4, 9, 500]) {
      expect((await allPages(live, `limit=${limit}`)).map(({ id: entry }) => entry)).toEqual(expected);
    }
  });

  test('is cut by time exactly: from is in, until is out', async () => {
    const { id, live } = await newTenant(suite.api);
    const days = [0, 0.5, 9.99, 10, 10, 31, 60];
    const made = await grantsAt(id, days);
    const bound = fc.constantFrom(-1, 0, 0.5, 9.99, 10, 10.5, 31, 60, 61);
    suite.clock.nowMs = startMs + 61 * dayMs;
    await fc.assert(
      fc.asyncProperty(bound, bound, fc.integer({ min: 1, max: 4 }), async (from, until, limit) => {
        suite.clock.nowMs += 1_000; // the key's rate
        const [createdFrom, createdUntil] = [from, until].map((day) => new Date(startMs + day * dayMs).toISOString());
        const seen = await allPages(live, `limit=${limit}&createdFrom=${createdFrom}&createdUntil=${createdUntil}`);
        const expected = made.filter((_, i) => days[i]! >= from && days[i]! < until).reverse();
        expect(seen).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test('takes times with any offset, also with an unescaped plus', async () => {
    const { id, live } = await newTenant(suite.api);
    await grantsAt(id, [0]);
    for (const from of ['2026-11-21T12:00:00%2B09:00', '2026-11-21T12:00:00+09:00', '2026-11-21T03:00:00Z']) {
      expect(await allPages(live, `createdFrom=${from}`)).toHaveLength(1);
    }
    expect(await allPages(live, 'createdFrom=2026-11-21T12:00:00.001%2B09:00')).toHaveLength(0);
    for (const from of ['2026-11-21T12:00:00', '2026-11-21', 'yesterday', '']) {
      const told = await suite.api({ path: '/v1/credits/ledger', key: live, query: `createdFrom=${from}` });
      expect(told).toMatchObject({ status: 400, json: { errors: [{ in: 'query', pointer: '/createdFrom' }] } });
    }
  });

  test('a cursor that was made up is refused or harmless', async () => {
    const { id, live } = await newTenant(suite.api);
    const made = await grantsAt(id, [0, 1]);
    const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const cursor of [
      'x',
      '%00',
      cursorOf(1),
      cursorOf({}),
      cursorOf({ month: '2026-13', id: 'a' }),
      cursorOf({ month: '2026-11', id: '' }),
      cursorOf({ month: '2026-11', id: 'a', pk: 'T#other' }),
    ]) {
      const told = await suite.api({ path: '/v1/credits/ledger', key: live, query: `cursor=${cursor}` });
      expect(told).toMatchObject({ status: 400, json: { code: 'invalid_cursor' } });
    }
    for (const position of [
      { month: '9999-12', id: 'ZZZ' },
      { month: '0001-01', id: '0' },
      { month: '2026-11', id: '~'.repeat(64) },
    ]) {
      const told = await suite.api({ path: '/v1/credits/ledger', key: live, query: `cursor=${cursorOf(position)}` });
      expect(told.status).toBe(200);
      for (const { id: seen } of told.json.data) expect(made.map((entry) => entry.id)).toContain(seen);
    }
  });
});
