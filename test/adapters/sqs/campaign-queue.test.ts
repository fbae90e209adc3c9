import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { openCampaignQueue } from '../../../shared/adapters/sqs/campaign-queue.ts';
import { campaignMessage } from '../../../shared/contracts/queue-messages.ts';
import { draftOf } from '../../support/contracts/campaign-samples.ts';

const client = new SQSClient({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const queue = openCampaignQueue(client, 'https://sqs/campaign');

test('a record goes to its queue, in the shape its reader parses, with its delay', async () => {
  mock.on(SendMessageCommand).resolves({ MessageId: '1' });
  const message = { campaignId: draftOf().id, revision: 3, moment: 'start' } as const;
  await queue.campaign(message, 900);
  const [sent] = mock.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
  expect(sent).toMatchObject({ QueueUrl: 'https://sqs/campaign', DelaySeconds: 900 });
  expect(campaignMessage.parse(JSON.parse(sent!.MessageBody!))).toEqual(message);
});

test('a queue that does not take it is an error', async () => {
  mock.on(SendMessageCommand).rejects(new Error('down'));
  const message = { campaignId: draftOf().id, revision: 1, moment: 'plan' } as const;
  await expect(queue.campaign(message, 0)).rejects.toThrow('down');
});

test.each([
  ['another moment', { moment: 'pause' }],
  ['no revision', { revision: 0 }],
  ['the id of a dispatch', { campaignId: 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
  ['more than that', { dispatchId: 'dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
])('a record with %s is none', (_, over) => {
  const message = { campaignId: draftOf().id, revision: 1, moment: 'end', ...over };
  expect(campaignMessage.safeParse(message).success).toBe(false);
});
