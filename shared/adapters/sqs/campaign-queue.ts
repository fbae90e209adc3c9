import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CampaignQueue } from '../../domain/campaigns/ports.ts';

/** The queue of what is due with campaigns. */
export const openCampaignQueue = (client: SQSClient, queueUrl: string): CampaignQueue => ({
  async campaign(message, delaySeconds) {
    const body = { MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...body }));
  },
});
