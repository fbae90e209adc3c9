import * as z from 'zod';
import type { Clock, Participant } from '../clock/clock.ts';
import type { Usage } from '../control/usage.ts';
import type { Queues, Received } from '../sqs/queues.ts';
import { region } from '../template/names.ts';
import type { Outcome } from './environment.ts';

/** Where a poller's messages go and how. */
export type PollerSettings = {
  queue: string;
  queueArn: string;
  batchSize: number;
  windowMs: number;
  reportsFailures: boolean;
  concurrency: number;
  /** Handles a batch; the event is JSON. */
  invoke: (event: string) => Promise<Outcome>;
};

const mostAtOnce = 10;
const failuresShape = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullable()
  .transform((answer) => (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));

/**
 * Moves messages from a queue into a function, as Lambda's event source mapping does: gathers a batch within the
 * window, deletes what succeeded, leaves the rest to become visible again.
 */
export class QueuePoller implements Participant {
  readonly #settings: PollerSettings;
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #usage: Usage;
  #paused = true;
  #invoking = 0;
  #gathered: Received[] = [];
  #cancelWindow: () => void = () => undefined;
  #cancelDue: () => void = () => undefined;

  constructor(settings: PollerSettings, queues: Queues, clock: Clock, usage: Usage) {
    this.#settings = settings;
    this.#queues = queues;
    this.#clock = clock;
    this.#usage = usage;
    queues.onArrival(settings.queue, () => this.#poll());
    clock.join(this);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#poll();
  }

  isQuiet(): boolean {
    return this.#invoking === 0 && (this.#paused || !this.#queues.hasVisible(this.#settings.queue));
  }

  /** Takes what is there, as far as concurrency allows; then waits for an arrival or the next deadline. */
  #poll(): void {
    const { queue, batchSize, windowMs, concurrency } = this.#settings;
    while (!this.#paused && this.#invoking < concurrency) {
      const received = this.#queues.receive(queue, Math.min(batchSize - this.#gathered.length, mostAtOnce));
      if (received.length === 0) break;
      this.#usage.countRequest('sqs:ReceiveMessage');
      this.#gathered.push(...received);
      if (windowMs === 0 || this.#gathered.length >= batchSize) this.#flush();
      else if (this.#gathered.length === received.length) this.#openWindow();
    }
    this.#waitForNextDue();
  }

  #openWindow(): void {
    this.#cancelWindow = this.#clock.at(this.#clock.now() + this.#settings.windowMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelWindow();
    const batch = this.#gathered;
    this.#gathered = [];
    if (batch.length > 0) void this.#invoke(batch);
  }

  async #invoke(batch: Received[]): Promise<void> {
    this.#invoking += 1;
    try {
      const outcome = await this.#settings.invoke(
        JSON.stringify({ Records: batch.map((message) => this.#record(message)) }),
      );
      const done = this.#succeeded(batch, outcome);
      if (done.length > 0) {
        for (let at = 0; at < done.length; at += mostAtOnce) this.#usage.countRequest('sqs:DeleteMessageBatch');
        this.#queues.delete(
          this.#settings.queue,
          done.map(({ receiptHandle }) => receiptHandle),
        );
      }
    } finally {
      this.#invoking -= 1;
      this.#poll();
    }
  }

  /** An answer that is not a list of failures, or names an unknown record, fails the whole batch, as on AWS. */
  #succeeded(batch: Received[], outcome: Outcome): Received[] {
    if (outcome.kind !== 'returned') return [];
    if (!this.#settings.reportsFailures) return batch;
    const failed = failuresShape.safeParse(JSON.parse(outcome.payload));
    const ids = new Set(batch.map(({ messageId }) => messageId));
    if (!failed.success || failed.data.some((id) => !ids.has(id))) return [];
    return batch.filter(({ messageId }) => !failed.data.includes(messageId));
  }

  #waitForNextDue(): void {
    this.#cancelDue();
    const next = this.#queues.nextDue(this.#settings.queue);
    if (next !== undefined) this.#cancelDue = this.#clock.at(next, () => this.#poll());
  }

  #record(message: Received) {
    return {
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: message.attributes,
      messageAttributes: Object.fromEntries(
        Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          {
            dataType: DataType,
            ...(StringValue !== undefined && { stringValue: StringValue }),
            ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          },
        ]),
      ),
      md5OfBody: message.md5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.#settings.queueArn,
      awsRegion: region,
    };
  }
}
