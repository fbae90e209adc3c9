import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ImportQueue } from '../../domain/imports/ports.ts';

/** The queue of steps of imports. */
export const openImportQueue = (client: SQSClient, queueUrl: string): ImportQueue => ({
  async step(message, delaySeconds) {
    const body = { MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...body }));
  },
});
