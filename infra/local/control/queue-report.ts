import type { SqsQueue } from '../sqs/fauxqs.ts';
import type { Queues } from '../sqs/queues.ts';

/** How a queue stands. Ages are of the oldest visible message. */
export type QueueState = {
  name: string;
  visible: number;
  inFlight: number;
  delayed: number;
  oldestAgeSeconds: number;
  /** Messages in its dead-letter queue. */
  deadLetters: number;
};

/** Every queue, by name. @param now epoch milliseconds */
export function queueReport(queues: Queues, now: number): QueueState[] {
  return queues
    .names()
    .sort()
    .map((name) => {
      const groups = queues.groups(name);
      for (const group of groups) group.processTimers();
      const sentAt = groups.flatMap(({ messages }) => messages.slice(0, 1).map(({ sentTimestamp }) => sentTimestamp));
      const deadLetterQueue = queues.get(name)?.redrive?.deadLetterQueue;
      return {
        name,
        visible: sum(groups, visibleIn),
        inFlight: sum(groups, inFlightIn),
        delayed: sum(groups, delayedIn),
        oldestAgeSeconds: sentAt.length === 0 ? 0 : Math.max(0, Math.floor((now - Math.min(...sentAt)) / 1000)),
        deadLetters:
          deadLetterQueue === undefined
            ? 0
            : sum(queues.groups(deadLetterQueue), (group) => visibleIn(group) + inFlightIn(group) + delayedIn(group)),
      };
    });
}

const visibleIn = ({ messages }: SqsQueue) => messages.length;
const inFlightIn = ({ inflightMessages }: SqsQueue) => inflightMessages.size;
const delayedIn = ({ delayedMessages }: SqsQueue) => delayedMessages.length;

function sum(groups: SqsQueue[], count: (group: SqsQueue) => number): number {
  return groups.reduce((total, group) => total + count(group), 0);
}
