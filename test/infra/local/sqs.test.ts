import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture, until } from './support/fixture.ts';

let fixture: Fixture;
let QueueUrl: string;
beforeAll(async () => {
  fixture = await startFixture();
  QueueUrl = fixture.queueUrl('plain');
});
afterAll(() => fixture.end());

const send = (MessageBody: string, more: { DelaySeconds?: number; MessageGroupId?: string } = {}) =>
  fixture.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (MaxNumberOfMessages = 10, url = QueueUrl): Promise<Message[]> => {
  const request = { QueueUrl: url, MaxNumberOfMessages, MessageSystemAttributeNames: ['All' as const] };
  return (await fixture.sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
};
const remove = ({ ReceiptHandle }: Message) => fixture.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const drain = async () => {
  for (let messages = await receive(); messages.length > 0; messages = await receive())
    await Promise.all(messages.map(remove));
};

test('a delayed message shows when its time has come on the local clock', async () => {
  await send('later', { DelaySeconds: 900 });
  expect(await receive()).toEqual([]);
  await fixture.control('POST', '/clock', { advance: 'PT14M59S' });
  expect(await receive()).toEqual([]);
  await fixture.control('POST', '/clock', { advance: 'PT1S' });
  expect((await receive()).map(({ Body }) => Body)).toEqual(['later']);
  await fixture.control('POST', '/clock', { advance: 'PT30S' });
  await drain();
});

test('a delay beyond 15 minutes is refused, in a batch the entry alone', async () => {
  await expect(send('too late', { DelaySeconds: 901 })).rejects.toThrow(/DelaySeconds/);
  const Entries = [
    { Id: 'a', MessageBody: 'in time' },
    { Id: 'b', MessageBody: 'too late', DelaySeconds: 901 },
  ];
  const { Successful, Failed } = await fixture.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
  expect(Failed?.map(({ Id }) => Id)).toEqual(['b']);
  await drain();
});

test('a received message stays hidden for its visibility timeout, and can be shown again at once', async () => {
  await send('hidden');
  const [first] = await receive();
  expect(await receive()).toEqual([]);
  await fixture.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first!.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  const [second] = await until(receive, (messages) => messages.length > 0);
  expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
  await remove(second!);
  await fixture.control('POST', '/clock', { advance: 'PT31S' });
  expect(await receive()).toEqual([]);
});

test('a message received too often ends in the dead-letter queue, with its group', async () => {
  await send('poison', { MessageGroupId: 'ten_1' });
  for (let round = 1; round <= 2; round++) {
    expect((await receive())[0]?.Attributes?.ApproximateReceiveCount).toBe(String(round));
    await fixture.control('POST', '/clock', { advance: 'PT31S' });
  }
  expect(await receive()).toEqual([]);
  const [dead] = await receive(10, fixture.queueUrl('plain-dead'));
  expect(dead).toMatchObject({ Body: 'poison', Attributes: { MessageGroupId: 'ten_1' } });
});

test('groups take turns: a busy one does not hold up the others', async () => {
  for (let n = 0; n < 20; n++) await send(`busy ${n}`, { MessageGroupId: 'busy' });
  await send('quiet', { MessageGroupId: 'quiet' });
  const [first, second] = [await receive(1), await receive(1)].flat();
  expect([first?.Attributes?.MessageGroupId, second?.Attributes?.MessageGroupId].sort()).toEqual(['busy', 'quiet']);
  await Promise.all([first!, second!].map(remove));
  await drain();
});

test('the report of queues tells depth, flight, delay, age and dead letters', async () => {
  await send('a');
  await send('b', { DelaySeconds: 60 });
  await send('c', { MessageGroupId: 'g' });
  await receive(1);
  await fixture.control('POST', '/clock', { advance: 'PT20S' });
  expect(await fixture.queue('plain')).toMatchObject({ visible: 1, inFlight: 1, delayed: 1, deadLetters: 1 });
  expect((await fixture.queue('plain')).oldestAgeSeconds).toBeGreaterThanOrEqual(20);
});
