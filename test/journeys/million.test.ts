import { expect, test } from 'vitest';
import { cloudSuite, until } from '../support/cloud.ts';
import { csvOf, putFile, validated } from '../support/files.ts';
import {
  expectMoneyAddsUp,
  message,
  numbers,
  type Shown,
  sendTo,
  untilDispatch,
  untilStatus,
} from '../support/sends.ts';

const rows = 1_000_000;
const suite = cloudSuite();

test('a million of one tenant are queued: another’s single message is with the carrier within 5 s; a cancel stops the rest', async () => {
  const [shop, other] = [await suite.newShop(rows), await suite.newShop(1)];
  const uploadId = await putFile(shop.live, csvOf(numbers(rows).map((number) => `${number},서연`)));
  await validated(shop.live, uploadId);
  const body = { message: message({ text: '{{ name }}님' }), recipients: { uploadId } };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  await untilStatus(shop.live, id, 'ready', 60_000);
  await shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, { body: {} });
  await untilDispatch(shop.live, id, ({ waves }) => waves[0].releasedAt !== null);

  const single = '+821088887777';
  const askedAtMs = await suite.control.nowMs();
  await sendTo(other.live, [single]);
  await until(
    () => suite.control.arrivals(single),
    ({ length }) => length > 0,
  );
  expect((await suite.control.nowMs()) - askedAtMs).toBeLessThan(5_000);
  const pressing: Shown = await shop.live.get(`/v1/dispatches/${id}`);
  expect(pressing.progress.planned).toBeGreaterThan(rows / 2);

  const { canceled } = await shop.live.told(200, 'POST', `/v1/dispatches/${id}/cancel`);
  expect(canceled).toBeGreaterThan(rows / 4);
  const ended = await untilStatus(shop.live, id, 'canceled', 60_000);
  expect(ended.progress).toMatchObject({ accepted: rows, planned: 0, canceled: ended.credits.released });
  await expectMoneyAddsUp(shop.live);
  expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
}, 180_000);
