import { PutCommand, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import type { OperatorDoor } from '../../../functions/api/operator-door.ts';
import { routes } from '../../../functions/api/routes.ts';
import { openTrail } from '../../../functions/api/trail.ts';
import { openAuditLog } from '../../../shared/adapters/dynamo/audit-log.ts';
import type { AuditEntry } from '../../../shared/domain/audit/audit.ts';

import { operatorScopes } from '../../../shared/domain/operators/scopes.ts';
import { newTenant, openApi, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';
import { newOperator } from './operators.ts';
import { newShop } from './things.ts';

const suite = apiSuite();
type Shown = Omit<AuditEntry, 'atMs'> & { at: string };
const root = (method: string, path: string, body?: unknown, idem?: string) =>
  suite.api({ method, path: `/operator/v1${path}`, key: operatorKey, body, ...(idem ? { idem } : {}) });
/** How these tests look at the log: without leaving anything there. */
const unseen = (path: string, query: string) => {
  const operators: OperatorDoor = {
    ...suite.deps.operators!,
    trail: (call) => openTrail({ log: { begin: async () => {}, end: async () => {} }, ids: suite.deps.ids }, call),
  };
  return openApi({ ...suite.deps, operators })({ path: `/operator/v1${path}`, key: operatorKey, query });
};
const audit = async (query = '') =>
  (await unseen('/audit', query)).json as { data: Shown[]; nextCursor: string | null };
/** Oldest first, as they happened. */
const entries = async () => (await audit('limit=500')).data.reverse();
const later = () => {
  suite.clock.nowMs += 1_000;
};

describe('every action of operators stands in the log', () => {
  test('with who, what, when, what came of it, and what was changed', async () => {
    const body = { name: 'Shop', notificationEmails: ['ops@shop.kr'] };
    const { id, apiKeys } = (await root('POST', '/tenants', body)).json;
    const kim = await newOperator(suite.api, ['tenants:write', 'credits:write', 'reviews:write']);
    const at = `/tenants/${id}`;
    for (const [path, given] of [
      [`${at}/suspend`],
      [`${at}/resume`],
      [`${at}/credits`, { credits: 5, type: 'grant', note: 'for 010-1234-5678' }],
      [`${at}/sender-numbers`, { number: '02-1234-5678' }],
      [`${at}/credits`, { credits: -5, type: 'adjust' }],
      [`${at}/close`],
    ] as const) {
      later();
      const { status } = await kim.ask('POST', path, { body: given });
      expect([path, status < 300]).toEqual([path, true]);
    }
    const [created, keyMade, ...done] = await entries();
    const { name } = body;
    expect(created).toMatchObject({
      ...{ keyId: 'root', keyName: 'root', action: 'POST /operator/v1/tenants', tenantId: id, status: 201 },
      ...{ outcome: 'done', before: null, after: { id, name, notificationEmails: ['o***@shop.kr'] } },
    });
    expect(keyMade).toMatchObject({ after: { id: kim.id, name: 'Kim' }, before: null, tenantId: null });
    const of = (action: string) => `POST /operator/v1/tenants/{id}/${action}`;
    expect(done.map(({ action, before, after }) => [action, before, after])).toEqual([
      [of('suspend'), { status: 'active' }, { status: 'suspended' }],
      [of('resume'), { status: 'suspended' }, { status: 'active' }],
      [
        of('credits'),
        null,
        { ledgerEntry: expect.any(String), mode: 'live', type: 'grant', credits: 5, note: 'for 010****5678' },
      ],
      [of('sender-numbers'), null, expect.objectContaining({ senderNumber: '0212345678', status: 'approved' })],
      [of('credits'), null, expect.objectContaining({ credits: -5, type: 'adjust' })],
      [of('close'), { status: 'active' }, { status: 'closed' }],
    ]);
    for (const [i, one] of done.entries()) {
      expect(one).toMatchObject({ keyId: kim.id, keyName: 'Kim', outcome: 'done', tenantId: id, targets: { id } });
      expect(Date.parse(one.at)).toBe(suite.clock.nowMs - (done.length - 1 - i) * 1_000);
    }
    const text = JSON.stringify(await entries());
    const secrets = [...apiKeys.map(({ secret }: { secret: string }) => secret), kim.secret, operatorKey];
    for (const hidden of [...secrets, '01012345678', '1234-5678', 'ops@shop.kr']) expect(text).not.toContain(hidden);
  });

  test('opt-out numbers with their states before and after', async () => {
    const { id, live } = await newTenant(suite.api);
    const asked = await suite.api({ method: 'POST', path: '/v1/opt-out-numbers', key: live, body: {} });
    const at = `/tenants/${id}/opt-out-numbers/${asked.json.id}`;
    await root('POST', `${at}/schedule`, { number: '0801234567', expectedOpeningOn: '2026-11-27' });
    await root('POST', `${at}/open`, {});
    await root('POST', `${at}/open`, {});
    await root('POST', `${at}/cancel`, {});
    const optOutNumber = '0801234567';
    const scheduled = { status: 'scheduled', optOutNumber, expectedOpeningOn: '2026-11-27' };
    const told = (await entries())
      .slice(1)
      .map(({ outcome, status, before, after }) => [outcome, status, before, after]);
    expect(told).toEqual([
      ['done', 200, { status: 'requested', optOutNumber: null, expectedOpeningOn: null }, scheduled],
      ['done', 200, scheduled, { ...scheduled, status: 'registered' }],
      ['refused', 409, null, null],
      ['done', 200, { ...scheduled, status: 'registered' }, { ...scheduled, status: 'canceled' }],
    ]);
  });

  test('what changes nothing says so', async () => {
    const { id } = await newShop(suite.api);
    const before = (await entries()).length;
    later();
    await root('POST', `/tenants/${id}/resume`);
    await root('POST', `/tenants/${id}/sender-numbers`, { number: '0212345678' });
    const [resumed, approved] = (await entries()).slice(before);
    expect(resumed).toMatchObject({ outcome: 'done', status: 200, before: null, after: null });
    expect(approved).toMatchObject({ outcome: 'done', status: 201 });
    expect(approved!.before).toEqual(approved!.after);
  });

  test('of two who suspend at once, one changed it', async () => {
    const { id } = await newTenant(suite.api);
    const { client } = suite.table;
    const send = client.send.bind(client) as (command: object) => Promise<unknown>;
    const suspend = () => root('POST', `/tenants/${id}/suspend`);
    let overtaken = false;
    vi.spyOn(client, 'send').mockImplementation(async (command: object) => {
      if (command instanceof TransactWriteCommand && !overtaken) {
        overtaken = true;
        expect((await suspend()).status).toBe(200);
      }
      return send(command);
    });
    expect((await suspend()).status).toBe(200);
    vi.restoreAllMocks();
    expect(overtaken).toBe(true);
    const told = (await entries()).slice(1).map(({ outcome, after }) => [outcome, after]);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(['done', { status: 'suspended' }]);
    expect(told).toContainEqual(['done', null]);
  });

  test('a replay is no second action', async () => {
    const { id } = await newTenant(suite.api);
    const grant = { credits: 5, type: 'grant' };
    for (let i = 0; i < 3; i++) await root('POST', `/tenants/${id}/credits`, grant, 'one');
    await root('POST', `/tenants/${id}/credits`, { ...grant, credits: 6 }, 'one');
    const told = (await entries()).slice(1).map(({ outcome, status, code }) => [outcome, status, code]);
    const replayed = ['replayed', 201, null];
    expect(told).toEqual([['done', 201, null], ...[replayed, replayed], ['refused', 422, 'idempotency_key_reused']]);
  });

  test('of many at once under one Idempotency-Key exactly one did it', async () => {
    const { id, live } = await newTenant(suite.api);
    await Promise.all(
      Array.from({ length: 8 }, () => root('POST', `/tenants/${id}/credits`, { credits: 5, type: 'grant' }, 'one')),
    );
    const outcomes = (await entries()).slice(1).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['done', ...Array(7).fill('replayed')]);
    expect((await suite.api({ path: '/v1/credits', key: live })).json.available).toBe(5);
  });

  test('looking, too: at each thing that operators may look at, the log itself included', async () => {
    const { id, live } = await newTenant(suite.api);
    const asked = await suite.api({ method: 'POST', path: '/v1/opt-out-numbers', key: live, body: {} });
    await root('POST', `/tenants/${id}/sender-numbers`, { number: '0212345678' });
    const kim = await newOperator(suite.api, [...operatorScopes]);
    const values = { id, number: '0212345678', optOutNumberId: asked.json.id, keyId: kim.id };
    const gets = routes.filter(({ method, auth }) => method === 'GET' && auth === 'operator').map(({ path }) => path);
    expect(gets.length).toBeGreaterThan(8);
    for (const path of gets) {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name]);
      later();
      const { status } = await kim.ask('GET', filled.replace('/operator/v1', ''));
      expect([path, status]).toEqual([path, 200]);
    }
    const told = (await entries()).filter(({ keyId }) => keyId === kim.id);
    expect(told.map(({ action }) => action)).toEqual(gets.map((path) => `GET ${path}`));
    for (const one of told) {
      expect(one).toMatchObject({ outcome: 'done', status: 200, keyName: 'Kim', before: null, after: null });
      for (const [name, value] of Object.entries(one.targets)) expect(value).toBe(values[name as keyof typeof values]);
    }
  });

  test('nobody is shown what cannot be put on record', async () => {
    const { operators } = suite.deps;
    const trail = operators!.trail.bind(operators);
    const end = async () => {
      throw Object.assign(new Error('The log is not there'), { name: 'TableBusy' });
    };
    const log = { begin: async () => {}, end };
    const withoutLog = (call: Parameters<typeof trail>[0]) => openTrail({ log, ids: suite.deps.ids }, call);
    const { id } = await newShop(suite.api);
    Object.assign(operators!, { trail: withoutLog });
    const { status, text } = await root('GET', `/tenants/${id}`);
    Object.assign(operators!, { trail });
    expect([status, text.includes(id)]).toEqual([503, false]);
  });
});

describe('attempts that were refused stand there, too', () => {
  const absent = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';

  test.each([
    ['GET', '/tenants', undefined, 403, 'scope_missing'],
    ['POST', `/tenants/${absent}/suspend`, undefined, 403, 'scope_missing'],
    ['POST', `/tenants/${absent}/credits`, { credits: 1, type: 'grant' }, 404, 'not_found'],
    ['POST', `/tenants/${absent}/credits`, { credits: 0 }, 400, 'invalid_request'],
    ['POST', '/tenants/01012345678/credits', { credits: 1, type: 'grant' }, 404, 'not_found'],
  ])('%s %s', async (method, path, body, status, code) => {
    const kim = await newOperator(suite.api, ['credits:write']);
    expect(await kim.ask(method, path, { body })).toMatchObject({ status, json: { code } });
    const [entry] = (await entries()).slice(1);
    expect(entry).toMatchObject({ keyId: kim.id, outcome: 'refused', status, code, before: null, after: null });
    expect(JSON.stringify(entry)).not.toContain('01012345678');
  });

  test('without an Idempotency-Key, and when credits do not suffice', async () => {
    const { id } = await newTenant(suite.api);
    const body = { credits: -5, type: 'adjust' };
    const path = `/operator/v1/tenants/${id}/credits`;
    await suite.api({ method: 'POST', path, key: operatorKey, body, idem: null });
    await root('POST', `/tenants/${id}/credits`, body);
    const told = (await entries()).slice(1).map(({ code, after }) => [code, after]);
    expect(told).toEqual([
      ['idempotency_key_missing', null],
      ['balance_too_low', null],
    ]);
  });

  test('but nobody without a key writes there', async () => {
    for (const key of [null, 'bk_op_wrong', `bk_op_${'x'.repeat(32)}`]) {
      expect((await suite.api({ method: 'POST', path: '/operator/v1/tenants', key, body: {} })).status).toBe(401);
    }
    expect(await entries()).toEqual([]);
  });
});

describe('nothing is done without a record', () => {
  test('when the log takes nothing, nothing is done', async () => {
    const { id } = await newTenant(suite.api);
    const { operators } = suite.deps;
    const trail = operators!.trail.bind(operators);
    const around = async () => {
      throw Object.assign(new Error('The log is not there'), { name: 'TableBusy' });
    };
    Object.assign(operators!, { trail: (call: Parameters<typeof trail>[0]) => ({ ...trail(call), around }) });
    expect((await root('POST', `/tenants/${id}/suspend`)).status).toBe(503);
    Object.assign(operators!, { trail });
    expect((await root('GET', `/tenants/${id}`)).json.status).toBe('active');
  });

  test('a process that ends between the change and its end leaves what it changed, and a process that ends before, that it began', async () => {
    const { id } = await newTenant(suite.api);
    const { tenants } = suite.deps;
    const setState = tenants.setState.bind(tenants);
    let dies: 'before' | 'after' = 'after';
    const log = openAuditLog({ ...suite.table, now: () => suite.clock.nowMs });
    // The end that the door writes gets lost with the process
    const lost = { ...log, end: async () => {} };
    const { openOperatorDoor } = await import('../../../functions/api/operator-door.ts');
    const secret = operatorKey.slice('bk_op_'.length);
    Object.assign(suite.deps.operators!, {
      trail: openOperatorDoor({
        ...{ secret: async () => secret, log: lost, ids: suite.deps.ids },
        keyDoor: { admit: async () => ({ kind: 'unknown' }) },
      }).trail,
    });
    Object.assign(tenants, {
      setState: async (...args: Parameters<typeof setState>) => {
        if (dies === 'after') await setState(...args);
        throw new Error('The process ends here');
      },
    });
    await root('POST', `/tenants/${id}/suspend`);
    dies = 'before';
    later();
    await root('POST', `/tenants/${id}/resume`);
    const [suspended, resumed] = (await entries()).slice(1);
    expect(suspended).toMatchObject({
      ...{ outcome: 'done', before: { status: 'active' }, after: { status: 'suspended' } },
    });
    expect(resumed).toMatchObject({ outcome: 'unfinished', status: null, before: null, after: null });
  });

  test('what broke says so, and tells nothing of the inside', async () => {
    const { id } = await newTenant(suite.api);
    Object.assign(suite.deps.tenants, {
      setState: async () => {
        throw new Error('secret inside');
      },
    });
    expect((await root('POST', `/tenants/${id}/suspend`)).status).toBe(500);
    const [, broken] = await entries();
    expect(broken).toMatchObject({ outcome: 'failed', status: 500, code: null });
    expect(JSON.stringify(broken)).not.toContain('secret inside');
  });

  test('what stands there is not written over, and has no time to live', async () => {
    await newTenant(suite.api);
    const { client, name } = suite.table;
    const { Items } = await client.send(new ScanCommand({ TableName: name }));
    const items = Items!.filter(({ entity }) => entity === 'audit');
    expect(items).toHaveLength(2);
    for (const item of items) {
      expect(item).not.toHaveProperty('expiresAt');
      const { pk: _, sk: __, entity: ___, ...entry } = item;
      const other = { ...entry, keyName: 'Nobody' } as unknown as AuditEntry;
      if (entry.outcome === 'unfinished') {
        await expect(openAuditLog(suite.table).begin(other)).rejects.toThrow();
      } else await openAuditLog(suite.table).end(other);
    }
    expect(JSON.stringify((await client.send(new ScanCommand({ TableName: name }))).Items)).not.toContain('Nobody');
  });
});

describe('the log is read', () => {
  test('page by page, each entry once, across months, begun ones among them', async () => {
    const { id } = await newTenant(suite.api);
    const expected: string[] = [(await entries())[0]!.requestId];
    suite.clock.nowMs = Date.parse('2026-11-30T23:59:55Z');
    for (let i = 0; i < 11; i++) {
      later();
      const { headers } = await root('POST', `/tenants/${id}/${i % 2 ? 'resume' : 'suspend'}`);
      expected.push(headers['x-request-id']!);
    }
    const log = openAuditLog(suite.table);
    later();
    await log.begin({
      ...{ id: 'aud_01ARZ3NDEKTSV4RRFFQ69G5FAV', atMs: suite.clock.nowMs, keyId: 'root', keyName: 'root' },
      ...{ action: 'POST /x', targets: {}, tenantId: null, requestId: 'begun' },
    });
    expected.push('begun');
    later();
    for (const limit of [1, 2, 3, 5, 12, 13, 14]) {
      const seen: string[] = [];
      for (let query = `limit=${limit}`; ; ) {
        const { data, nextCursor } = await audit(query);
        seen.push(...data.map(({ requestId }) => requestId));
        if (nextCursor === null) break;
        expect(data).toHaveLength(limit);
        query = `limit=${limit}&cursor=${nextCursor}`;
      }
      expect([limit, seen.reverse()]).toEqual([limit, expected]);
    }
  });

  test('by key, tenant and time', async () => {
    const [a, b] = [await newTenant(suite.api), await newTenant(suite.api)];
    const kim = await newOperator(suite.api, ['tenants:write']);
    const startMs = suite.clock.nowMs;
    for (const { id } of [a, b, a]) {
      later();
      await kim.ask('POST', `/tenants/${id}/suspend`);
      await root('POST', `/tenants/${id}/resume`);
    }
    const found = async (query: string) => (await audit(query)).data.length;
    expect(await found(`keyId=${kim.id}`)).toBe(3);
    expect(await found('keyId=root')).toBe(6);
    expect(await found(`tenantId=${a.id}`)).toBe(5);
    expect(await found(`tenantId=${b.id}&keyId=${kim.id}`)).toBe(1);
    const time = (ms: number) => new Date(startMs + ms).toISOString();
    expect(await found(`from=${time(1_000)}&until=${time(2_000)}`)).toBe(2);
    expect(await found(`from=${time(1_000)}&until=${time(1_000)}`)).toBe(0);
    expect(await found(`until=${time(1_000)}`)).toBe(3);
    const few: Shown[] = [];
    for (let query = `limit=1&tenantId=${b.id}`; ; ) {
      const { data, nextCursor } = await audit(query);
      few.push(...data);
      if (nextCursor === null) break;
      query = `limit=1&tenantId=${b.id}&cursor=${nextCursor}`;
    }
    expect(few).toHaveLength(3);
  });

  test.each([
    ['from=2020-01-01T00:00:00Z', 'invalid_request'],
    ['from=2026-11-21', 'invalid_request'],
    ['keyId=key_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'invalid_request'],
    ['cursor=x', 'invalid_cursor'],
    [`cursor=${Buffer.from('"2026-11-21T03:00:00.000Z#T#x#BEGUN"').toString('base64url')}`, 'invalid_cursor'],
  ])('not with %s', async (query, code) => {
    const told = await suite.api({ path: '/operator/v1/audit', key: operatorKey, query });
    expect(told).toMatchObject({ status: 400, json: { code } });
  });

  test('only with the scope, by nobody else', async () => {
    const { live } = await newTenant(suite.api);
    const without = await newOperator(suite.api, ['tenants:read', 'keys:write']);
    const reader = await newOperator(suite.api, ['audit:read']);
    for (const path of ['/audit', '/audit/export']) {
      expect((await without.ask('GET', path)).status).toBe(403);
      expect((await reader.ask('GET', path)).status).toBe(200);
      expect((await suite.api({ path: `/operator/v1${path}`, key: live })).status).toBe(401);
    }
  });

  test('as a file, in lines of json or csv, and goes on where it ended', async () => {
    const { id } = await newTenant(suite.api, '=cmd|"x"');
    for (let i = 0; i < 4; i++) {
      later();
      await root('POST', `/tenants/${id}/${i % 2 ? 'resume' : 'suspend'}`);
    }
    const all = (await audit()).data;
    const file = async (query: string) => {
      const { text, headers } = await unseen('/audit/export', query);
      return {
        text,
        next: headers['next-cursor'],
        type: headers['content-type'],
        name: headers['content-disposition'],
      };
    };
    const whole = await file('');
    expect(whole).toMatchObject({ type: 'application/x-ndjson', next: undefined });
    expect(whole.name).toContain('audit.ndjson');
    expect(
      whole.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(all);
    const first = await file('limit=2');
    const rest = await file(`limit=500&cursor=${first.next}`);
    expect(first.text + rest.text).toBe(whole.text);
    const csv = (await file('format=csv')).text.split('\r\n');
    expect(csv[0]).toBe('\uFEFFid,at,keyId,keyName,action,targets,tenantId,requestId,outcome,status,code,before,after');
    expect(csv).toHaveLength(all.length + 2);
    expect(csv[1]).toContain(all[0]!.id);
    expect(csv.join()).not.toMatch(/(^|,)=cmd/);
  });

  test('an item of the log that is not as it should be is an error, and not left out', async () => {
    const Item = { pk: 'AUDIT#2026-11', sk: '2026-11-21T02:59:59.000Z#aud_x#ENDED', entity: 'audit' };
    await suite.table.client.send(new PutCommand({ TableName: suite.table.name, Item }));
    expect((await suite.api({ path: '/operator/v1/audit', key: operatorKey })).status).toBe(500);
  });
});
