import { beforeEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { evidenceKey } from '../../../shared/domain/evidence/keep-evidence.ts';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import { World } from '../../domain/uploads/fake-uploads.ts';
import { pdf, png } from '../../support/evidence-files.ts';
import { jpeg } from '../../support/jpegs.ts';
import { type Api, newTenant, openApi, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const dayMs = 86_400_000;
const number = '/v1/consents/01023456789';
let api: Api;
let tenant: TestTenant;
let world: World;
let types: Map<string, string>;

beforeEach(async () => {
  world = new World();
  world.nowMs = suite.clock.nowMs;
  Object.assign(world, { uploads: suite.deps.uploads });
  types = new Map();
  const evidenceFiles = {
    read: async (key: string, bytes: number) => world.objects.get(key)?.subarray(0, bytes) ?? null,
    async write(key: string, bytes: Uint8Array, type: string) {
      world.objects.set(key, Buffer.from(bytes));
      types.set(key, type);
    },
  };
  const objects = { remove: async () => {}, removeUnder: async () => {} };
  api = openApi({ ...suite.deps, objects, proving: { ...suite.deps.proving, evidenceFiles } });
  tenant = await newTenant(api);
});

async function uploaded(content: Buffer | null, fileName = '동의서.pdf', key = tenant.live): Promise<string> {
  const body = { purpose: 'evidence', fileName };
  const { status, json } = await api({ method: 'POST', path: '/v1/uploads', key, body });
  expect(status).toBe(201);
  if (content !== null) await put(json.id, content);
  return json.id;
}
const stored = async (id: string) =>
  (await suite.deps.proving.uploads.find(tenant.id as OwnerId, id as `upl_${string}`))!;
const put = async (id: string, content: Buffer) => world.deliver(world.put((await stored(id)).objectKey, content));
const get = async (id: string, key = tenant.live) => (await api({ path: `/v1/uploads/${id}`, key })).json;
const record = (evidenceUploadId: string | null, more: object = {}, key = tenant.live) =>
  api({ method: 'PUT', path: number, key, body: { marketing: true, night: null, evidenceUploadId, ...more } });
const sweep = async (id: string) => {
  world.nowMs = suite.clock.nowMs;
  await sweepUpload(world, id as `upl_${string}`);
};

describe('an upload of evidence', () => {
  test.each([
    ['pdf', pdf(), 'application/pdf'],
    ['png', png(), 'image/png'],
    ['jpeg', jpeg(2_000, 1_000), 'image/jpeg'],
  ] as const)('may be a %s, which a consent refers to', async (format, content, type) => {
    const id = await uploaded(content);
    const before = await get(id);
    expect(before).toMatchObject({ status: 'ready', purpose: 'evidence', format, bytes: content.length });
    expect(before).toMatchObject({ downloadUrl: null, onInvalidRows: null, rows: null });
    expect(before.expiresAt).toBe(new Date(suite.clock.nowMs + 7 * dayMs).toISOString());
    const { status, json } = await record(id, { evidence: 'sign-up form' });
    expect(status).toBe(200);
    const proof = { evidence: 'sign-up form', evidenceUploadId: id };
    expect(json).toMatchObject({ marketing: proof, history: [{ marketing: proof }] });
    expect(json.night).toMatchObject({ evidence: null, evidenceUploadId: null });
    const kept = await get(id);
    expect(kept.expiresAt).toBeNull();
    const url = new URL(kept.downloadUrl);
    expect(url.pathname).toContain(`/evidence/${tenant.id}/${id}/file`);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    const ending = format === 'jpeg' ? 'jpg' : format;
    expect(url.searchParams.get('response-content-disposition')).toContain(`attachment; filename="${id}.${ending}"`);
    expect(url.searchParams.get('response-content-type')).toBe(type);
    const key = evidenceKey(tenant.id as OwnerId, id as `upl_${string}`);
    expect(world.objects.get(key)?.equals(content)).toBe(true);
    expect(types.get(key)).toBe(type);
  });

  test('that no consent refers to is gone after a week, and one that was referred to stays', async () => {
    const [unused, used] = [await uploaded(pdf()), await uploaded(pdf())];
    await record(used);
    suite.clock.nowMs += 7 * dayMs;
    expect(await record(unused)).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
    await sweep(unused);
    await sweep(used);
    expect(await get(unused)).toMatchObject({ status: 'expired' });
    expect(world.objects.has((await stored(unused)).objectKey)).toBe(false);
    expect(await get(used)).toMatchObject({ status: 'ready', expiresAt: null });
    // What a consent no longer says, its history does
    await record(null);
    suite.clock.nowMs += 400 * dayMs;
    await sweep(used);
    expect((await get(used)).downloadUrl).toContain('/evidence/');
    expect((await record(used)).status).toBe(200);
  });

  test('that a consent refers to cannot be removed', async () => {
    const [unused, used] = [await uploaded(pdf()), await uploaded(pdf())];
    await record(used);
    const remove = (id: string) => api({ method: 'DELETE', path: `/v1/uploads/${id}`, key: tenant.live });
    expect(await remove(used)).toMatchObject({ status: 409, json: { code: 'upload_in_use' } });
    expect((await remove(unused)).status).toBe(204);
    expect(await record(unused)).toMatchObject({ status: 422, json: { code: 'unprocessable' } });
  });

  test('attached while the sweeper looks at it is kept, or refused; never half of it', async () => {
    const id = await uploaded(pdf());
    const upload = await stored(id);
    const late = { ...upload, expiresAtMs: 0 };
    await record(id);
    const expired = await suite.deps.uploads.change(late, 'expire', { status: 'expired', checkAtMs: null });
    expect(expired).toMatchObject({ refused: { status: 'ready' } });
    expect(await get(id)).toMatchObject({ status: 'ready', expiresAt: null });
  });

  test('is the file that was checked, not one put over it', async () => {
    const id = await uploaded(pdf());
    world.objects.set((await stored(id)).objectKey, Buffer.from('%PDF something else'));
    expect(await record(id)).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
    expect((await api({ path: number, key: tenant.live })).json.history).toEqual([]);
  });

  test.each([
    ['a script', pdf(['<</S/JavaScript/JS(1)>>']), 'unsafe_file'],
    ['no evidence', Buffer.from('phoneNumber\n01020000001\n'), 'unsupported_format'],
    ['too much', Buffer.alloc(10 * 1024 * 1024 + 1), 'too_large'],
    ['nothing', Buffer.alloc(0), 'empty_file'],
  ])('that holds %s is rejected', async (_, content, code) => {
    const id = await uploaded(content);
    expect(await get(id)).toMatchObject({ status: 'rejected', errors: [{ code, row: null }], errorCount: 1 });
    expect(await record(id)).toMatchObject({ status: 422, json: { code: 'upload_rejected' } });
  });

  test.each([{ onInvalidRows: 'skip' }, { requiredColumns: [] }, { text: 'hello' }])('takes no %j', async (over) => {
    const body = { purpose: 'evidence', fileName: 'a.pdf', ...over };
    const told = await api({ method: 'POST', path: '/v1/uploads', key: tenant.live, body });
    expect(told).toMatchObject({ status: 400, json: { errors: [{ code: 'no_effect' }] } });
  });
});

describe('what a consent cannot refer to', () => {
  test('evidence that is not there yet', async () => {
    const told = await record(await uploaded(null));
    expect(told).toMatchObject({
      status: 422,
      json: { code: 'unprocessable', errors: [{ pointer: '/evidenceUploadId' }] },
    });
  });

  test('that of another tenant, of the other mode, or another upload: all in the words of none', async () => {
    const other = await newTenant(api);
    const body = { purpose: 'recipients', fileName: 'a.csv', onInvalidRows: 'skip' };
    const ids = [
      'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      await uploaded(pdf()),
      (await api({ method: 'POST', path: '/v1/uploads', key: other.live, body })).json.id,
    ];
    const told = await Promise.all(ids.map((id) => record(id, {}, other.live)));
    expect(told.map(({ status, json }) => [status, { ...json, requestId: '' }])).toEqual(
      ids.map(() => [422, { ...told[0]!.json, requestId: '' }]),
    );
    expect((await api({ path: number, key: other.live })).json.history).toEqual([]);
    expect(await record(ids[1]!, {}, tenant.test)).toMatchObject({ status: 422, json: { code: 'unprocessable' } });
    expect((await get(ids[1]!)).expiresAt).not.toBeNull();
  });

  test.each(['', 'upl_1', 5])('%j', async (evidenceUploadId) => {
    const told = await record(evidenceUploadId as string);
    expect(told).toMatchObject({ status: 400, json: { errors: [{ pointer: '/evidenceUploadId' }] } });
  });
});
