import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EventId } from '../../contracts/ids.ts';
import type { OutcomeMessage } from '../../contracts/queue-messages.ts';

/** The queue of outcomes to tell. */
export const openOutcomeQueue = (client: SQSClient, queueUrl: string) => ({
  async tell(eventId: EventId): Promise<void> {
    const message: OutcomeMessage = { eventId };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  },
});
