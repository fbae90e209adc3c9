import { describe, expect, test } from 'vitest';
import { jpegOf } from '../../support/jpegs.ts';
import { type Api, newTenant } from './api-client.ts';
import { imageSuite } from './image-suite.ts';
import { campaignBody, recipient } from './things.ts';

const attached = imageSuite();
const { suite } = attached;
const kb = 1024;
const dayMs = 86_400_000;
const absent = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const { post, made, put, image } = attached;
const api: Api = (asked) => attached.api(asked);
const look = async (id: string, key = attached.shop.live) => (await api({ path: `/v1/uploads/${id}`, key })).json;

const said = (images: readonly string[], over: object = {}) => ({
  from: '0212345678',
  text: 'Sale',
  images,
  ...over,
});
const messages = (message: object, key?: string) =>
  post('/v1/messages', { message, recipients: [{ to: recipient }] }, key);
const dispatches = (message: object) => post('/v1/dispatches', { message, recipients: { list: [{ to: recipient }] } });
const campaigns = (message: object) => post('/v1/campaigns', campaignBody({ message }));
const ways = { messages, dispatches, campaigns };

describe('an attachment', () => {
  test('waits for its file, and then says its size', async () => {
    const { status, json } = await made();
    expect(status).toBe(201);
    expect(json).toMatchObject({ status: 'awaiting_file', upload: { method: 'PUT', headers: {} } });
    const waiting = { purpose: 'attachment', onInvalidRows: null, requiredColumns: [], width: null, bytes: null };
    expect(await look(json.id)).toMatchObject(waiting);
    await put(json.id, jpegOf(1, 5_000));
    expect(await look(json.id)).toMatchObject({
      ...{ status: 'ready', format: 'jpeg', width: 640, height: 480, bytes: 5_000, rows: null, errors: [] },
      expiresAt: new Date(suite.clock.nowMs + 7 * dayMs).toISOString(),
    });
  });

  test('that is none says why', async () => {
    const { id } = (await made()).json;
    await put(id, Buffer.from('GIF89a'));
    expect(await look(id)).toMatchObject({
      ...{ status: 'rejected', width: null, errorCount: 1, errorReportUrl: null },
      errors: [{ row: null, column: null, code: 'not_jpeg', value: null }],
    });
  });

  test.each<[object, string]>([
    [{ onInvalidRows: 'skip' }, '/onInvalidRows'],
    [{ requiredColumns: [] }, '/requiredColumns'],
    [{ text: '{{ name }}' }, '/text'],
  ])('takes no %j', async (over, pointer) => {
    const { status, json } = await made(over);
    expect([status, json.code, json.errors.map((one: { pointer: string }) => one.pointer)]).toEqual([
      400,
      'invalid_request',
      [pointer],
    ]);
    expect(json.errors[0].code).toBe('no_effect');
  });

  test('a list of recipients must say what becomes of bad rows', async () => {
    const { status, json } = await post('/v1/uploads', { purpose: 'recipients', fileName: 'a.csv' });
    expect(status).toBe(400);
    expect(json.errors).toEqual([{ in: 'body', pointer: '/onInvalidRows', code: 'missing', detail: 'is missing' }]);
  });

  test('is no list: sending to it is answered like sending to nothing', async () => {
    const id = await image();
    const to = async (uploadId: string) => {
      const recipients = { uploadId };
      const body = { message: { from: '0212345678', text: 'Hello' }, recipients };
      const told = [await post('/v1/dispatches', body), await post('/v1/campaigns', campaignBody({ recipients }))];
      return told.map(({ status, json }) => ({ status, json: { ...json, requestId: null } }));
    };
    expect(await to(id)).toEqual(await to(absent));
    expect((await to(id)).map(({ status }) => status)).toEqual([422, 422]);
  });

  test('can be deleted whatever was made from it', async () => {
    const id = await image();
    expect((await dispatches(said([id]))).status).toBe(202);
    suite.deps.objects.removeUnder = async () => {};
    expect((await api({ method: 'DELETE', path: `/v1/uploads/${id}`, key: attached.shop.live })).status).toBe(204);
  });
});

describe.each(Object.entries(ways))('images in %s', (_, send) => {
  test('are shown as they were uploaded, and kept as copies', async () => {
    const ids = [await image(jpegOf(1)), await image(jpegOf(2)), await image(jpegOf(3))];
    const before = attached.bucket.objects.size;
    const { status, json } = await send(said(ids, { subject: '세일' }));
    expect(status).toBeLessThan(300);
    const id = json.dispatchId ?? json.id;
    const noun = id.startsWith('dsp_') ? 'dispatches' : 'campaigns';
    const shown = (await api({ path: `/v1/${noun}/${id}`, key: attached.shop.live })).json;
    expect(shown.message).toMatchObject({ images: ids, type: 'auto', subject: '세일' });
    const copies = [...attached.bucket.objects].slice(before);
    expect(copies.map(([key]) => key.startsWith(`dispatches/${id}/`))).toEqual([true, true, true]);
    expect(copies.map(([, bytes]) => Buffer.from(bytes))).toEqual([jpegOf(1), jpegOf(2), jpegOf(3)]);
  });

  test('of another tenant, of the other mode, of nobody, and what is no image, are refused alike', async () => {
    const other = await newTenant(api);
    const theirs = (await made({}, other.live)).json.id;
    await put(theirs, jpegOf(1), other.id);
    const inTest = (await made({}, attached.shop.test)).json.id;
    await put(inTest, jpegOf(1), `${attached.shop.id}.test`);
    const list = (await post('/v1/uploads', { purpose: 'recipients', fileName: 'a', onInvalidRows: 'skip' })).json.id;
    const own = await image();
    const answers = [];
    for (const id of [theirs, inTest, list, absent]) {
      const { status, json } = await send(said([own, id]));
      answers.push({ status, ...json, requestId: null });
    }
    const [first, ...rest] = answers;
    expect(rest).toEqual([first, first, first]);
    expect(first).toMatchObject({ status: 422, code: 'unprocessable', errors: [{ pointer: '/message/images/1' }] });
  });

  test.each<[string, (id: string) => Promise<void>, string]>([
    ['without a file', async () => {}, 'unprocessable'],
    ['rejected', (id) => put(id, Buffer.from('GIF89a')), 'upload_rejected'],
    [
      'that has served its time',
      async (id) => {
        await put(id, jpegOf(1));
        suite.clock.nowMs += 7 * dayMs;
      },
      'upload_expired',
    ],
    [
      'replaced after it was checked',
      async (id) => {
        await put(id, jpegOf(1));
        attached.bucket.objects.set([...attached.bucket.objects.keys()].at(-1)!, Buffer.alloc(1_000_000));
      },
      'upload_expired',
    ],
  ])('one %s is refused', async (__, happens, code) => {
    const { id } = (await made()).json;
    await happens(id);
    const later = { startAt: '2026-12-01T12:00:00+09:00', endAt: '2026-12-02T12:00:00+09:00' };
    const message = said([id]);
    const told = await (send === campaigns
      ? post('/v1/campaigns', campaignBody({ message, period: later }))
      : send(message));
    expect([told.status, told.json.code, told.json.errors?.[0]?.pointer]).toEqual([422, code, '/message/images/0']);
  });

  test('of more than 800 KB together are refused', async () => {
    const [large, larger] = [await image(jpegOf(1, 300 * kb)), await image(jpegOf(2, 200 * kb + 1))];
    expect((await send(said([large, large, larger]))).json).toMatchObject({
      ...{ status: 422, code: 'unprocessable' },
      errors: [{ pointer: '/message/images', code: 'too_big' }],
    });
    expect((await send(said([large, large, await image(jpegOf(3, 200 * kb))]))).status).toBeLessThan(300);
  });

  test.each<[object, number, string]>([
    [{ type: 'sms' }, 422, '/message/images'],
    [{ type: 'lms' }, 422, '/message/images'],
    [{ subject: '가'.repeat(21) }, 422, '/message/subject'],
    [{ text: '가'.repeat(1_001) }, 422, '/message/text'],
    [{ type: 'mms', images: [] }, 422, '/message/images'],
    [{ images: [absent, absent, absent, absent] }, 400, '/message/images'],
    [{ images: ['sale.jpg'] }, 400, '/message/images/0'],
    [{ images: 'sale.jpg' }, 400, '/message/images'],
  ])('%j is refused', async (over, status, pointer) => {
    const told = await send(said([await image()], over));
    expect([told.status, told.json.errors[0].pointer]).toEqual([status, pointer]);
  });
});

test('a draft keeps its images when its text is changed, though their uploads have gone', async () => {
  const [one, two] = [await image(jpegOf(1)), await image(jpegOf(2))];
  const { id } = (await campaigns(said([one, two]))).json;
  suite.clock.nowMs += 7 * dayMs;
  const change = (message: object) =>
    api({ method: 'PATCH', path: `/v1/campaigns/${id}`, key: attached.shop.live, body: { message } });
  const other = await image(jpegOf(3));
  const told = await change(said([two, other], { text: 'Other' }));
  expect([told.status, told.json.message?.images, told.json.message?.text]).toEqual([200, [two, other], 'Other']);
  // One that was taken out of the message is an upload like any other again
  expect(await change(said([one]))).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
  expect(await campaigns(said([two]))).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
});

test('an authentication message has no images', async () => {
  const told = await messages(said([await image()], { type: 'auth', text: '인증번호 1234' }));
  expect([told.status, told.json.errors[0].pointer]).toEqual([422, '/message/images']);
});

test('an MMS costs eight credits, whatever its length', async () => {
  const balance = async () => (await api({ path: '/v1/credits', key: attached.shop.live })).json;
  const id = await image();
  for (const [type, held] of [
    ['auto', 8],
    ['mms', 16],
  ] as const) {
    expect((await messages(said([id], { type }))).status).toBe(202);
    expect(await balance()).toMatchObject({ held });
  }
});
