import { createHash } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { cloudSuite, until } from '../support/cloud.ts';
import type { Customer } from '../support/customer.ts';
import { putFile, putImage, validated } from '../support/files.ts';
import { jpegOf } from '../support/jpegs.ts';
import {
  expectMoneyAddsUp,
  listOf,
  message,
  numbers,
  type Shown,
  sendTo,
  settled,
  untilStatus,
} from '../support/sends.ts';

const suite = cloudSuite();
const kb = 1024;
const files = [jpegOf(1, 300 * kb), jpegOf(2, 300 * kb), jpegOf(3, 200 * kb)];
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const arrived = files.map((bytes, i) => ({
  fileName: `image${i + 1}.jpg`,
  bytes: bytes.length,
  sha256: sha256Of(bytes),
}));

/** What lies in the bucket. */
async function keysUnder(prefix: string): Promise<readonly string[]> {
  const { addresses, admin } = suite.cloud;
  const client = { endpoint: addresses.apiUrl, region: 'ap-northeast-2', credentials: admin, forcePathStyle: true };
  const s3 = new S3Client(client);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: addresses.s3.bucket, Prefix: prefix }));
  s3.destroy();
  return Contents.map(({ Key }) => Key ?? '');
}

/** Ready attachments of these files. */
async function attached(customer: Customer, ...content: readonly Buffer<ArrayBuffer>[]): Promise<readonly string[]> {
  const ids = [];
  for (const bytes of content) {
    const id = await putImage(customer, bytes);
    expect(await validated(customer, id)).toMatchObject({
      status: 'ready',
      width: 640,
      height: 480,
      bytes: bytes.length,
    });
    ids.push(id);
  }
  return ids;
}

test('images are uploaded, quoted as MMS, and reach every phone byte by byte', async () => {
  const shop = await suite.newShop(10_000);
  const images = await attached(shop.live, ...files);
  const to = numbers(600, 1);
  const body = {
    message: message({ text: '{{ name | default: "고객" }}님, 세일!', subject: '세일', images }),
    recipients: { list: listOf(to) },
  };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  const ready = await untilStatus(shop.live, id, 'ready');
  expect(ready).toMatchObject({ message: { images }, quote: { byType: { mms: 600 }, credits: 4_800 } });
  for (const image of images) await shop.live.told(204, 'DELETE', `/v1/uploads/${image}`);

  await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: { maxCredits: 4_800 } });
  const done = await settled(suite.control, shop.live, id);
  expect(done).toMatchObject({ status: 'completed', progress: { delivered: 600 }, credits: { captured: 4_800 } });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 5_200, spent: 4_800 });
  const arrivals = await suite.control.arrivals();
  const first = { type: 'mms', subject: '세일', text: '고객님, 세일!', images: arrived };
  expect(arrivals.map((arrival) => arrival.to).sort()).toEqual([...to].sort());
  for (const arrival of arrivals) expect(arrival).toMatchObject(first);
}, 120_000);

test('a single message and a campaign have images too; the campaign’s outlast their uploads', async () => {
  const shop = await suite.newShop(100);
  const images = await attached(shop.live, files[1]!, files[0]!);
  const [one] = numbers(1, 2);
  await settled(
    suite.control,
    shop.live,
    await sendTo(shop.live, [one!], { message: message({ type: 'mms', images }) }),
  );
  const sent = [
    { ...arrived[1], fileName: 'image1.jpg' },
    { ...arrived[0], fileName: 'image2.jpg' },
  ];
  expect(await suite.control.arrivals(one)).toMatchObject([{ type: 'mms', images: sent }]);

  const inDays = async (days: number) => new Date((await suite.control.nowMs()) + days * 86_400_000).toISOString();
  const [two] = numbers(1, 3);
  const body = {
    name: 'Sale',
    message: message({ images }),
    recipients: { list: listOf([two!]) },
    period: { startAt: await inDays(20), endAt: await inDays(21) },
  };
  const { id } = await shop.live.told(201, 'POST', '/v1/campaigns', { body });
  await shop.live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  await suite.control.advance('P8D');
  const status = async (image: string) => (await shop.live.get(`/v1/uploads/${image}`)).status;
  await until(
    async () => Promise.all(images.map(status)),
    (all) => all.join() === 'expired,expired',
  );
  await suite.control.advance('P12DT1M');
  const { dispatchId } = await until<Shown>(
    () => shop.live.get(`/v1/campaigns/${id}`),
    (campaign) => campaign.dispatchId !== null,
  );
  await settled(suite.control, shop.live, dispatchId);
  expect(await suite.control.arrivals(two)).toMatchObject([{ type: 'mms', images: sent }]);
}, 120_000);

test('the images of a template outlast their uploads, and go once no version has them', async () => {
  const shop = await suite.newShop(100);
  const images = await attached(shop.live, files[2]!, files[1]!);
  const body = { name: 'Sale', text: '{{ name | default: "고객" }}님, 세일!', images };
  const template = await shop.live.told(201, 'POST', '/v1/templates', { body });
  await suite.control.advance('P8D');
  await until(
    () => shop.live.get(`/v1/uploads/${images[1]}`),
    ({ status }) => status === 'expired',
  );
  const [one] = numbers(1, 6);
  const said = { message: message({ templateId: template.id, text: undefined }), recipients: listOf([one!]) };
  const { dispatchId } = await shop.live.told(202, 'POST', '/v1/messages', { body: said });
  const path = `/v1/templates/${template.id}`;
  expect(await shop.live.told(200, 'PATCH', path, { body: { images: [images[1]] } })).toMatchObject({ version: 2 });
  await settled(suite.control, shop.live, dispatchId);
  const sent = [
    { ...arrived[2], fileName: 'image1.jpg' },
    { ...arrived[1], fileName: 'image2.jpg' },
  ];
  expect(await suite.control.arrivals(one)).toMatchObject([{ type: 'mms', text: '고객님, 세일!', images: sent }]);

  const copies = () => keysUnder(`templates/${shop.id}/`);
  expect(await copies()).toHaveLength(3);
  await suite.control.advance('PT2H');
  await until(copies, (left) => left.length === 1);
  await shop.live.told(204, 'DELETE', path);
  await suite.control.advance('PT2H');
  await until(copies, (left) => left.length === 0);
}, 120_000);

test('an attachment that nothing uses lives seven days, and its file no longer', async () => {
  const shop = await suite.newShop(100);
  const [image] = await attached(shop.live, files[2]!);
  expect(await keysUnder(`uploads/${shop.id}/`)).toHaveLength(1);
  await suite.control.advance('P6DT23H');
  expect(await shop.live.get(`/v1/uploads/${image}`)).toMatchObject({ status: 'ready' });
  await suite.control.advance('PT2H');
  await until(
    () => shop.live.get(`/v1/uploads/${image}`),
    ({ status }) => status === 'expired',
  );
  expect(await keysUnder(`uploads/${shop.id}/`)).toEqual([]);
  const refused = { body: { message: message({ images: [image] }), recipients: listOf(numbers(1, 4)) } };
  expect(await shop.live.told(422, 'POST', '/v1/messages', refused)).toMatchObject({
    code: 'upload_expired',
    errors: [{ pointer: '/message/images/0' }],
  });
}, 120_000);

test('what is no image is rejected, whatever its name; images of others are nobody’s', async () => {
  const [shop, other] = [await suite.newShop(100), await suite.newShop(100)];
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  for (const [content, code] of [
    [png, 'not_jpeg'],
    [jpegOf(1).subarray(0, 60), 'unreadable_image'],
    [jpegOf(1, 300 * kb + 1), 'image_too_large'],
    [Buffer.alloc(0), 'empty_file'],
  ] as const) {
    const id = await putImage(shop.live, content);
    expect(await validated(shop.live, id)).toMatchObject({ status: 'rejected', errors: [{ code }] });
  }

  const [theirs] = await attached(other.live, files[0]!);
  const list = await putFile(shop.live, 'phoneNumber\n01020000001\n');
  await validated(shop.live, list);
  const ask = async (image: string, customer = shop.live) => {
    const body = { message: message({ images: [image] }), recipients: listOf(numbers(1, 5)) };
    const { status, json } = await customer.ask('POST', '/v1/messages', { body });
    return { status, ...json, requestId: null };
  };
  const absent = await ask('upl_01ARZ3NDEKTSV4RRFFQ69G5FAV');
  expect(absent).toMatchObject({ status: 422, errors: [{ pointer: '/message/images/0' }] });
  expect(await ask(theirs!)).toEqual(absent);
  expect(await ask(theirs!, other.test)).toEqual(absent);
  expect(await ask(list)).toEqual(absent);
  expect((await shop.live.ask('GET', `/v1/uploads/${theirs}`)).status).toBe(404);
}, 120_000);
