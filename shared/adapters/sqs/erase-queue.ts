import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EraseQueue } from '../../domain/erasures/ports.ts';

/** The queue of steps of erasing. */
export const openEraseQueue = (client: SQSClient, queueUrl: string): EraseQueue => ({
  async erase(message, delaySeconds) {
    const body = { MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...body }));
  },
});
