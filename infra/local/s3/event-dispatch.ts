import type { Queues } from '../sqs/queues.ts';
import { nameOfArn } from '../template/names.ts';
import { type DeclaredNotification, testEvent } from './bucket-notifications.ts';
import type { ObjectStore } from './object-store.ts';

/** Sends the bucket events that are written down. An event may go twice after a kill, never not at all. */
export function dispatchEvents(store: ObjectStore, queues: Queues): void {
  for (let events = store.outgoing(); events.length > 0; events = store.outgoing()) {
    for (const { id, queue, body } of events) {
      queues.send(queue, body);
      store.confirm(id);
    }
  }
}

/** Sends S3's test event for each notification that is new since the last start. */
export function announceBuckets(
  notifications: Map<string, DeclaredNotification[]>,
  store: ObjectStore,
  queues: Queues,
): void {
  for (const [bucket, wanted] of notifications) {
    for (const { queueArn } of wanted) {
      if (store.firstTime(`${bucket} told ${queueArn}`)) queues.send(nameOfArn(queueArn), testEvent(bucket));
    }
  }
}
