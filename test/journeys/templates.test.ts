import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { putFile } from '../support/files.ts';
import { expectMoneyAddsUp, message, numbers, settled } from '../support/sends.ts';

const suite = cloudSuite();

test('a template is previewed, sent to a file made from its sample, and arrives as it was shown, whatever it says later', async () => {
  const { live } = await suite.newShop(100);
  const { id: categoryId } = await live.told(201, 'POST', '/v1/template-categories', { body: { name: '배송' } });
  const template = await live.told(201, 'POST', '/v1/templates', {
    body: {
      ...{ name: '출발 안내', categoryId },
      text: '{{ name | default: "고객" | josa: "이/가" }} 주문한 {{ item }} 상품이 {{ due }} 도착합니다.',
      variables: [{ name: 'due', type: 'date', format: 'YYYY-MM-DD' }],
    },
  });
  expect(await live.get('/v1/templates', { name: '출발', categoryId })).toMatchObject({ data: [template] });

  const sample = await fetch(`${live.apiUrl}/v1/uploads/sample?templateId=${template.id}`, {
    headers: { authorization: `Bearer ${live.key}` },
  });
  const header = (await sample.text()).replace('\uFEFF', '').split('\r\n')[0]!;
  expect(header).toBe('phoneNumber,name,item,due');
  const people = [
    { name: '서연', item: '모자', due: '2026-12-01' },
    { name: '', item: '가'.repeat(30), due: '2026-12-02' },
  ];
  const to = numbers(people.length, 90);
  const rows = [header, ...people.map(({ name, item, due }, i) => [to[i], name, item, due].join(','))];
  const uploadId = await putFile(live, `${rows.join('\n')}\n`, { templateId: template.id });

  const said = message({ templateId: template.id, text: undefined });
  const shown = await Promise.all(
    people.map((variables, i) =>
      live.told(200, 'POST', '/v1/previews', { body: { message: said, recipient: { to: to[i], variables } } }),
    ),
  );
  expect(shown.map(({ type }) => type)).toEqual(['sms', 'lms']);
  expect(shown[1].warnings).toMatchObject([
    { code: 'crosses_sms_limit', variables: [{ name: 'item', bytes: 60 }, {}, {}] },
  ]);

  const at = new Date((await suite.control.nowMs()) + 3_600_000).toISOString();
  const body = { message: said, recipients: { uploadId }, confirm: 'auto', schedule: { at } };
  const { id } = await live.told(202, 'POST', '/v1/dispatches', { body });
  await live.told(200, 'PATCH', `/v1/templates/${template.id}`, { body: { text: '다른 글' } });
  await suite.control.advance('PT61M');
  const dispatch = await settled(suite.control, live, id);
  expect(dispatch.message).toMatchObject({ templateId: template.id, templateVersion: 1, text: template.text });
  expect(dispatch.credits.captured).toBe(shown[0].credits + shown[1].credits);
  for (const [i, number] of to.entries()) {
    expect(await suite.control.arrivals(number)).toMatchObject([{ text: shown[i].text }]);
  }
  await expectMoneyAddsUp(live);

  const later = await live.told(202, 'POST', '/v1/messages', { body: { message: said, recipients: [{ to: to[0] }] } });
  expect(await live.get(`/v1/messages/${later.data[0].messageId}`)).toMatchObject({ text: '다른 글' });
  await live.told(204, 'DELETE', `/v1/templates/${template.id}`);
  await live.told(204, 'DELETE', `/v1/template-categories/${categoryId}`);
  expect(await live.get(`/v1/dispatches/${id}`)).toMatchObject({ message: { text: template.text } });
}, 60_000);
