import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createMail } from '../../../shared/adapters/ses/mail.ts';

const client = new SESv2Client({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const mail = createMail(client, 'bongsu@example.com');
const id = 'evt_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const send = () => mail.send('ops@shop.kr', { subject: '승인', text: '되었습니다\n' }, id);
beforeEach(() => mock.reset());

test('a mail goes to one address, in UTF-8, with the id that tells a repetition', async () => {
  mock.on(SendEmailCommand).resolves({ MessageId: '1' });
  expect(await send()).toEqual({ kind: 'sent' });
  expect(mock.commandCalls(SendEmailCommand).map(({ args }) => args[0].input)).toEqual([
    {
      FromEmailAddress: 'bongsu@example.com',
      Destination: { ToAddresses: ['ops@shop.kr'] },
      Content: {
        Simple: {
          Subject: { Data: '승인', Charset: 'UTF-8' },
          Body: { Text: { Data: '되었습니다\n', Charset: 'UTF-8' } },
          Headers: [{ Name: 'X-Bongsu-Event-Id', Value: id }],
        },
      },
    },
  ]);
});

test.each([
  ['MessageRejected', 'Address is on the suppression list.'],
  ['MessageRejected', 'Address blacklisted.'],
  ['BadRequestException', 'Illegal address'],
  ['BadRequestException', 'Domain contains illegal character'],
  ['BadRequestException', "Missing final '@domain'"],
  ['BadRequestException', 'Local address contains control or whitespace'],
])('%s (%s) is about the address: it never gets mail', async (name, message) => {
  mock.on(SendEmailCommand).rejects(Object.assign(new Error(message), { name }));
  expect(await send()).toEqual({ kind: 'refused', reason: name });
});

test.each([
  [
    'MessageRejected',
    'Email address is not verified. The following identities failed the check in region AP-NORTHEAST-2: ops@shop.kr',
  ],
  ['MessageRejected', 'Sending suspended for this account.'],
  ['MessageRejected', 'Something that nobody has seen yet: ops@shop.kr'],
  ['BadRequestException', 'Invalid header name'],
])('%s (%s) may be our own doing: the mail goes later', async (name, message) => {
  mock.on(SendEmailCommand).rejects(Object.assign(new Error(message), { name }));
  expect(await send()).toEqual({ kind: 'later', reason: name });
});

test('what an address happens to be called says nothing about it', async () => {
  const error = new Error(
    'Email address is not verified. The following identities failed the check: blocklist@shop.kr',
  );
  mock.on(SendEmailCommand).rejects(Object.assign(error, { name: 'MessageRejected' }));
  const sent = await mail.send('blocklist@shop.kr', { subject: '승인', text: '되었습니다\n' }, id);
  expect(sent).toEqual({ kind: 'later', reason: 'MessageRejected' });
});

test.each([
  ['MessageRejected', 'later'],
  ['TooManyRequestsException', 'later'],
  ['LimitExceededException', 'later'],
  ['SendingPausedException', 'later'],
  ['AccountSuspendedException', 'later'],
  ['MailFromDomainNotVerifiedException', 'later'],
  ['NotFoundException', 'later'],
  ['AccessDeniedException', 'later'],
  ['InternalFailure', 'later'],
  ['TimeoutError', 'later'],
])('%s: %s, and the reason does not name the address', async (name, kind) => {
  mock.on(SendEmailCommand).rejects(Object.assign(new Error('ops@shop.kr is not verified'), { name }));
  expect(await send()).toEqual({ kind, reason: name });
});
