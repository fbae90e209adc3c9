import { expect, test } from 'vitest';
import type { StoredMail } from '../../infra/local/mail/mail-store.ts';
import { cloudSuite, until } from '../support/cloud.ts';

const suite = cloudSuite();
const toShop = (mails: readonly StoredMail[]) => mails.filter(({ to }) => to.join() !== 'other@shop.kr');

test('an operator with few scopes decides, the tenant is told by mail, and the log has both and what was refused', async () => {
  const { operator, control } = suite;
  const notificationEmails = ['ops@shop.kr', 'refused@shop.kr', 'ceo@shop.kr'];
  const shop = await operator.told(201, 'POST', '/operator/v1/tenants', {
    body: { name: '봉수상회', notificationEmails },
  });
  const body = { name: 'Kim', scopes: ['tenants:write', 'reviews:write'] };
  const made = await operator.told(201, 'POST', '/operator/v1/keys', { body });
  const kim = suite.customer(made.secret);
  const at = `/operator/v1/tenants/${shop.id}`;

  await kim.told(201, 'POST', `${at}/sender-numbers`, { body: { number: '0212345678' } });
  await kim.told(403, 'POST', `${at}/credits`, { body: { credits: 5, type: 'grant' } });
  await kim.told(200, 'POST', `${at}/suspend`);
  const mails = toShop(await until(control.mails, (seen) => toShop(seen).length === 4));
  expect(mails.map(({ to, from }) => [...to, from]).sort()).toEqual([
    ...Array(2).fill(['ceo@shop.kr', 'bongsu@local.example']),
    ...Array(2).fill(['ops@shop.kr', 'bongsu@local.example']),
  ]);
  const approved = mails.filter(({ subject }) => subject.endsWith('Sender number approved'));
  expect(approved).toHaveLength(2);
  for (const { text, headers } of approved) {
    expect(text).toContain('봉수상회');
    expect(text).toContain('021***5678');
    expect(text).not.toContain('0212345678');
    expect(text).toContain(headers['X-Bongsu-Event-Id']);
  }

  await operator.told(204, 'DELETE', `/operator/v1/keys/${made.id}`);
  await kim.told(401, 'POST', `${at}/resume`);
  const log = await operator.all('/operator/v1/audit', { keyId: made.id });
  const action = (verb: string) => `POST /operator/v1/tenants/{id}/${verb}`;
  expect(log.map((entry) => [entry.action, entry.outcome, entry.after?.status ?? entry.code])).toEqual([
    [action('suspend'), 'done', 'suspended'],
    [action('credits'), 'refused', 'scope_missing'],
    [action('sender-numbers'), 'done', 'approved'],
  ]);
  const file = await fetch(`${suite.cloud.addresses.apiUrl}/operator/v1/audit/export?format=csv&tenantId=${shop.id}`, {
    headers: { authorization: `Bearer ${operator.key}` },
  });
  expect((await file.text()).trim().split('\r\n')).toHaveLength(1 + 4);
}, 30_000);

test('what nobody asked to be told is told by the sweeper', async () => {
  const { operator, control } = suite;
  const tenant = { name: 'Other', notificationEmails: ['other@shop.kr'] };
  const { id } = await operator.told(201, 'POST', '/operator/v1/tenants', { body: tenant });
  const waits = async () => {
    const queue = (await control.queues()).find(({ name }) => name.includes('QueuesOutcomeQueue'))!;
    return queue.visible + queue.inFlight;
  };
  const told = async () => (await control.mails()).filter(({ to }) => to.join() === 'other@shop.kr');
  // Whoever takes the first record meets a broken table, as often as the SDK tries; the record comes back after 170 s
  const faults = [{ operation: 'UpdateItem', error: 'InternalServerError', calls: 3 }];
  await fetch(`${suite.cloud.addresses.controlUrl}/faults`, { method: 'POST', body: JSON.stringify({ faults }) });
  await operator.told(200, 'POST', `/operator/v1/tenants/${id}/close`);
  await until(waits, (count) => count === 1);
  expect(await told()).toEqual([]);
  await control.advance('PT2M');
  await until(told, (seen) => seen.length === 1);
  // The first record finds nothing left to tell
  await control.advance('PT10M');
  await until(waits, (count) => count === 0);
  expect(await told()).toHaveLength(1);
  expect((await control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
  const { denied } = await control.iam();
  expect(denied).toEqual([]);
}, 30_000);
