import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createQueues, type QueueUrls } from '../../../shared/adapters/sqs/queues.ts';
import {
  prepareMessage,
  reportMessage,
  sendMessage,
  settleMessage,
  waveQueueMessage,
} from '../../../shared/contracts/queue-messages.ts';
import { newDispatchId, newOwner } from '../../support/contracts/samples.ts';

const urls: QueueUrls = {
  prepare: 'https://sqs/prepare',
  wave: 'https://sqs/wave',
  send: 'https://sqs/send',
  auth: 'https://sqs/auth',
  report: 'https://sqs/report',
  settle: 'https://sqs/settle',
};

function mockedQueues(given: Partial<QueueUrls> = urls) {
  const client = new SQSClient({ region: 'ap-northeast-2' });
  return { queues: createQueues(client, given), mock: mockClient(client) };
}
type Mock = ReturnType<typeof mockedQueues>['mock'];

const [owner, dispatchId] = [newOwner(), newDispatchId()];
const sends = (count: number) => Array.from({ length: count }, (_, batch) => ({ dispatchId, batch }));
const batchInputs = (mock: Mock) => mock.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
/** The batch numbers that each call offered. */
const offered = (mock: Mock) =>
  batchInputs(mock).map(({ Entries = [] }) => Entries.map(({ MessageBody }) => JSON.parse(MessageBody!).batch));
const failed = (...ids: readonly string[]) => ({
  Successful: [],
  Failed: ids.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })),
});

describe('one record', () => {
  test('goes to its queue, in the shape its readers parse, with its delay', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageCommand).resolves({ MessageId: '1' });
    await queues.prepare(dispatchId, 2);
    await queues.wave({ dispatchId, wave: 1, revision: 3 }, 900);
    await queues.plan({ dispatchId, plan: 3 });
    await queues.settle(dispatchId, 0);
    const sent = mock.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
    expect(sent.map(({ QueueUrl, DelaySeconds }) => [QueueUrl, DelaySeconds])).toEqual([
      ['https://sqs/prepare', 2],
      ['https://sqs/wave', 900],
      ['https://sqs/wave', 0],
      ['https://sqs/settle', 0],
    ]);
    const bodies = sent.map(({ MessageBody }) => JSON.parse(MessageBody!));
    expect(prepareMessage.parse(bodies[0])).toEqual({ dispatchId });
    expect(waveQueueMessage.parse(bodies[1])).toEqual({ dispatchId, wave: 1, revision: 3 });
    expect(waveQueueMessage.parse(bodies[2])).toEqual({ dispatchId, plan: 3 });
    expect(settleMessage.parse(bodies[3])).toEqual({ dispatchId });
  });

  test('that the queue refuses is an error', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageCommand).rejects(Object.assign(new Error('no'), { name: 'OverLimit' }));
    await expect(queues.settle(dispatchId, 0)).rejects.toMatchObject({ name: 'OverLimit' });
  });

  test('for a queue that this function may not write to is an error, and goes nowhere', async () => {
    const { queues, mock } = mockedQueues({ settle: urls.settle });
    await expect(queues.prepare(dispatchId, 0)).rejects.toThrow('prepare');
    await expect(queues.send(owner, sends(1), 0, 'bulk')).rejects.toThrow('send');
    expect(mock.calls()).toHaveLength(0);
  });
});

describe('many records', () => {
  test('go ten a call, each once, under ids that differ within a call', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).resolves({});
    await queues.send(owner, sends(205), 7, 'bulk');
    const inputs = batchInputs(mock);
    expect(inputs).toHaveLength(21);
    expect(
      offered(mock)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(sends(205).map(({ batch }) => batch));
    for (const { QueueUrl, Entries = [] } of inputs) {
      expect(QueueUrl).toBe(urls.send);
      expect(Entries.length).toBeLessThanOrEqual(10);
      expect(new Set(Entries.map(({ Id }) => Id)).size).toBe(Entries.length);
      for (const entry of Entries) {
        expect(entry).toMatchObject({ DelaySeconds: 7, MessageGroupId: owner });
        expect(sendMessage.safeParse(JSON.parse(entry.MessageBody!)).success).toBe(true);
      }
    }
  });

  test('of authentication go to the queue of their own, by owner as well', async () => {
    const { queues, mock } = mockedQueues({ auth: urls.auth });
    mock.on(SendMessageBatchCommand).resolves({});
    await queues.send(owner, sends(2), 0, 'auth');
    const [{ QueueUrl, Entries = [] }] = batchInputs(mock) as [{ QueueUrl: string; Entries: object[] }];
    expect(QueueUrl).toBe(urls.auth);
    expect(Entries).toMatchObject([{ MessageGroupId: owner }, { MessageGroupId: owner }]);
    await expect(queues.send(owner, sends(1), 0, 'bulk')).rejects.toThrow('send');
  });

  test('of reports belong to no group', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).resolves({});
    await queues.report([{ dispatchId, batch: 3, poll: 1 }], 10);
    const [entry] = batchInputs(mock)[0]!.Entries!;
    expect(entry).not.toHaveProperty('MessageGroupId');
    expect(reportMessage.parse(JSON.parse(entry!.MessageBody!))).toEqual({ dispatchId, batch: 3, poll: 1 });
  });

  test('that are none make no call', async () => {
    const { queues, mock } = mockedQueues();
    await queues.send(owner, [], 0, 'bulk');
    await queues.report([], 0);
    expect(mock.calls()).toHaveLength(0);
  });

  test('of which some are refused: only these are offered again', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).resolvesOnce(failed('3', '7')).resolvesOnce(failed('7')).resolves({});
    await queues.send(owner, sends(10), 0, 'bulk');
    expect(offered(mock)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 7], [7]]);
  });

  test('of which one is refused every time are an error that says how many, and no more', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).resolves(failed('0', '1'));
    const sending = queues.send(owner, sends(3), 0, 'bulk');
    await expect(sending).rejects.toMatchObject({ name: 'QueueRefused' });
    await expect(sending).rejects.toThrow('2 records');
    expect(offered(mock)).toEqual([
      [0, 1, 2],
      [0, 1],
      [0, 1],
    ]);
  });

  test('a refusal in one call of many is not lost among the others', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).callsFake(({ Entries }) => {
      const bodies = (Entries as { MessageBody: string }[]).map(({ MessageBody }) => JSON.parse(MessageBody).batch);
      return bodies.includes(42) ? failed('2') : {};
    });
    await expect(queues.send(owner, sends(100), 0, 'bulk')).rejects.toMatchObject({ name: 'QueueRefused' });
  });

  test('a call that fails is an error', async () => {
    const { queues, mock } = mockedQueues();
    mock.on(SendMessageBatchCommand).rejects(Object.assign(new Error('slow down'), { name: 'RequestThrottled' }));
    await expect(queues.send(owner, sends(1), 0, 'bulk')).rejects.toMatchObject({ name: 'RequestThrottled' });
  });
});
