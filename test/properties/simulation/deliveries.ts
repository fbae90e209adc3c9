import type { Context, SQSEvent } from 'aws-lambda';
import { timeoutSeconds } from '../../../infra/constructs/function-sizes.ts';
import type { FakeQueues, QueueName, QueueRecord } from '../../support/fakes/queues.ts';
import { queueSettings } from '../../support/fakes/queues.ts';
import { doorOf } from './doors.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

/** How Lambda takes records from each queue. */
export const sources: Readonly<
  Record<QueueName, { readonly limitMs: number; readonly batch: number; readonly windowMs: number }>
> = {
  prepare: { limitMs: timeoutSeconds['prepare-dispatch'] * 1_000, batch: 1, windowMs: 0 },
  wave: { limitMs: timeoutSeconds['release-wave'] * 1_000, batch: 1, windowMs: 0 },
  send: { limitMs: timeoutSeconds['send-batch'] * 1_000, batch: 1, windowMs: 0 },
  report: { limitMs: timeoutSeconds['poll-reports'] * 1_000, batch: 10, windowMs: 5_000 },
  campaign: { limitMs: timeoutSeconds['run-campaign'] * 1_000, batch: 1, windowMs: 0 },
  settle: { limitMs: timeoutSeconds['settle-dispatch'] * 1_000, batch: 100, windowMs: 2_000 },
};

export type Begin = (name: string, limitMs: number, bodies: readonly unknown[]) => Process;

/** Hands records from the queues to their doors: late, more than once, several at a time, as queues do. */
export class Deliveries {
  /** Receives of a record that the simulation itself made fail. */
  readonly #spoiled = new Map<number, number>();
  readonly #world: World;
  readonly #queues: FakeQueues;
  readonly #begin: Begin;
  #runs = 0;

  constructor(world: World, begin: Begin) {
    this.#world = world;
    this.#queues = world.queues;
    this.#begin = begin;
    world.onPut = (record) => this.#expect(record);
  }

  /** Dead letters that nothing which the simulation did to them explains. */
  get unexplained(): readonly QueueRecord[] {
    return this.#queues.dead.filter(
      ({ id, work }) => (this.#spoiled.get(id) ?? 0) < queueSettings[work.queue].receives && !isMalformed(work.body),
    );
  }

  #expect({ work, visibleAtMs }: QueueRecord): void {
    const { agenda, random, faults } = this.#world;
    let lateMs = random.below(sources[work.queue].windowMs + 50);
    if (faults.strikes('late_delivery', 0.05)) {
      faults.count('late_delivery');
      lateMs += random.below(60_000);
    }
    agenda.at(visibleAtMs + (faults.on ? lateMs : 0), () => this.#deliver(work.queue));
  }

  #deliver(queue: QueueName): void {
    const { random, faults, queues } = this.#world;
    const due = [...queues.due(queue)];
    const wanted = faults.on ? 1 + random.below(sources[queue].batch) : sources[queue].batch;
    const received: QueueRecord[] = [];
    while (due.length > 0 && received.length < wanted) {
      const [record] = due.splice(random.below(due.length), 1);
      const taken = record ? queues.receive(record) : null;
      if (!taken) continue;
      received.push(taken);
      this.#expect(taken); // it comes back unless it is deleted
    }
    if (received.length === 0) return;
    void this.#work(queue, received);
    if (faults.strikes('duplicate_delivery', 0.06)) {
      faults.count('duplicate_delivery');
      this.#world.agenda.in(random.below(random.chance(0.7) ? 60 : 5_000), () => void this.#work(queue, received));
    }
  }

  async #work(queue: QueueName, received: readonly QueueRecord[]): Promise<void> {
    const bodies = received.map(({ work }) => work.body);
    const process = this.#begin(`${queue}${this.#runs++}`, sources[queue].limitMs, bodies);
    this.#world.note(`${process.name} gets ${bodies.map((body) => JSON.stringify(body)).join(' ')}`);
    const door = doorOf(queue, process.ports);
    const { batchItemFailures } = await door(eventOf(queue, received), context);
    const failed = new Set(
      process.dead ? received.map(idOf) : batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    );
    if (!process.dead && failed.size > 0 && failed.size < received.length)
      this.#world.faults.count('batch_with_failures');
    for (const record of received) {
      const tooLate = record.visibleAtMs <= this.#world.clock.now();
      if (failed.has(idOf(record)) || tooLate) this.#spoiled.set(record.id, (this.#spoiled.get(record.id) ?? 0) + 1);
      if (!failed.has(idOf(record))) this.#queues.delete(record);
    }
  }
}

const context = {} as Context;
const idOf = ({ id }: QueueRecord): string => `record-${id}`;
const isMalformed = (body: object): boolean => 'malformed' in body;

const eventOf = (queue: QueueName, records: readonly QueueRecord[]): SQSEvent => ({
  Records: records.map((record) => ({
    messageId: idOf(record),
    receiptHandle: `${record.id}-${record.receives}`,
    body: JSON.stringify(record.work.body),
    attributes: {
      ApproximateReceiveCount: String(record.receives),
      SentTimestamp: '0',
      SenderId: 'simulation',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:ap-northeast-2:000000000000:${queue}`,
    awsRegion: 'ap-northeast-2',
  })),
});
