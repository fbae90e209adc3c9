import * as z from 'zod';
import { account, nameOfArn, region } from '../template/names.ts';
import type { Resource } from '../template/template.ts';
import type { OutgoingEvent } from './object-store.ts';

const ruleShape = z.strictObject({ Name: z.string(), Value: z.string() });
const configurationShape = z.strictObject({
  Event: z.string(),
  Queue: z.string(),
  Filter: z.strictObject({ S3Key: z.strictObject({ Rules: z.array(ruleShape) }) }).optional(),
});
const bucketShape = z.looseObject({
  NotificationConfiguration: z
    .strictObject({ QueueConfigurations: z.array(configurationShape).default([]) })
    .optional(),
});

/** A bucket's wish to hear of an event. */
export type DeclaredNotification = { event: string; queueArn: string; prefix: string; suffix: string; id: string };

/** The template's bucket notifications, by bucket. */
export function declaredNotifications(resources: Resource[]): Map<string, DeclaredNotification[]> {
  const buckets = resources.filter(({ type }) => type === 'AWS::S3::Bucket');
  return new Map(
    buckets.map(({ name, properties }) => {
      const configurations = bucketShape.parse(properties).NotificationConfiguration?.QueueConfigurations ?? [];
      return [
        name,
        configurations.map(({ Event, Queue, Filter }, index) => {
          const rule = (kind: string) =>
            Filter?.S3Key.Rules.find(({ Name }) => Name.toLowerCase() === kind)?.Value ?? '';
          return {
            event: Event,
            queueArn: Queue,
            prefix: rule('prefix'),
            suffix: rule('suffix'),
            id: `notification-${index}`,
          };
        }),
      ];
    }),
  );
}

/** What happened to an object. `name` is without the leading `s3:`, such as `ObjectCreated:Put`. */
export type ObjectEvent = {
  name: string;
  bucket: string;
  key: string;
  size: number;
  etag: string;
  sequencer: string;
  requestId: string;
};

/** The messages that an event sends, in S3's event format 2.1. */
export function eventsFor(notifications: DeclaredNotification[], event: ObjectEvent): Omit<OutgoingEvent, 'id'>[] {
  return notifications
    .filter(({ event: wanted, prefix, suffix }) => {
      const eventFits =
        wanted === `s3:${event.name}` || (wanted.endsWith(':*') && `s3:${event.name}`.startsWith(wanted.slice(0, -1)));
      return eventFits && event.key.startsWith(prefix) && event.key.endsWith(suffix);
    })
    .map(({ queueArn, id }) => ({
      queue: nameOfArn(queueArn),
      body: JSON.stringify({ Records: [record(event, id)] }),
    }));
}

function record({ name, bucket, key, size, etag, sequencer, requestId }: ObjectEvent, configurationId: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date().toISOString(),
    eventName: name,
    userIdentity: { principalId: 'AWS:LOCAL' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': 'local' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: account }, arn: `arn:aws:s3:::${bucket}` },
      // Keys travel encoded as in a form: a space is a plus sign.
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        ...(name.startsWith('ObjectCreated') && { size, eTag: etag }),
        sequencer,
      },
    },
  };
}

/** The message S3 sends when a notification is set up. */
export function testEvent(bucket: string): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date().toISOString(),
    Bucket: bucket,
    RequestId: 'LOCAL',
    HostId: 'local',
  });
}
