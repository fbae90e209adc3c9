import { beforeEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { UploadStore } from '../../../shared/domain/uploads/ports.ts';
import { World } from '../../domain/uploads/fake-uploads.ts';
import { type Api, newTenant, openApi, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
let api: Api;
let tenant: TestTenant;
let removed: string[];
beforeEach(async () => {
  removed = [];
  const objects = {
    remove: async (keys: readonly string[]) => void removed.push(...keys),
    removeUnder: async (prefix: string) => void removed.push(prefix),
  };
  api = openApi({ ...suite.deps, objects });
  tenant = await newTenant(api);
});

const given = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' };
const create = (body: object = given, more: { key?: string; idem?: string } = {}) =>
  api({ method: 'POST', path: '/v1/uploads', key: tenant.live, body, ...more });
const get = (id: string, key = tenant.live) => api({ path: `/v1/uploads/${id}`, key });

/** Puts a file as the link would, and has it validated over the API's own table. */
async function put(id: string, content: string): Promise<void> {
  const world = new World();
  world.nowMs = suite.clock.nowMs;
  const upload = (await suite.deps.uploads.find(tenant.id as OwnerId, id as `upl_${string}`))!;
  Object.assign(world, { uploads: suite.deps.uploads });
  await world.deliver(world.put(upload.objectKey, content));
}

describe('making an upload', () => {
  test('answers with a link for an hour', async () => {
    const { status, json } = await create();
    expect(status).toBe(201);
    expect(json).toMatchObject({
      status: 'awaiting_file',
      upload: { method: 'PUT', headers: {} },
      expiresAt: new Date(suite.clock.nowMs + 3_600_000).toISOString(),
    });
    const url = new URL(json.upload.url);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
    expect([...url.searchParams.keys()].some((name) => /checksum/i.test(name))).toBe(false);
    expect(url.pathname).toContain(`/uploads/${tenant.id}/${json.id}/vip.csv`);
    expect((await get(json.id)).json).toMatchObject({
      id: json.id,
      source: 'api',
      fileName: 'vip.csv',
      status: 'awaiting_file',
      rows: null,
      errors: [],
      errorCount: 0,
      errorReportUrl: null,
    });
  });

  test('with the size of its file answers with a link that takes no other', async () => {
    const { json } = await create({ ...given, sizeBytes: 12_345 });
    expect(json.upload.headers).toEqual({ 'Content-Length': '12345' });
    expect(new URL(json.upload.url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
  });

  test.each([
    ['recipients', 30 * 1024 * 1024],
    ['attachment', 300 * 1024],
    ['evidence', 10 * 1024 * 1024],
    ['document', 10 * 1024 * 1024],
  ])('of %s may have %i bytes, and not one more', async (purpose, sizeBytes) => {
    const body = { ...(purpose === 'recipients' ? given : { purpose, fileName: 'a' }), sizeBytes };
    expect((await create(body)).status).toBe(201);
    const told = await create({ ...body, sizeBytes: sizeBytes + 1 });
    expect(told).toMatchObject({ status: 400, json: { errors: [{ pointer: '/sizeBytes', code: 'too_big' }] } });
  });

  test('of a document is put where those lie that only who takes them may read', async () => {
    const { json } = await create({ purpose: 'document', fileName: '증명원.pdf' });
    expect(new URL(json.upload.url).pathname).toContain(`/incoming-documents/${tenant.id}/${json.id}/pdf`);
    expect((await api({ method: 'DELETE', path: `/v1/uploads/${json.id}`, key: tenant.live })).status).toBe(204);
    expect(removed[0]).toBe(`incoming-documents/${tenant.id}/${json.id}/`);
  });

  test('twice under one key makes one', async () => {
    const first = await create(given, { idem: 'one' });
    const again = await create(given, { idem: 'one' });
    expect(again.json).toEqual(first.json);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await create({ ...given, fileName: 'b.csv' }, { idem: 'one' })).json.code).toBe('idempotency_key_reused');
    expect((await api({ path: '/v1/uploads', key: tenant.live })).json.data).toHaveLength(1);
  });

  test('a text names the columns that must be filled', async () => {
    const { json } = await create({ ...given, text: "{{ name | default: '고객' }}님, {{ due }} {{ 금액 }}" });
    expect((await get(json.id)).json.requiredColumns).toEqual(['due', '금액']);
  });

  test.each([
    [{ ...given, purpose: 'documents' }, 400, 'invalid_request'],
    [{ ...given, onInvalidRows: 'maybe' }, 400, 'invalid_request'],
    [{ ...given, onInvalidRows: undefined }, 400, 'invalid_request'],
    [{ ...given, fileName: '' }, 400, 'invalid_request'],
    [{ ...given, fileName: 'a\u0000.csv' }, 400, 'invalid_request'],
    [{ ...given, fileName: 'a'.repeat(256) }, 400, 'invalid_request'],
    [{ ...given, requiredColumns: [''] }, 400, 'invalid_request'],
    [{ ...given, requiredColumns: Array(65).fill('a') }, 400, 'invalid_request'],
    [{ ...given, requiredColumns: ['a'], text: 'b' }, 400, 'invalid_request'],
    [{ ...given, text: '{% include "x" %}' }, 422, 'invalid_template'],
    [{ ...given, size: 5 }, 400, 'invalid_request'],
    [{ ...given, sizeBytes: 0 }, 400, 'invalid_request'],
    [{ ...given, sizeBytes: '5' }, 400, 'invalid_request'],
  ])('%j is refused', async (body, status, code) => {
    const told = await create(body);
    expect([told.status, told.json.code]).toEqual([status, code]);
    expect((await api({ path: '/v1/uploads', key: tenant.live })).json.data).toEqual([]);
  });

  test('names with any letters make keys without them', async () => {
    const { json } = await create({ ...given, fileName: '../../고객 명단?.csv' });
    expect(new URL(json.upload.url).pathname).toMatch(new RegExp(`/uploads/${tenant.id}/${json.id}/[\\w.-]+$`));
    expect((await get(json.id)).json.fileName).toBe('../../고객 명단?.csv');
  });
});

describe('looking at uploads', () => {
  test('what validation found, and a link to all errors', async () => {
    const { json } = await create({ ...given, requiredColumns: ['name'] });
    await put(json.id, `phoneNumber,name\n010-2000-0001,김\n010-2000-0001,이\n010-12,박\n`);
    const upload = (await get(json.id)).json;
    expect(upload).toMatchObject({
      status: 'ready',
      format: 'csv',
      rows: 3,
      valid: 1,
      invalid: 1,
      duplicates: 1,
      columns: ['phoneNumber', 'name'],
      errorCount: 2,
    });
    expect(upload.errors).toMatchObject([
      { row: 3, column: 'phoneNumber', code: 'duplicate_number', value: '010-2000-0001' },
      { row: 4, column: 'phoneNumber', code: 'invalid_number', value: '010-12' },
    ]);
    expect(upload.errorReportUrl).toContain('/exports/');
    suite.clock.nowMs += 29 * 86_400_000;
    expect((await get(json.id)).json.errorReportUrl).toBeNull();
  });

  test('empty cells are counted whatever the column is called', async () => {
    const { id } = (await create()).json;
    await put(id, 'phoneNumber,__proto__,constructor\n010-2000-0001,,\n010-2000-0002,a,\n');
    const { status, text } = await get(id);
    expect(status).toBe(200);
    expect(text).toContain('"status":"ready"');
    expect(text).toContain('"emptyCells":{"__proto__":1,"constructor":2}');
  });

  test('why a file was rejected', async () => {
    const { json } = await create();
    await put(json.id, 'name,phoneNumber\n');
    expect((await get(json.id)).json).toMatchObject({
      status: 'rejected',
      errorCount: 1,
      errors: [{ row: 1, column: 'phoneNumber', code: 'phone_column_not_first', value: null }],
    });
  });

  test('another owner’s is answered like one that does not exist', async () => {
    const { json } = await create();
    const other = await newTenant(api, 'Other');
    const absent = await get('upl_01HZZZZZZZZZZZZZZZZZZZZZZZ');
    for (const key of [other.live, tenant.test]) {
      for (const method of ['GET', 'DELETE']) {
        const told = await api({ method, path: `/v1/uploads/${json.id}`, key });
        expect(told.status).toBe(404);
        expect({ ...told.json, requestId: '' }).toEqual({ ...absent.json, requestId: '' });
      }
      expect((await api({ path: '/v1/uploads', key })).json.data).toEqual([]);
    }
    expect(removed).toEqual([]);
    expect((await get('upl_1')).status).toBe(404);
  });

  test('lists newest first, in pages, between two times', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.unshift((await create()).json.id);
      suite.clock.nowMs += 60_000;
    }
    const list = async (query: string) => (await api({ path: '/v1/uploads', query, key: tenant.live })).json;
    const first = await list('limit=2');
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect(second.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.nextCursor).toBeNull();
    const until = encodeURIComponent(new Date(suite.clock.nowMs - 60_000).toISOString());
    expect((await list(`createdUntil=${until}`)).data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1));
  });
});

describe('removing and samples', () => {
  test('removes the upload and its objects', async () => {
    const { json } = await create();
    expect((await api({ method: 'DELETE', path: `/v1/uploads/${json.id}`, key: tenant.live })).status).toBe(204);
    expect(removed).toEqual(['uploads', 'lists', 'exports'].map((top) => `${top}/${tenant.id}/${json.id}/`));
    expect((await get(json.id)).status).toBe(404);
  });

  test('not one that a dispatch uses', async () => {
    const { json } = await create();
    const uploads: UploadStore = suite.deps.uploads;
    const upload = (await uploads.find(tenant.id as OwnerId, json.id))!;
    await uploads.change(upload, 'begin', { usedBy: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
    const told = await api({ method: 'DELETE', path: `/v1/uploads/${json.id}`, key: tenant.live });
    expect([told.status, told.json.code]).toEqual([409, 'upload_in_use']);
    expect(removed).toEqual([]);
  });

  test('a sample has the columns of a text', async () => {
    const query = `format=csv&text=${encodeURIComponent('{{ name }}님')}`;
    const told = await api({ path: '/v1/uploads/sample', query, key: tenant.live });
    expect(told.text).toBe('\uFEFFphoneNumber,name\r\n010-0000-0000,\r\n');
    expect(told.headers['content-type']).toContain('text/csv');
    const refused = await api({ path: '/v1/uploads/sample', query: 'text=%7B%7B', key: tenant.live });
    expect([refused.status, refused.json.code]).toEqual([422, 'invalid_template']);
    expect((await api({ path: '/v1/uploads/sample', query: 'format=pdf', key: tenant.live })).status).toBe(400);
  });
});
