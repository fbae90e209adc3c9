import type { DatabaseSync } from 'node:sqlite';
import { arn, nameOfArn } from '../template/names.ts';
import { PersistenceManager, SnsStore, type SqsQueue, SqsStore, sendMessage } from './fauxqs.ts';

/** A queue as the template declares it. */
export type DeclaredQueue = {
  name: string;
  visibilityTimeoutSeconds: number;
  delaySeconds: number;
  receiveWaitSeconds: number;
  maximumMessageBytes: number;
  redrive: { deadLetterQueue: string; maxReceiveCount: number } | undefined;
};

/** A message handed to a consumer. */
export type Received = {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody: string;
  messageAttributes: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
  md5OfMessageAttributes: string | undefined;
  attributes: Record<string, string>;
};

const groupMark = '#';

/**
 * All queues, in fauxqs, on disk. Standard queues with message groups are fair as on AWS: each group has a fauxqs queue
 * of its own and receivers take turns among them, so that one busy tenant does not hold up the others.
 */
export class Queues {
  readonly store = new SqsStore();
  readonly #manager: PersistenceManager;
  readonly #transaction: (work: () => void) => void;
  readonly #declared = new Map<string, DeclaredQueue>();
  readonly #groups = new Map<string, SqsQueue[]>();
  readonly #turns = new Map<string, number>();
  readonly #listeners = new Map<string, () => void>();

  /** @param folder holds the data; the shifted `Date` must be in place, because deadlines are recalculated on opening */
  constructor(folder: string) {
    this.#manager = new PersistenceManager(folder);
    const inner = this.#manager as unknown as { db: DatabaseSync; transaction(work: () => void): void };
    // Safe against a kill; only a power cut could lose the last moments.
    inner.db.exec('PRAGMA synchronous = NORMAL');
    this.#transaction = (work) => inner.transaction(work);
    this.#manager.loadSqsAndSns(this.store, new SnsStore());
    this.store.persistence = this.#manager;
    for (const queue of this.store.allQueues()) {
      queue.persistence = this.#manager;
      const base = queue.name.split(groupMark)[0]!;
      this.#groups.set(base, [...(this.#groups.get(base) ?? []), queue]);
    }
  }

  /** Creates a queue, or takes on new settings for one that exists. */
  declare(queue: DeclaredQueue): void {
    this.#declared.set(queue.name, queue);
    const groups = this.#groups.get(queue.name);
    if (!groups) this.#create(queue, queue.name, {});
    else for (const group of groups) group.setAttributes(attributesOf(queue));
  }

  get(name: string): DeclaredQueue | undefined {
    return this.#declared.get(name);
  }

  names(): string[] {
    return [...this.#declared.keys()];
  }

  /** The fauxqs queue of a message group; without a group the queue's own. */
  group(name: string, groupId: string | undefined): SqsQueue {
    const fauxqsName = groupId === undefined ? name : `${name}${groupMark}${encodeURIComponent(groupId)}`;
    return (
      this.store.getQueueByName(fauxqsName) ??
      this.#create(this.#declared.get(name)!, fauxqsName, { groupId: groupId! })
    );
  }

  groups(name: string): SqsQueue[] {
    return this.#groups.get(name) ?? [];
  }

  /** Runs work on queues in one commit: a kill leaves all of it or none. */
  atomically<T>(name: string, work: () => T): T {
    let result: T;
    this.#transaction(() => {
      result = work();
    });
    this.#listeners.get(name)?.();
    return result!;
  }

  /** Sends from inside the cloud: notifications, schedules, bus targets. Durable when it returns. */
  send(name: string, body: string, groupId?: string): void {
    const QueueUrl = this.group(name, groupId).url;
    this.atomically(name, () => sendMessage({ QueueUrl, MessageBody: body }, this.store));
  }

  /** Calls back whenever something was sent to a queue. One listener a queue. */
  onArrival(name: string, listener: () => void): void {
    this.#listeners.set(name, listener);
  }

  /** Takes up to `most` visible messages, one from each group in turn. */
  receive(name: string, most: number, visibilityTimeoutSeconds?: number): Received[] {
    const groups = this.groups(name);
    if (!groups.some(hasVisible)) return [];
    const received: Received[] = [];
    this.#transaction(() => {
      let turn = this.#turns.get(name) ?? 0;
      for (let misses = 0; received.length < most && misses < groups.length; turn++) {
        const group = groups[turn % groups.length]!;
        const taken = this.#takeOne(group, visibilityTimeoutSeconds);
        if (taken) received.push(taken);
        misses = taken ? 0 : misses + 1;
      }
      this.#turns.set(name, turn % groups.length);
    });
    return received;
  }

  #takeOne(group: SqsQueue, visibilityTimeoutSeconds: number | undefined): Received | undefined {
    const groupId = group.tags.get('groupId');
    const deadLetters = (deadLetterArn: string) => this.group(nameOfArn(deadLetterArn), groupId);
    const [message] = group.dequeue(1, visibilityTimeoutSeconds, deadLetters);
    if (!message) return undefined;
    const stored = group.inflightMessages.get(message.ReceiptHandle)!.message;
    return {
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      md5OfBody: message.MD5OfBody,
      messageAttributes: message.MessageAttributes ?? {},
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
      attributes: {
        ApproximateReceiveCount: String(stored.approximateReceiveCount),
        SentTimestamp: String(stored.sentTimestamp),
        SenderId: 'AIDALOCAL',
        ApproximateFirstReceiveTimestamp: String(stored.approximateFirstReceiveTimestamp ?? stored.sentTimestamp),
        ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      },
    };
  }

  /** Acknowledges messages. A handle that is no longer valid is ignored, as SQS does. */
  delete(name: string, receiptHandles: string[]): void {
    this.#transaction(() => {
      for (const handle of receiptHandles) this.#holderOf(name, handle)?.deleteMessage(handle);
    });
  }

  /** @returns false if the message is not in flight under that handle */
  changeVisibility(name: string, receiptHandle: string, seconds: number): boolean {
    const holder = this.#holderOf(name, receiptHandle);
    if (!holder) return false;
    // fauxqs fails on a timeout of exactly 0 when it persists; a deadline just passed means the same.
    holder.changeVisibility(receiptHandle, seconds === 0 ? -0.001 : seconds);
    this.#listeners.get(name)?.();
    return true;
  }

  /** Whether a receive would find a message now. */
  hasVisible(name: string): boolean {
    return this.groups(name).some(hasVisible);
  }

  /** When the next delayed or in-flight message becomes visible, epoch milliseconds. */
  nextDue(name: string): number | undefined {
    const now = Date.now();
    let least = Number.POSITIVE_INFINITY;
    for (const group of this.groups(name)) {
      for (const { delayUntil = 0 } of group.delayedMessages) if (delayUntil > now) least = Math.min(least, delayUntil);
      for (const { visibilityDeadline } of group.inflightMessages.values()) {
        if (visibilityDeadline > now) least = Math.min(least, visibilityDeadline);
      }
    }
    return Number.isFinite(least) ? least : undefined;
  }

  close(): void {
    this.store.shutdown();
    this.#manager.close();
  }

  #holderOf(name: string, receiptHandle: string): SqsQueue | undefined {
    return this.groups(name).find((group) => group.inflightMessages.has(receiptHandle));
  }

  #create(queue: DeclaredQueue, fauxqsName: string, tags: Record<string, string>): SqsQueue {
    const url = `http://fauxqs/${fauxqsName}`;
    const created = this.store.createQueue(fauxqsName, url, arn('sqs', fauxqsName), attributesOf(queue), tags);
    this.#groups.set(queue.name, [...(this.#groups.get(queue.name) ?? []), created]);
    return created;
  }
}

function attributesOf(queue: DeclaredQueue): Record<string, string> {
  return {
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    DelaySeconds: String(queue.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(queue.receiveWaitSeconds),
    MaximumMessageSize: String(queue.maximumMessageBytes),
    // An empty policy is how fauxqs takes one away.
    RedrivePolicy: queue.redrive
      ? JSON.stringify({
          deadLetterTargetArn: arn('sqs', queue.redrive.deadLetterQueue),
          maxReceiveCount: queue.redrive.maxReceiveCount,
        })
      : '',
  };
}

function hasVisible(group: SqsQueue): boolean {
  group.processTimers();
  return group.messages.length > 0;
}
