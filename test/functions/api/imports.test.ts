import { beforeEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { ImportMessage } from '../../../shared/contracts/queue-messages.ts';
import { runImport } from '../../../shared/domain/imports/run-import.ts';
import { recipientUploads } from '../../../shared/domain/uploads/recipient-uploads.ts';
import { World } from '../../domain/uploads/fake-uploads.ts';
import { type Api, newTenant, openApi, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
let api: Api;
let tenant: TestTenant;
let files: World;
let queue: ImportMessage[];

beforeEach(async () => {
  queue = [];
  const importQueue = { step: async (message: ImportMessage) => void queue.push(message) };
  api = openApi({ ...suite.deps, importing: { ...suite.deps.importing, importQueue } });
  tenant = await newTenant(api);
  files = new World();
  files.nowMs = suite.clock.nowMs;
  Object.assign(files, { uploads: suite.deps.uploads });
});

/** An upload of recipients; with a file it is put and validated. */
async function uploaded(content: string | null, key = tenant.live, over: object = {}): Promise<string> {
  const body = { purpose: 'recipients', fileName: 'known.csv', onInvalidRows: 'skip', ...over };
  const { json } = await api({ method: 'POST', path: '/v1/uploads', key, body });
  if (content !== null) await put(json.id, content);
  return json.id;
}

async function put(id: string, content: string | Buffer): Promise<void> {
  const upload = (await suite.deps.uploads.find(tenant.id as OwnerId, id as `upl_${string}`))!;
  await files.deliver(files.put(upload.objectKey, content));
}

/** Does what the worker does with every record in the queue. */
async function work(): Promise<void> {
  const { imports, permissions, contacts, uploads } = suite.deps;
  const ports = {
    ...{ imports: { ...suite.deps.importing.imports, ...imports }, permissions, contacts },
    uploads: recipientUploads(uploads),
    rows: {
      async *stream(key: string) {
        yield files.objects.get(key)!;
      },
      range: async (key: string, offset: number, length: number) =>
        files.objects.get(key)!.subarray(offset, offset + length),
    },
    reports: files.lists,
    importQueue: { step: async () => {} },
    time: { now: () => suite.clock.nowMs },
    ids: files.ids,
    log: { info: () => {}, warn: () => {} },
  };
  for (const message of queue.splice(0)) await runImport(ports as unknown as Parameters<typeof runImport>[0], message);
}

const paths = {
  consents: '/v1/consents/imports',
  opt_outs: '/v1/opt-outs/imports',
  contacts: '/v1/contacts/imports',
} as const;
const ask = (kind: keyof typeof paths, body: object, more: object = {}) =>
  api({ method: 'POST', path: paths[kind], key: tenant.live, body, ...more });
const look = async (kind: keyof typeof paths, id: string) =>
  (await api({ path: `${paths[kind]}/${id}`, key: tenant.live })).json;
const consentOf = async (number: string, key = tenant.live) =>
  (await api({ path: `/v1/consents/${number}`, key })).json;

describe('an import of consents', () => {
  test('is asked for, runs, and is looked at', async () => {
    const uploadId = await uploaded(
      'phoneNumber,marketing,night,at,evidence\n010-2000-0001,Y,N,2026-11-20,form 7\n010-2000-0002,거부,,,\n010-2000-0003,,,,\n',
    );
    const { status, json } = await ask('consents', { uploadId });
    expect([status, json]).toEqual([
      202,
      {
        ...{ id: json.id, kind: 'consents', uploadId, onInvalidRows: 'reject', status: 'waiting' },
        ...{
          rows: null,
          done: 0,
          changed: 0,
          unchanged: 0,
          refused: 0,
          errors: [],
          errorCount: 0,
          errorReportUrl: null,
        },
        ...{ failure: null, createdAt: new Date(suite.clock.nowMs).toISOString(), completedAt: null },
      },
    ]);
    expect(queue).toEqual([{ importId: json.id }]);
    await work();
    const completed = await look('consents', json.id);
    expect(completed).toMatchObject({ status: 'completed', rows: 3, done: 3, changed: 2, unchanged: 1, refused: 0 });
    expect(completed.completedAt).toBe(json.createdAt);
    const consent = await consentOf('01020000001');
    const said = { at: '2026-11-19T15:00:00.000Z', evidence: 'form 7', evidenceUploadId: null };
    expect(consent).toMatchObject({ marketing: { value: true, ...said }, night: { value: false, ...said } });
    expect(consent.history).toMatchObject([{ source: 'import', importId: json.id, at: json.createdAt }]);
    expect(await consentOf('01020000002')).toMatchObject({ marketing: { value: false }, night: { value: false } });
    expect((await consentOf('01020000003')).history).toEqual([]);
    expect((await consentOf('01020000001', tenant.test)).history).toEqual([]);
  });

  test('whose rows make no sense says so, with a report', async () => {
    const uploadId = await uploaded('phoneNumber,marketing\n010-2000-0001,Y\n010-2000-0002,maybe\n');
    const { json } = await ask('consents', { uploadId });
    await work();
    const failed = await look('consents', json.id);
    expect(failed).toMatchObject({
      ...{ status: 'failed', rows: 2, done: 0, changed: 0, refused: 1, errorCount: 1 },
      failure: { code: 'invalid_rows' },
      errors: [{ row: 3, column: 'marketing', code: 'invalid_value' }],
    });
    expect(failed.errorReportUrl).toContain(`/${json.id}/`);
    expect(Object.keys(failed.errors[0]).sort()).toEqual(['code', 'column', 'message', 'row']);
    expect((await consentOf('01020000001')).history).toEqual([]);

    const skipping = (await ask('consents', { uploadId, onInvalidRows: 'skip' })).json;
    await work();
    expect(await look('consents', skipping.id)).toMatchObject({ status: 'completed', done: 2, changed: 1, refused: 1 });
    suite.clock.nowMs += 29 * 86_400_000;
    expect((await look('consents', json.id)).errorReportUrl).toBeNull();
  });

  test('waits for a file that is on its way', async () => {
    const uploadId = await uploaded(null);
    const { json } = await ask('consents', { uploadId });
    await work();
    expect(await look('consents', json.id)).toMatchObject({ status: 'waiting', rows: null });
    await put(uploadId, 'phoneNumber,marketing\n01020000001,O\n');
    suite.clock.nowMs += 60_000;
    queue.push({ importId: json.id });
    await work();
    expect(await look('consents', json.id)).toMatchObject({ status: 'completed', changed: 1 });
  });

  test('keeps its upload until it is over', async () => {
    const uploadId = await uploaded('phoneNumber,marketing\n01020000001,O\n');
    await ask('consents', { uploadId });
    const objects = { remove: async () => {}, removeUnder: async () => {} };
    const removing = openApi({ ...suite.deps, objects });
    const remove = () => removing({ method: 'DELETE', path: `/v1/uploads/${uploadId}`, key: tenant.live });
    expect(await remove()).toMatchObject({ status: 409, json: { code: 'upload_in_use' } });
    await work();
    expect((await remove()).status).toBe(204);
  });

  test('twice under one key is made once', async () => {
    const uploadId = await uploaded('phoneNumber,marketing\n01020000001,O\n');
    const first = await ask('consents', { uploadId }, { idem: 'one' });
    const again = await ask('consents', { uploadId }, { idem: 'one' });
    expect(again.json).toEqual(first.json);
    expect(queue).toHaveLength(1);
    expect((await ask('consents', { uploadId, onInvalidRows: 'skip' }, { idem: 'one' })).json.code).toBe(
      'idempotency_key_reused',
    );
    expect((await ask('consents', { uploadId }, { idem: null })).json.code).toBe('idempotency_key_missing');
  });
});

describe('an import of opt-outs', () => {
  test('opts everybody in the file out, which is then listed', async () => {
    const uploadId = await uploaded('phoneNumber,at\n01020000001,2020-05-01\n01020000002,\n');
    const { json } = await ask('opt_outs', { uploadId });
    expect(json).toMatchObject({ kind: 'opt_outs', status: 'waiting' });
    await work();
    expect(await look('opt_outs', json.id)).toMatchObject({ status: 'completed', changed: 2 });
    const { data } = (await api({ path: '/v1/opt-outs', key: tenant.live })).json;
    expect(data).toEqual([
      { number: '+821020000002', optedOutAt: json.createdAt, source: 'import' },
      { number: '+821020000001', optedOutAt: '2020-04-30T15:00:00.000Z', source: 'import' },
    ]);
  });

  test('reads what was exported', async () => {
    const numbers = ['01020000001', '01020000002'];
    const turn = (verb: string, key: string) =>
      api({ method: 'POST', path: `/v1/sms/${verb}`, key, body: { phoneNumbers: numbers } });
    await turn('unsubscribe', tenant.test);
    const { text } = await api({ path: '/v1/opt-outs/export', key: tenant.test });
    suite.clock.nowMs += 60_000;
    const uploadId = await uploaded(text);
    const { json } = await ask('opt_outs', { uploadId });
    await work();
    expect(await look('opt_outs', json.id)).toMatchObject({ status: 'completed', changed: 2, refused: 0 });
    const listed = async (key: string) =>
      (await api({ path: '/v1/opt-outs', key })).json.data.map(({ number, optedOutAt }: Record<string, string>) => [
        number,
        optedOutAt,
      ]);
    expect(await listed(tenant.live)).toEqual(await listed(tenant.test));
  });

  test('is taken from a suspended account, and one of consents is not', async () => {
    const uploadId = await uploaded('phoneNumber,marketing\n01020000001,Y\n');
    await api({ method: 'POST', path: `/operator/v1/tenants/${tenant.id}/suspend`, key: operatorKey });
    expect(await ask('consents', { uploadId })).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
    expect((await ask('opt_outs', { uploadId })).status).toBe(202);
    await work();
    const found = await api({ path: '/v1/opt-outs/01020000001', key: tenant.live });
    expect(found.json).toMatchObject({ source: 'import' });
  });
});

describe('what is refused', () => {
  test.each<[object, number, string, string]>([
    [{}, 400, 'invalid_request', '/uploadId'],
    [{ uploadId: 'upl_1' }, 400, 'invalid_request', '/uploadId'],
    [{ uploadId: 'imp_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 400, 'invalid_request', '/uploadId'],
    [{ uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 422, 'unprocessable', '/uploadId'],
    [{ uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV', onInvalidRows: 'no' }, 400, 'invalid_request', '/onInvalidRows'],
    [{ uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV', rows: [] }, 400, 'invalid_request', '/rows'],
  ])('%j', async (body, status, code, pointer) => {
    for (const kind of ['consents', 'opt_outs'] as const) {
      const told = await ask(kind, body);
      expect(told).toMatchObject({ status, json: { code, errors: [{ in: 'body', pointer }] } });
      expect((await api({ path: paths[kind], key: tenant.live })).json.data).toEqual([]);
    }
  });

  test('an upload of another tenant, of the other mode, or of something else, in the same words', async () => {
    const other = await newTenant(api);
    const ids = [
      await uploaded(null, other.live),
      await uploaded(null, tenant.test),
      await uploaded(null, tenant.live, { purpose: 'attachment', onInvalidRows: undefined }),
      await uploaded(null, tenant.live, { purpose: 'evidence', onInvalidRows: undefined }),
      'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    ];
    const told = await Promise.all(ids.map((uploadId) => ask('consents', { uploadId })));
    expect(told.map(({ status, json }) => [status, { ...json, requestId: '' }])).toEqual(
      ids.map(() => [422, { ...told[0]!.json, requestId: '' }]),
    );
  });

  test.each([
    ['phoneNumber,night\n01020000001,Y\n', 'columns_missing', '"marketing"'],
    ['phoneNumber,Marketing\n01020000001,Y\n', 'columns_missing', '"marketing"'],
    ['number,marketing\n01020000001,Y\n', 'upload_rejected', 'rejected'],
  ])('%j', async (content, code, words) => {
    const told = await ask('consents', { uploadId: await uploaded(content) });
    expect(told).toMatchObject({ status: 422, json: { code } });
    expect(told.json.detail).toContain(words);
  });

  test('an import of one kind is none of the other, and a number is no import', async () => {
    const { json } = await ask('consents', { uploadId: await uploaded(null) });
    expect((await api({ path: `${paths.opt_outs}/${json.id}`, key: tenant.live })).json.code).toBe('not_found');
    expect((await api({ path: `${paths.consents}/01020000001`, key: tenant.live })).json.code).toBe('not_found');
    expect((await api({ path: '/v1/consents/imports', key: tenant.live })).json.data).toHaveLength(1);
    expect((await api({ path: '/v1/opt-outs/imports', key: tenant.live })).json.data).toHaveLength(0);
  });
});

test('imports are listed page by page, newest first', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    suite.clock.nowMs += 1_000;
    ids.unshift((await ask('consents', { uploadId: await uploaded(null) })).json.id);
  }
  const page = (await api({ path: paths.consents, query: 'limit=2', key: tenant.live })).json;
  expect(page.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  const query = `limit=2&cursor=${page.nextCursor}`;
  const rest = (await api({ path: paths.consents, query, key: tenant.live })).json;
  expect([rest.data.map(({ id }: { id: string }) => id), rest.nextCursor]).toEqual([ids.slice(2), null]);
  expect((await api({ path: paths.consents, query: 'cursor=abc', key: tenant.live })).json.code).toBe('invalid_cursor');
});

describe('an import of contacts', () => {
  const contactsOf = async (key = tenant.live) => (await api({ path: '/v1/contacts', key })).json.data;
  const file = 'phoneNumber,name,tags,born\n010-2000-0001,박지민,"vip, new",1990.5.1\n010-2000-0002,,,\n';

  test('is asked for, runs, and is looked at under its own address only', async () => {
    const uploadId = await uploaded(file);
    const types = { born: 'date' };
    const { status, json } = await ask('contacts', { uploadId, existing: 'update', types });
    expect([status, json]).toMatchObject([202, { kind: 'contacts', existing: 'update', types, status: 'waiting' }]);
    await work();
    const counts = { status: 'completed', existing: 'update', types, rows: 2, done: 2, changed: 2, unchanged: 0 };
    expect(await look('contacts', json.id)).toMatchObject(counts);
    expect((await look('consents', json.id)).code).toBe('not_found');
    const [second, first] = await contactsOf();
    expect(first).toMatchObject({ number: '+821020000001', name: '박지민', tags: ['vip', 'new'] });
    expect(first.attributes).toEqual({ born: { date: '1990-05-01' } });
    expect(second).toMatchObject({ number: '+821020000002', name: null, tags: [], attributes: {} });
    expect(await contactsOf(tenant.test)).toEqual([]);
    const listed = async (kind: keyof typeof paths) => (await api({ path: paths[kind], key: tenant.live })).json.data;
    expect([(await listed('contacts')).length, await listed('consents')]).toEqual([1, []]);
  });

  test('reads in again what was exported, and finds nothing new', async () => {
    const { json } = await ask('contacts', {
      uploadId: await uploaded(file),
      existing: 'skip',
      types: { born: 'date' },
    });
    await work();
    expect(await look('contacts', json.id)).toMatchObject({ changed: 2 });
    const before = await contactsOf();
    const exported = await api({ path: '/v1/contacts/export', key: tenant.live });
    suite.clock.nowMs += 1_000;
    const again = await ask('contacts', { uploadId: await uploaded(exported.text), existing: 'update' });
    await work();
    expect(await look('contacts', again.json.id)).toMatchObject({ status: 'completed', changed: 0, unchanged: 2 });
    expect(await contactsOf()).toEqual(before);
  });

  test.each([
    [{}, 400, 'invalid_request'],
    [{ existing: 'replace' }, 400, 'invalid_request'],
    [{ existing: 'update', types: { born: 'time' } }, 400, 'invalid_request'],
    [{ existing: 'update', types: { city: 'text' } }, 422, 'columns_missing'],
    [{ existing: 'update', marketing: true }, 400, 'invalid_request'],
  ])('that makes no sense is refused: %j', async (body, status, code) => {
    const told = await ask('contacts', { uploadId: await uploaded(file), ...body });
    expect([told.status, told.json.code]).toEqual([status, code]);
    expect(queue).toEqual([]);
  });

  test('of columns that no contact can have is refused', async () => {
    const told = await ask('contacts', {
      uploadId: await uploaded('phoneNumber,a}b\n01020000001,x\n'),
      existing: 'skip',
    });
    expect([told.status, told.json.code]).toEqual([422, 'columns_unusable']);
  });

  test('of consents takes no word about contacts', async () => {
    const told = await ask('consents', { uploadId: await uploaded(file), existing: 'update' });
    expect(told.status).toBe(400);
  });
});
