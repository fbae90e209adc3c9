import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { packed, pdf } from '../support/evidence-files.ts';
import { putDocument, validated } from '../support/files.ts';
import { expectMoneyAddsUp, listOf, message, numbers, settled, untilStatus } from '../support/sends.ts';

const suite = cloudSuite();
const number = '15441234';

test('a number is asked for with documents, approved, sent from, and blocked: what had not gone goes nowhere', async () => {
  const { id, live } = await suite.newShop(100);
  const path = `/operator/v1/tenants/${id}/sender-numbers/${number}`;
  const issuedOn = new Date(await suite.control.nowMs()).toISOString().slice(0, 10);
  const ask = async (...contents: readonly Buffer<ArrayBuffer>[]) => {
    const uploads = [];
    for (const content of contents) {
      const uploadId = await putDocument(live, content);
      await validated(live, uploadId);
      uploads.push(uploadId);
    }
    const kinds = ['service_certificate', 'employment_proof'];
    const documents = uploads.map((uploadId, i) => ({ kind: kinds[i], uploadId, issuedOn }));
    return live.ask('POST', '/v1/sender-numbers', {
      body: { number, method: 'documents', kind: 'employee', documents },
    });
  };
  const send = { message: message({ from: number }), recipients: listOf(numbers(3, 90)) };

  const unsafe = await ask(pdf(), pdf([packed('1 0 <</S/JavaScript/JS(1)>>')]));
  expect(unsafe).toMatchObject({
    status: 422,
    json: { code: 'upload_rejected', errors: [{ pointer: '/documents/1/uploadId' }] },
  });
  const asked = await ask(pdf(), pdf());
  expect(asked).toMatchObject({ status: 202, json: { status: 'reviewing' } });
  expect(await live.ask('POST', '/v1/messages', { body: send })).toMatchObject({
    json: { code: 'sender_not_approved' },
  });

  const [{ uploadId }] = asked.json.documents;
  const link = `/operator/v1/tenants/${id}/documents/${uploadId}/link`;
  const shown = await suite.operator.told(200, 'POST', link, { body: {} });
  expect(Buffer.from(await (await fetch(shown.url)).arrayBuffer()).equals(pdf())).toBe(true);
  expect((await live.ask('POST', link, { body: {} })).status).toBe(401);

  const { checklist, requestedAt } = await suite.operator.get(path);
  const nothing = { requestedAt, checks: {} };
  expect(await suite.operator.ask('POST', `${path}/approve`, { body: nothing })).toMatchObject({ status: 422 });
  const checks = Object.fromEntries(checklist.map((check: string) => [check, true]));
  await suite.operator.told(200, 'POST', `${path}/approve`, { body: { requestedAt, checks } });
  const { dispatchId } = await live.told(202, 'POST', '/v1/messages', { body: send });
  expect(await settled(suite.control, live, dispatchId)).toMatchObject({ progress: { delivered: 3 } });
  expect((await suite.control.arrivals(numbers(1, 90)[0]!)).map(({ from }) => from)).toEqual([number]);

  // Two waves: the number is blocked when the first has gone
  const body = {
    message: message({ from: number }),
    recipients: { list: listOf(numbers(4, 91)) },
    confirm: 'auto',
    split: { count: 2, intervalMinutes: 30 },
  };
  const split = await live.told(202, 'POST', '/v1/dispatches', { body });
  await untilStatus(live, split.id, 'sending');
  await suite.control.advance('PT1M');
  await suite.operator.told(200, 'POST', `${path}/block`, { body: { reason: 'Complaints' } });
  await suite.control.advance('PT30M');
  const ended = await settled(suite.control, live, split.id);
  expect(ended).toMatchObject({ skippedBy: { sender_not_approved: 2 }, progress: { delivered: 2, skipped: 2 } });
  const arrived = await Promise.all(numbers(4, 91).map((to) => suite.control.arrivals(to)));
  expect(arrived.map(({ length }) => length)).toEqual([1, 1, 0, 0]);
  await expectMoneyAddsUp(live);
  expect((await suite.control.iam()).denied).toEqual([]);
}, 60_000);
