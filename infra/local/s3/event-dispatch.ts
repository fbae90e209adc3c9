import type { Queues } from '../sqs/queues.ts';
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
