import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { csvOf, putFile } from '../support/files.ts';
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

test('200 parallel sends on credits for half of them: exactly half succeed, whoever they are', async () => {
  const sends = 200;
  const credits = 10;
  const shop = await suite.newShop((sends / 2) * credits);
  // A key's rate must not decide; five keys share the work.
  const keys = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const made = await shop.live.told(201, 'POST', '/v1/api-keys', { body: { mode: 'live' } });
      return suite.customer(made.secret);
    }),
  );
  const answers = await Promise.all(
    Array.from({ length: sends }, (_, i) => {
      const body = { message: message(), recipients: listOf(numbers(credits, i)) };
      return keys[i % keys.length]!.ask('POST', '/v1/messages', { body });
    }),
  );
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect({ accepted: count(202), short: count(402) }).toEqual({ accepted: sends / 2, short: sends / 2 });
  for (const { json } of answers.filter(({ status }) => status === 402)) {
    expect(json).toMatchObject({ code: 'insufficient_credits', required: credits });
    expect(json.available).toBeLessThan(credits);
  }
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 0, granted: 1_000 });
  await suite.control.advance('PT1M');
  for (const { json } of answers.filter(({ status }) => status === 202)) {
    await settled(suite.control, keys[0]!, json.dispatchId);
  }
  expect(await expectMoneyAddsUp(shop.live)).toEqual(expect.objectContaining({ available: 0, held: 0, spent: 1_000 }));
  expect(await shop.live.all('/v1/dispatches')).toHaveLength(sends / 2);
  expect((await suite.control.arrivalsByNumber()).size).toBe(1_000);
  expect((await suite.control.arrivals()).length).toBe(1_000);
}, 90_000);

test('too few credits: 402 and nothing created, failed when automatic, an exact cut when partial', async () => {
  const shop = await suite.newShop(7);
  const to = numbers(5, 300);
  const long = { message: message({ text: '가'.repeat(60) }), recipients: listOf(to) };

  const refused = await shop.live.ask('POST', '/v1/messages', { body: long });
  expect(refused).toMatchObject({ status: 402, json: { code: 'insufficient_credits', required: 15, available: 7 } });
  expect(await shop.live.all('/v1/dispatches')).toEqual([]);

  const given = { message: long.message, recipients: { list: long.recipients } };
  const automatic = await shop.live.told(202, 'POST', '/v1/dispatches', { body: { ...given, confirm: 'auto' } });
  const failed = await untilStatus(shop.live, automatic.id, 'failed');
  expect(failed).toMatchObject({ failure: { code: 'insufficient_credits' }, credits: { held: 0, captured: 0 } });
  expect(failed.progress).toMatchObject({ accepted: 5, canceled: 5, planned: 0 });

  const manual = await shop.live.told(202, 'POST', '/v1/dispatches', { body: given });
  await untilStatus(shop.live, manual.id, 'ready');
  const short = await shop.live.ask('POST', `/v1/dispatches/${manual.id}/send`, { body: {} });
  expect(short).toMatchObject({ status: 402, json: { required: 15, available: 7 } });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 7, held: 0 });

  const partial = await sendTo(shop.live, to, { ...long, onShortfall: 'partial' });
  const cut = await settled(suite.control, shop.live, partial);
  expect(cut).toMatchObject({
    status: 'completed',
    progress: { delivered: 2 },
    skippedBy: { insufficient_credits: 3 },
  });
  const rows = (await shop.live.all(`/v1/dispatches/${partial}/messages`)).sort((a, b) => a.row - b.row);
  expect(rows.map(({ status, reason }: Shown) => [status, reason])).toEqual([
    ['delivered', null],
    ['delivered', null],
    ...Array.from({ length: 3 }, () => ['skipped', 'insufficient_credits']),
  ]);
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 1, held: 0, spent: 6 });
  const arrived = await suite.control.arrivalsByNumber();
  expect(to.map((number) => arrived.get(number) ?? 0)).toEqual([1, 1, 0, 0, 0]);
});

test('a partial send of a file of mixed prices cuts exactly where the credits end', async () => {
  const shop = await suite.newShop(1_001);
  const to = numbers(1_200, 301);
  // Every tenth costs 3, the others 1: the rows in order cost 12 a ten, so 1,001 credits end within the 84th ten.
  const rows = to.map((number, i) => `${number},${i % 10 === 9 ? '가'.repeat(60) : '사과'}`);
  const uploadId = await putFile(shop.live, csvOf(rows, 'phoneNumber,item'));
  const body = {
    message: message({ text: '{{ item }}' }),
    recipients: { uploadId },
    confirm: 'auto',
    onShortfall: 'partial',
  };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  const done = await settled(suite.control, shop.live, id);
  expect(done).toMatchObject({
    status: 'completed',
    progress: { delivered: 835 },
    skippedBy: { insufficient_credits: 365 },
  });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 0, held: 0, spent: 1_001 });
  const arrived = await suite.control.arrivalsByNumber();
  expect(to.map((number) => arrived.get(number) ?? 0)).toEqual(to.map((_, i) => (i < 835 ? 1 : 0)));
});
