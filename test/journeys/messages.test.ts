import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { expectMoneyAddsUp, magic, message, numbers, sendTo, settled } from '../support/sends.ts';

const suite = cloudSuite();

test('a message is sent, arrives once, is reported and paid for', async () => {
  const shop = await suite.newShop(10);
  const [to] = numbers(1, 1);
  const body = {
    message: message({ text: '{{ name }}님, 주문이 출발했습니다.' }),
    recipients: [{ to, variables: { name: '서연' } }],
  };
  const sent = await shop.live.told(202, 'POST', '/v1/messages', { body });
  expect(sent.data).toEqual([
    { index: 0, to, messageId: expect.stringMatching(/^msg_/), status: 'planned', reason: null },
  ]);

  const dispatch = await settled(suite.control, shop.live, sent.dispatchId);
  expect(dispatch).toMatchObject({ status: 'completed', summary: { sent: 1 }, progress: { delivered: 1 } });
  expect(dispatch.credits).toEqual({ held: 0, captured: 1, released: 0, refunded: 0 });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9, held: 0, spent: 1, granted: 10 });
  expect(await suite.control.arrivals(to)).toMatchObject([
    { to, from: '0212345678', type: 'sms', text: '서연님, 주문이 출발했습니다.' },
  ]);
  const one = await shop.live.get(`/v1/messages/${sent.data[0].messageId}`);
  expect(one).toMatchObject({
    status: 'delivered',
    code: null,
    credits: 1,
    carrier: 'aligo',
    text: '서연님, 주문이 출발했습니다.',
  });
  expect(await shop.live.get('/v1/messages', { to: to! })).toMatchObject({
    data: [{ id: one.id, status: 'delivered' }],
  });
});

test('each magic number ends as it should, and money follows', async () => {
  const shop = await suite.newShop(100);
  const to = [1, 2, 3, 4, 5, 6, 7].map(magic);
  const id = await sendTo(shop.live, to);
  const soon = ['-', 'failed', 'submitted', 'submitted', 'delivered', 'delivered', 'failed'];
  const statuses = async () => {
    const all = await shop.live.all(`/v1/dispatches/${id}/messages`);
    return to.map((number) => all.find((one) => one.to === number));
  };
  await suite.control.advance('PT1M');
  expect((await statuses()).map(({ status }) => status).slice(1)).toEqual(soon.slice(1));
  await suite.control.advance('PT15M');
  expect((await statuses())[3]).toMatchObject({ status: 'delivered' });
  expect((await statuses())[2]).toMatchObject({ status: 'submitted' });
  await suite.control.advance('PT73H');
  const dispatch = await settled(suite.control, shop.live, id);
  expect((await statuses()).map(({ status, code, credits }) => [status, code, credits])).toEqual([
    ['failed', 'invalid_number', 0],
    ['failed', 'power_off', 0],
    ['unknown', null, 1],
    ['delivered', null, 1],
    ['delivered', null, 1],
    ['delivered', null, 1],
    ['failed', 'spam_blocked', 0],
  ]);
  expect(dispatch.failedBy).toEqual({ invalid_number: 1, power_off: 1, spam_blocked: 1 });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 96, held: 0, spent: 4 });
});
