import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { openImportQueue } from '../../../shared/adapters/sqs/import-queue.ts';
import { importMessage } from '../../../shared/contracts/queue-messages.ts';

const client = new SQSClient({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const queue = openImportQueue(client, 'https://sqs/import');
const message = { importId: 'imp_01ARZ3NDEKTSV4RRFFQ69G5FAV' } as const;

test('a record goes to its queue, in the shape its reader parses, with its delay', async () => {
  mock.on(SendMessageCommand).resolves({ MessageId: '1' });
  await queue.step(message, 60);
  const [sent] = mock.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
  expect(sent).toMatchObject({ QueueUrl: 'https://sqs/import', DelaySeconds: 60 });
  expect(importMessage.parse(JSON.parse(sent!.MessageBody!))).toEqual(message);
});

test('a queue that does not take it is an error', async () => {
  mock.on(SendMessageCommand).rejects(new Error('down'));
  await expect(queue.step(message, 0)).rejects.toThrow('down');
});

test.each([{}, { importId: 'cmp_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, { ...message, owner: 'x' }])(
  '%j is no record',
  (one) => {
    expect(importMessage.safeParse(one).success).toBe(false);
  },
);
