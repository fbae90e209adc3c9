import type * as z from 'zod';
import { bucketNotification } from '../shared/contracts/queue-messages.ts';
import type { FileEvent } from '../shared/domain/uploads/accept-file.ts';
import { type ValidateUploadPorts, validateUpload } from '../shared/domain/uploads/validate-upload.ts';
import { queueDoor } from './queue-door.ts';

/** A door for notifications of the bucket. */
export const createValidateUpload = (ports: ValidateUploadPorts) =>
  queueDoor(bucketNotification, async (notification) => {
    for (const event of eventsOf(notification)) await validateUpload(ports, event);
  });

/** Files put, as one notification tells of them; S3's test event tells of none. Keys come URL-encoded. */
export function eventsOf(notification: z.output<typeof bucketNotification>): FileEvent[] {
  if (!('Records' in notification)) return [];
  return notification.Records.map(({ eventTime, s3: { object } }) => {
    const atMs = Date.parse(eventTime);
    if (Number.isNaN(atMs)) throw new Error('The notification has no time');
    const { eTag, size: sizeBytes, sequencer } = object;
    return { key: decodeURIComponent(object.key.replaceAll('+', ' ')), file: { eTag, sizeBytes, sequencer }, atMs };
  });
}
