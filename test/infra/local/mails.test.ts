import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MailService, mailAccesses } from '../../../infra/local/mail/mail-service.ts';
import { MailStore } from '../../../infra/local/mail/mail-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'bongsu-mails-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mailTo = (to: string, subject = 'Hello', from = 'bongsu@local.example') => ({
  FromEmailAddress: from,
  Destination: { ToAddresses: [to] },
  Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'Text' } } } },
});

test('mails are taken in order, listed page by page, and there after a restart', () => {
  const store = new MailStore(folder);
  const service = new MailService(store);
  for (let i = 0; i < 5; i++) expect(service.handle(mailTo('a@shop.kr', `${i}`))).toHaveProperty('MessageId');
  store.close();
  const again = new MailStore(folder);
  const first = again.page(0, 3);
  expect(first.mails.map(({ subject }) => subject)).toEqual(['0', '1', '2']);
  const rest = again.page(first.next!, 3);
  expect([rest.mails.map(({ subject, to }) => [subject, to]), rest.next]).toEqual([
    [
      ['3', ['a@shop.kr']],
      ['4', ['a@shop.kr']],
    ],
    null,
  ]);
  again.close();
});

test.each([
  ['nobody', 'BadRequestException'],
  ['two@shop.kr, three@shop.kr', 'BadRequestException'],
  ['refused@shop.kr', 'MessageRejected'],
])('to %s nothing goes', (to, code) => {
  const store = new MailStore(folder);
  const before = store.page(0, 100).mails.length;
  expect(() => new MailService(store).handle(mailTo(to))).toThrow(expect.objectContaining({ code }));
  expect(store.page(0, 100).mails).toHaveLength(before);
  store.close();
});

test('IAM is asked about the identity and the address that a mail comes from, and knows nothing but SendEmail', () => {
  const url = new URL('http://x/v2/email/outbound-emails');
  expect(mailAccesses('POST', url, mailTo('a@shop.kr')).accesses).toEqual([
    {
      action: 'ses:SendEmail',
      resource: expect.stringMatching(/^arn:aws:ses:.*:identity\/bongsu@local\.example$/),
      context: { 'ses:FromAddress': ['bongsu@local.example'] },
    },
  ]);
  expect(() => mailAccesses('GET', new URL('http://x/v2/email/identities'), {})).toThrow('not offered');
});
