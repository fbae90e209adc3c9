import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { queueContract } from '../../support/contracts/queue-contract.ts';
import { type Fixture, startFixture } from './support/fixture.ts';

/** What the queues in memory are held to, the local cloud's are too: what is proven over the one holds over the other. */

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const receive = async (QueueUrl: string): Promise<readonly Message[]> => {
  const request = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };
  return (await fixture.sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
};
const handles = new Map<string, string | undefined>();
const dead: string[] = [];

describe('a queue of the local cloud', () => {
  queueContract(async () => {
    const QueueUrl = fixture.queueUrl('plain');
    return {
      send: async (MessageBody, DelaySeconds) => {
        await fixture.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
      },
      receive: async () =>
        (await receive(QueueUrl)).map(({ MessageId = '', Body = '', ReceiptHandle, Attributes }) => {
          handles.set(MessageId, ReceiptHandle);
          return { id: MessageId, body: Body, receives: Number(Attributes?.ApproximateReceiveCount) };
        }),
      remove: async ({ id }) => {
        await fixture.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handles.get(id) }));
      },
      dead: async () => {
        for (const { Body = '' } of await receive(fixture.queueUrl('plain-dead'))) dead.push(Body);
        return [...dead];
      },
      advance: async (seconds) => {
        await fixture.control('POST', '/clock', { advance: `PT${seconds}S` });
      },
    };
  });
});
