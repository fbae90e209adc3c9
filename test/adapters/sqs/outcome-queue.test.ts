import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { openOutcomeQueue } from '../../../shared/adapters/sqs/outcome-queue.ts';
import { outcomeMessage } from '../../../shared/contracts/queue-messages.ts';

const client = new SQSClient({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const queue = openOutcomeQueue(client, 'https://sqs/outcome');
const eventId = 'evt_01ARZ3NDEKTSV4RRFFQ69G5FAV';

test('a record goes to its queue, in the shape its reader parses', async () => {
  mock.on(SendMessageCommand).resolves({ MessageId: '1' });
  await queue.tell(eventId);
  const [sent] = mock.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
  expect(sent).toMatchObject({ QueueUrl: 'https://sqs/outcome' });
  expect(outcomeMessage.parse(JSON.parse(sent!.MessageBody!))).toEqual({ eventId });
});

test.each([{}, { eventId: 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, { eventId, tenantId: 'x' }])('%j is no record', (one) => {
  expect(outcomeMessage.safeParse(one).success).toBe(false);
});
