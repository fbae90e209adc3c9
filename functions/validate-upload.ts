// Trigger: the upload queue: S3 says that a file was put under `uploads/` or `inbox/`; the sweeper says it again.
// Effect: the file becomes a recipient list, or the upload says what is wrong with it.
// Replay: harmless; events that come twice, late or out of order change nothing, and one attempt wins.
// Failures: the record is delivered again, at last into the dead-letter queue; the sweeper begins again when the
// lease has ended. A record that does not parse ends in the dead-letter queue.
import type * as z from 'zod';
import { bucketNotification } from '../shared/contracts/queue-messages.ts';
import type { FileEvent } from '../shared/domain/uploads/accept-file.ts';
import { type ValidateUploadPorts, validateUpload } from '../shared/domain/uploads/validate-upload.ts';
import { queueDoor } from './queue-door.ts';

/** The handler over its ports. */
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

/** Not connected yet: the wiring gives the ports. */
export const handler = async (): Promise<never> => {
  throw new Error('not built yet');
};
