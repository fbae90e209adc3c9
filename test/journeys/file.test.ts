import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { cloudSuite, until } from '../support/cloud.ts';
import { csvOf, putFile, validated } from '../support/files.ts';
import {
  expectArrivals,
  expectMoneyAddsUp,
  magic,
  message,
  numbers,
  type Shown,
  untilStatus,
} from '../support/sends.ts';

const suite = cloudSuite();

test('10,000 recipients from a file, with bad rows, refusals and late failures: every number agrees with every other', async () => {
  const shop = await suite.newShop(20_000);
  const good = numbers(9_773);
  const invalid = Array.from({ length: 100 }, (_, i) => `010-12-${i}`);
  const duplicates = good.slice(0, 80);
  const foreign = Array.from({ length: 40 }, (_, i) => `+1415555${2_600 + i}`);
  const magics = [1, 2, 3, 4, 5, 6, 7].map(magic);
  // Spread over the file, so that every batch has some of each.
  const rows = [...good, ...magics, ...invalid, ...duplicates, ...foreign]
    .map((number, i) => ({ number, at: i < good.length ? i : (i * 7_919) % 9_700 }))
    .sort((a, b) => a.at - b.at)
    .map(({ number, at }) => `${number},${at % 10 === 0 ? '' : '서연'},${at % 100 === 0 ? '가'.repeat(40) : '사과'}`);
  expect(rows.length).toBe(10_000);

  const uploadId = await putFile(shop.live, csvOf(rows, 'phoneNumber,name,item'));
  expect(await validated(shop.live, uploadId)).toMatchObject({
    status: 'ready',
    rows: 10_000,
    valid: 9_820,
    invalid: 100,
    duplicates: 80,
    errorCount: 180,
  });
  const body = {
    message: message({ text: "{{ name | default: '고객' }}님, 주문하신 {{ item }} 상품이 오늘 출발합니다." }),
    recipients: { uploadId },
  };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  const ready = await untilStatus(shop.live, id, 'ready');
  const { quote } = ready;
  expect(quote).toMatchObject({
    recipients: 10_000,
    sendable: 9_780,
    excluded: { invalid_number: 100, duplicate_number: 80, foreign_number: 40 },
  });
  expect(quote.byType.lms).toBeGreaterThan(50);
  expect(quote.credits).toBe(quote.byType.sms + 3 * quote.byType.lms);

  await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: { maxCredits: quote.credits } });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 20_000 - quote.credits });
  // The customer checks the equation, and the sums by reason, in each of these answers.
  const progress: Shown[] = [];
  await until<Shown>(
    async () => {
      progress.push(await shop.live.get(`/v1/dispatches/${id}`));
      return progress.at(-1);
    },
    ({ progress: { planned, submitted } }) => planned === 0 && submitted <= 2,
    60_000,
  );
  expect(new Set(progress.map(({ progress: { accepted } }) => accepted))).toEqual(new Set([10_000]));
  await suite.control.advance('PT15M');
  await suite.control.advance('PT73H');
  const done = await until<Shown>(
    () => shop.live.get(`/v1/dispatches/${id}`),
    ({ settledAt }) => settledAt !== null,
  );
  expect(done).toMatchObject({
    status: 'completed',
    skippedBy: quote.excluded,
    failedBy: { invalid_number: 1, power_off: 1, spam_blocked: 1 },
    progress: { skipped: 220, failed: 3, unknown: 1, delivered: 9_776 },
  });

  const messages = await shop.live.all(`/v1/dispatches/${id}/messages`);
  expect(messages.length).toBe(10_000);
  expect(new Set(messages.map((one) => one.id)).size).toBe(10_000);
  expect(messages.map(({ row }) => row).sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 2));
  const paid = messages.reduce((credits, one) => credits + one.credits, 0);
  expect(paid).toBe(done.credits.captured - done.credits.refunded);
  expect(await shop.live.all(`/v1/dispatches/${id}/messages`, { code: 'foreign_number' })).toHaveLength(40);
  const failed = await shop.live.all(`/v1/dispatches/${id}/messages`, { status: 'failed' });
  expect(failed.map(({ to, code }) => [to, code]).sort()).toEqual([
    [magic(1), 'invalid_number'],
    [magic(2), 'power_off'],
    [magic(7), 'spam_blocked'],
  ]);
  for (const number of [good[9_000]!, magic(3), duplicates[1]!, foreign[1]!]) {
    const { data } = await shop.live.get(`/v1/dispatches/${id}/recipients/${encodeURIComponent(number)}`);
    expect(data.map(({ to }: Shown) => to)).toEqual(data.map(() => number));
    expect(data.length).toBe(number === duplicates[1] ? 2 : 1);
  }
  expect(await shop.live.all('/v1/messages', { to: good[5_000]! })).toHaveLength(1);

  const money = await expectMoneyAddsUp(shop.live);
  expect(money).toMatchObject({ held: 0, available: 20_000 - done.credits.captured + done.credits.refunded });
  await expectArrivals(suite.control, [...good, ...magics.slice(2, 6)]);
}, 120_000);

test('a strict upload with errors is rejected: ten inline, all in the report, and nothing is sent to it', async () => {
  const shop = await suite.newShop();
  const rows = [
    ...numbers(50, 3).map((number) => `${number},서연`),
    ...Array.from({ length: 25 }, (_, i) => `010-1-${i},민준`),
  ];
  const uploadId = await putFile(shop.live, csvOf(rows), { onInvalidRows: 'reject' });
  const early = await shop.live.ask('POST', '/v1/dispatches', {
    body: { message: message(), recipients: { uploadId } },
  });
  const upload = await validated(shop.live, uploadId);
  expect(upload).toMatchObject({ status: 'rejected', rows: 75, valid: 50, invalid: 25, errorCount: 25 });
  expect(upload.errors.map(({ row }: Shown) => row)).toEqual(Array.from({ length: 10 }, (_, i) => i + 52));
  expect(upload.errors[0]).toMatchObject({ column: 'phoneNumber', code: 'invalid_number', value: '010-1-0' });
  const report = await (await fetch(upload.errorReportUrl)).text();
  expect(report.trim().split(/\r?\n/)).toHaveLength(26);
  for (let i = 0; i < 25; i++) expect(report).toContain(`010-1-${i},`);

  if (early.status === 202) {
    await suite.control.advance('PT5S');
    expect(await untilStatus(shop.live, early.json.id, 'failed')).toMatchObject({
      failure: { code: 'upload_rejected' },
    });
  }
  const late = await shop.live.ask('POST', '/v1/dispatches', {
    body: { message: message(), recipients: { uploadId } },
  });
  expect(late).toMatchObject({ status: 422, json: { code: 'upload_rejected' } });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 100_000, held: 0, spent: 0 });
});

test('a file dropped into the inbox becomes an upload by itself, which is kept while a dispatch uses it', async () => {
  const shop = await suite.newShop();
  const { endpoint, bucket, ...credentials } = suite.cloud.addresses.s3;
  const s3 = new S3Client({ endpoint, region: 'ap-northeast-2', credentials, forcePathStyle: true });
  const Key = `inbox/${shop.id}/vip.csv`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: csvOf(numbers(3, 5).map((to) => `${to},서연`)) }));
  const dropped = await until<Shown>(
    () => shop.live.get('/v1/uploads'),
    ({ data }) => data[0]?.status === 'ready',
  );
  expect(dropped.data).toMatchObject([{ source: 'inbox', fileName: 'vip.csv', valid: 3, onInvalidRows: 'skip' }]);
  const body = { message: message(), recipients: { uploadId: dropped.data[0].id }, confirm: 'auto' };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  await untilStatus(shop.live, id, 'completed');
  const used = await shop.live.ask('DELETE', `/v1/uploads/${dropped.data[0].id}`);
  expect(used.status).toBe(409);
  s3.destroy();
});
