import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { BucketNotification } from '../../contracts/queue-messages.ts';
import type { UploadQueue } from '../../domain/uploads/ports.ts';

/** Writes into the queue that the bucket announces files to, in the bucket's own words. */
export const openUploadQueue = (client: SQSClient, queueUrl: string): UploadQueue => ({
  async announce(key, { eTag, sizeBytes, sequencer }, atMs) {
    const notification: BucketNotification = {
      Records: [
        {
          eventName: 'Bongsu:FileToReadAgain',
          eventTime: new Date(atMs).toISOString(),
          s3: { object: { key: encodedKey(key), size: sizeBytes, eTag, sequencer } },
        },
      ],
    };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(notification) }));
  },
});

/** As S3 does: URL-encoded, but for slashes. */
const encodedKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/');
