import { describe, expect, test } from 'vitest';
import { jpegOf } from '../../support/jpegs.ts';
import { newTenant } from './api-client.ts';
import { imageSuite } from './image-suite.ts';
import { campaignBody, newShop, recipient } from './things.ts';

const attached = imageSuite();
const { suite, post, made, put, image } = attached;
const kb = 1024;
const dayMs = 86_400_000;
const from = '0212345678';
const files = [jpegOf(1), jpegOf(2), jpegOf(3)];

const ask = (method: string, path: string, body?: object) =>
  attached.api({ method, path, key: attached.shop.live, ...(body ? { body } : {}) });
const create = (images: readonly string[], over: object = {}) =>
  post('/v1/templates', { name: 'Sale', text: '{{ name }} sale', images, ...over });
async function kept(images: readonly string[], over: object = {}) {
  const { status, json } = await create(images, over);
  if (status !== 201) throw new Error(JSON.stringify(json));
  return json;
}
/** Copies under a prefix, in order. */
const copies = (prefix: string) =>
  [...attached.bucket.objects].flatMap(([key, bytes]) => (key.startsWith(prefix) ? [Buffer.from(bytes)] : []));
/** Uploads serve their time, and the sweeper removes their files. */
function loseUploads() {
  suite.clock.nowMs += 8 * dayMs;
  for (const key of attached.bucket.objects.keys()) if (key.startsWith('uploads/')) attached.bucket.objects.delete(key);
}

const later = () => {
  const at = (days: number) => new Date(suite.clock.nowMs + days * dayMs).toISOString();
  return { startAt: at(1), endAt: at(2) };
};
const to = [{ to: recipient, variables: { name: 'Kim' } }];
const messages = (message: object) => post('/v1/messages', { message: { from, ...message }, recipients: to });
const ways = {
  messages,
  dispatches: (message: object) => post('/v1/dispatches', { message: { from, ...message }, recipients: { list: to } }),
  campaigns: (message: object) =>
    post('/v1/campaigns', campaignBody({ message: { from, ...message }, period: later() })),
};

describe('a template with images', () => {
  test('shows them as they were uploaded, and has copies of its own', async () => {
    const ids = [await image(files[0]), await image(files[1])];
    const template = await kept(ids, { subject: '세일' });
    expect(template).toMatchObject({ images: ids, type: 'auto', version: 1, uses: ['name'] });
    expect((await ask('GET', `/v1/templates/${template.id}`)).json).toEqual(template);
    expect((await ask('GET', '/v1/templates')).json.data).toEqual([template]);
    expect(copies(`templates/${attached.shop.id}/${template.id}/`)).toEqual([files[0], files[1]]);
  });

  test('is made once for a key, whatever becomes of its uploads', async () => {
    const ids = [await image()];
    const body = { name: 'Sale', text: 'Sale', images: ids };
    const again = () =>
      attached.api({ method: 'POST', path: '/v1/templates', key: attached.shop.live, body, idem: 'once' });
    const first = await again();
    loseUploads();
    suite.clock.nowMs -= 7 * dayMs; // the answer is kept for three days
    expect((await again()).json).toEqual(first.json);
    expect(copies('templates/')).toHaveLength(1);
  });

  test('keeps them when it is moved, renamed or says something else, and some of them beside others', async () => {
    const [one, two] = [await image(files[0]), await image(files[1])];
    const { id } = await kept([one, two]);
    loseUploads();
    const third = await image(files[2]);
    const change = (body: object) => ask('PATCH', `/v1/templates/${id}`, body);
    expect((await change({ name: 'Other', text: 'Other' })).json).toMatchObject({ version: 2, images: [one, two] });
    expect((await change({ images: [one, two] })).json).toMatchObject({ version: 3, images: [one, two] });
    expect(copies('templates/')).toHaveLength(2);
    expect((await change({ images: [third, one] })).json).toMatchObject({ version: 4, images: [third, one] });
    expect(copies('templates/').slice(2)).toEqual([files[2], files[0]]);
    expect(await change({ images: [two] })).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
    expect((await change({ images: [] })).json).toMatchObject({ version: 5, images: [] });
    expect(await change({ images: [one] })).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
  });

  test('edited by many at once shows the images of one of them, and has them', async () => {
    const ids = [await image(files[0]), await image(files[1]), await image(files[2])];
    const { id } = await kept([]);
    const told = await Promise.all(ids.map((one) => ask('PATCH', `/v1/templates/${id}`, { images: [one] })));
    expect(told.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const { images } = (await ask('GET', `/v1/templates/${id}`)).json;
    const sent = await messages({ templateId: id });
    expect(copies(`dispatches/${sent.json.dispatchId}/images/`)).toEqual([files[ids.indexOf(images[0])]]);
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
  ])('takes none %s', async (_, happens, code) => {
    const { id } = (await made()).json;
    const other = await kept([]);
    await happens(id);
    const refusal = { status: 422, json: { code, errors: [{ pointer: '/images/0' }] } };
    expect(await create([id])).toMatchObject(refusal);
    expect(await ask('PATCH', `/v1/templates/${other.id}`, { images: [id] })).toMatchObject(refusal);
    expect((await ask('GET', '/v1/templates')).json.data).toEqual([other]);
  });

  test.each<[object, number, string]>([
    [{ type: 'sms' }, 422, '/images'],
    [{ type: 'lms' }, 422, '/images'],
    [{ type: 'auth', text: '인증번호 1234' }, 422, '/images'],
    [{ subject: '가'.repeat(21) }, 422, '/subject'],
    [{ text: '가'.repeat(1_001) }, 422, '/text'],
    [{ type: 'mms', images: [] }, 422, '/images'],
    [{ images: ['sale.jpg'] }, 400, '/images/0'],
    [{ images: 'sale.jpg' }, 400, '/images'],
  ])('%j is refused, and leaves no copy', async (over, status, pointer) => {
    const images = [await image()];
    const told = await create(images, over);
    expect([told.status, told.json.errors[0].pointer]).toEqual([status, pointer]);
    expect(copies('templates/')).toEqual([]);
    const { id } = await kept(images);
    const changed = await ask('PATCH', `/v1/templates/${id}`, over);
    expect([changed.status, changed.json.errors[0].pointer]).toEqual([status, pointer]);
    expect(copies('templates/')).toHaveLength(1);
  });

  test('has three of them, and no more than 800 KB', async () => {
    const ids = [await image(jpegOf(1, 300 * kb)), await image(jpegOf(2, 300 * kb)), await image(jpegOf(3, 200 * kb))];
    const more = await image(jpegOf(4, 200 * kb + 1));
    expect(await create([...ids.slice(0, 2), more])).toMatchObject({
      status: 422,
      json: { code: 'unprocessable', errors: [{ pointer: '/images', code: 'too_big' }] },
    });
    expect(await create([...ids, ids[0]!])).toMatchObject({ status: 400, json: { errors: [{ pointer: '/images' }] } });
    expect((await create(ids)).status).toBe(201);
  });

  test('takes none of another tenant, nor of the test mode: they are nobody’s', async () => {
    const own = await image();
    const other = await newTenant(attached.api);
    const theirs = (await made({}, other.live)).json.id;
    await put(theirs, jpegOf(1), other.id);
    const inTest = (await made({}, attached.shop.test)).json.id;
    await put(inTest, jpegOf(1), `${attached.shop.id}.test`);
    const list = (await post('/v1/uploads', { purpose: 'recipients', fileName: 'a', onInvalidRows: 'skip' })).json.id;
    const answers = [];
    for (const id of [theirs, inTest, list, 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV']) {
      const { status, json } = await create([own, id]);
      answers.push({ status, ...json, requestId: null });
    }
    expect(answers.slice(1)).toEqual([answers[0], answers[0], answers[0]]);
    expect(answers[0]).toMatchObject({ status: 422, code: 'unprocessable', errors: [{ pointer: '/images/1' }] });
  });

  test('of type mms has its variables counted, sampled and required like any other', async () => {
    const { id } = await kept([await image()], { type: 'mms' });
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip', templateId: id };
    const upload = (await post('/v1/uploads', body)).json;
    expect((await ask('GET', `/v1/uploads/${upload.id}`)).json.requiredColumns).toEqual(['name']);
    const query = `templateId=${id}`;
    const { text } = await attached.api({ path: '/v1/uploads/sample', key: attached.shop.live, query });
    expect(text.split('\r\n')[0]).toBe('\uFEFFphoneNumber,name');
  });

  test('is previewed as the MMS that it is', async () => {
    const [one, two] = [await image(files[0]), await image(files[1])];
    const { id } = await kept([one]);
    const preview = async (message: object) =>
      (await post('/v1/previews', { message, sample: { variables: { name: 'Kim' } } })).json;
    loseUploads();
    expect(await preview({ templateId: id })).toMatchObject({
      ...{ type: 'mms', text: 'Kim sale', credits: 8, images: [one], reason: null },
    });
    expect(await preview({ templateId: id, images: [] })).toMatchObject({ type: 'sms', credits: 1, images: [] });
    expect(await preview({ templateId: id, images: [two] })).toMatchObject({ code: 'upload_expired' });
    expect(await preview({ templateId: id, type: 'lms' })).toMatchObject({
      ...{ code: 'invalid_template', errors: [{ pointer: '/message/images' }] },
    });
  });
});

describe.each(Object.entries(ways))('%s by templateId', (noun, send) => {
  const shownOf = async ({ dispatchId, id }: { dispatchId?: string; id?: string }) =>
    (await ask('GET', dispatchId ? `/v1/dispatches/${dispatchId}` : `/v1/${noun}/${id}`)).json;

  test('have its images, though their uploads have gone, and copies of their own', async () => {
    const ids = [await image(files[0]), await image(files[1])];
    const { id: templateId } = await kept(ids, { type: 'mms' });
    loseUploads();
    const { status, json } = await send({ templateId });
    expect([status, json.code]).toEqual([noun === 'campaigns' ? 201 : 202, undefined]);
    const shown = await shownOf(json);
    expect(shown.message).toMatchObject({ images: ids, type: 'mms', templateId, templateVersion: 1 });
    await ask('PATCH', `/v1/templates/${templateId}`, { images: [], type: 'auto' });
    expect((await shownOf(json)).message).toEqual(shown.message);
    expect(copies(`dispatches/${json.dispatchId ?? json.id}/`)).toEqual([files[0], files[1]]);
  });

  test('have images of their own where they say so, or none', async () => {
    const [one, two, own] = [await image(files[0]), await image(files[1]), await image(files[2])];
    const { id: templateId } = await kept([one, two]);
    const imagesOf = async (images: readonly string[]) =>
      (await shownOf((await send({ templateId, images })).json)).message.images;
    expect(await imagesOf([own])).toEqual([own]);
    expect(await imagesOf([])).toEqual([]);
    loseUploads();
    // Those that are shown with the template can be named, too
    expect(await imagesOf([two])).toEqual([two]);
    expect(await send({ templateId, images: [own] })).toMatchObject({
      status: 422,
      json: { code: 'upload_expired', errors: [{ pointer: '/message/images/0' }] },
    });
  });

  test('are refused another type beside its images', async () => {
    const { id: templateId } = await kept([await image()]);
    expect(await send({ templateId, type: 'sms' })).toMatchObject({
      status: 422,
      json: { code: 'invalid_template', errors: [{ pointer: '/message/images' }] },
    });
    expect((await send({ templateId, type: 'sms', images: [] })).status).toBeLessThan(300);
  });
});

describe('a campaign by templateId', () => {
  test('tests what it will send, and takes the images of the version that it is changed to', async () => {
    const [one, two] = [await image(files[0]), await image(files[1])];
    const { id: templateId } = await kept([one]);
    loseUploads();
    const { json } = await ways.campaigns({ templateId });
    const where = `/v1/campaigns/${json.id}`;
    await ask('DELETE', `/v1/templates/${templateId}`);
    const tested = await post(`${where}/test-sends`, { to: [recipient], variables: { name: 'Kim' } });
    expect(copies(`dispatches/${tested.json.dispatchId}/images/`)).toEqual([files[0]]);
    expect((await ask('GET', '/v1/credits')).json).toMatchObject({ held: 8 });

    const third = await image(files[2]);
    const other = await kept([third]);
    const changed = await ask('PATCH', where, { message: { from, templateId: other.id } });
    expect(changed.json.message).toMatchObject({ images: [third], templateId: other.id });
    const mixed = await ask('PATCH', where, { message: { from, templateId: other.id, images: [third, one] } });
    expect(mixed).toMatchObject({ status: 422, json: { code: 'upload_expired' } });
    expect(await ask('PATCH', where, { message: { from, text: 'x', images: [two] } })).toMatchObject({ status: 422 });
    const shop = await newShop(attached.api);
    const theirs = attached.api({
      ...{ method: 'POST', path: '/v1/messages', key: shop.live },
      body: { message: { from, templateId: other.id }, recipients: to },
    });
    expect(await theirs).toMatchObject({ status: 422, json: { errors: [{ pointer: '/message/templateId' }] } });
  });
});
