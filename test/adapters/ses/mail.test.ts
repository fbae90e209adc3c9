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
  ['MessageRejected', 'refused'],
  ['BadRequestException', 'refused'],
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
