import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { openEraseQueue } from '../../../shared/adapters/sqs/erase-queue.ts';
import { eraseMessage } from '../../../shared/contracts/queue-messages.ts';

const client = new SQSClient({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const queue = openEraseQueue(client, 'https://sqs/erase');
const message = { owner: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test' } as const;

test('a record goes to its queue, in the shape its reader parses, with its delay', async () => {
  mock.on(SendMessageCommand).resolves({ MessageId: '1' });
  await queue.erase(message, 60);
  const [sent] = mock.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
  expect(sent).toMatchObject({ QueueUrl: 'https://sqs/erase', DelaySeconds: 60 });
  expect(eraseMessage.parse(JSON.parse(sent!.MessageBody!))).toEqual(message);
});

test('a queue that does not take it is an error', async () => {
  mock.on(SendMessageCommand).rejects(new Error('down'));
  await expect(queue.erase(message, 0)).rejects.toThrow('down');
});

test.each([{}, { owner: 'tenant' }, { ...message, digits: '8210' }])('%j is no record', (one) => {
  expect(eraseMessage.safeParse(one).success).toBe(false);
});
