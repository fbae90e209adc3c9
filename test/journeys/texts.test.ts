import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { expectMoneyAddsUp, message, numbers, settled } from '../support/sends.ts';

const suite = cloudSuite();

test('subjects and texts reach each phone as its own, in the form of the consoles', async () => {
  const shop = await suite.newShop(100);
  const to = numbers(4, 31);
  const shops = ['강남점', '홍대점', '강남점', ''];
  const body = {
    message: message({
      subject: '##shop## 소식',
      text: '##name##님 가격은 ₩1,000 – 오늘만',
      variables: [{ name: 'shop', default: '본점' }],
    }),
    recipients: to.map((number, i) => ({ to: number, variables: { shop: shops[i], name: `고객${i}` } })),
  };
  expect(await shop.live.told(422, 'POST', '/v1/messages', { body })).toMatchObject({ code: 'invalid_template' });
  await shop.live.told(200, 'PATCH', '/v1/settings', { body: { unsendableCharacters: 'swap' } });

  const { dispatchId } = await shop.live.told(202, 'POST', '/v1/messages', { body });
  const dispatch = await settled(suite.control, shop.live, dispatchId);
  expect(dispatch).toMatchObject({ progress: { delivered: 4 }, message: { characters: 'swap' } });
  for (const [i, number] of to.entries()) {
    const [subject, text] = [`${shops[i] || '본점'} 소식`, `고객${i}님 가격은 ￦1,000 - 오늘만`];
    expect(await suite.control.arrivals(number)).toMatchObject([{ type: 'lms', subject, text }]);
    expect(await shop.live.get('/v1/messages', { to: number! })).toMatchObject({ data: [{ subject }] });
  }
  await expectMoneyAddsUp(shop.live);
});

test('particles follow the name', async () => {
  const shop = await suite.newShop(10);
  const to = numbers(2, 41);
  const body = {
    message: message({ text: '{{ name | josa: "은/는" }} {{ city | josa: "(으)로" }} 오세요' }),
    recipients: [
      { to: to[0], variables: { name: '철수', city: '서울' } },
      { to: to[1], variables: { name: '지민', city: '부산' } },
    ],
  };
  const { dispatchId } = await shop.live.told(202, 'POST', '/v1/messages', { body });
  await settled(suite.control, shop.live, dispatchId);
  expect(await suite.control.arrivals(to[0])).toMatchObject([{ text: '철수는 서울로 오세요' }]);
  expect(await suite.control.arrivals(to[1])).toMatchObject([{ text: '지민은 부산으로 오세요' }]);
});
