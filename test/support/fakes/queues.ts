import type { DispatchId } from '../../../shared/contracts/ids.ts';
import type { ReportMessage, SendMessage, WaveQueueMessage } from '../../../shared/contracts/queue-messages.ts';
import type { Queues, Time } from '../../../shared/domain/dispatches/ports.ts';

export type Work =
  | { readonly queue: 'prepare'; readonly body: { readonly dispatchId: DispatchId } }
  | { readonly queue: 'wave'; readonly body: WaveQueueMessage }
  | { readonly queue: 'send'; readonly body: SendMessage }
  | { readonly queue: 'report'; readonly body: ReportMessage }
  | { readonly queue: 'settle'; readonly body: { readonly dispatchId: DispatchId } };

/** A record in a queue. It stays until it is deleted: who takes it and dies gives it back by letting time pass. */
export interface QueueRecord {
  readonly work: Work;
  readonly visibleAtMs: number;
  readonly receives: number;
}

/** Queues with delays, visibility and redelivery. A record that was received too often is dead. */
export interface FakeQueues extends Queues {
  readonly records: readonly QueueRecord[];
  readonly dead: readonly QueueRecord[];
  /** Everything that was ever put in. */
  readonly sent: readonly { readonly work: Work; readonly delaySeconds: number; readonly atMs: number }[];
  /** Records that may be taken now. */
  due(): readonly QueueRecord[];
  /** Hides a record for its visibility time. Null if it has gone or is hidden. */
  receive(record: QueueRecord): QueueRecord | null;
  /** It was worked through. */
  delete(received: QueueRecord): void;
  /** When the next record can be taken; null when all queues are empty. */
  nextMs(): number | null;
  /** Loses all records, as if none had ever been sent. */
  clear(): void;
}

const visibilityMs: Record<Work['queue'], number> = {
  prepare: 630_000,
  wave: 90_000,
  send: 60_000,
  report: 90_000,
  settle: 150_000,
};
const receivesMax = 5;

export function createFakeQueues(time: Time): FakeQueues {
  const records = new Set<QueueRecord>();
  const dead: QueueRecord[] = [];
  const sent: { work: Work; delaySeconds: number; atMs: number }[] = [];
  const put = (work: Work, delaySeconds: number) => {
    if (!(delaySeconds >= 0 && delaySeconds <= 900) || !Number.isInteger(delaySeconds))
      throw new Error(`A delay of ${delaySeconds} s is not possible`);
    sent.push({ work, delaySeconds, atMs: time.now() });
    records.add({ work, visibleAtMs: time.now() + delaySeconds * 1_000, receives: 0 });
  };

  return {
    get records() {
      return [...records];
    },
    dead,
    sent,
    due: () => [...records].filter(({ visibleAtMs }) => visibleAtMs <= time.now()),
    receive(record) {
      if (!records.has(record) || record.visibleAtMs > time.now()) return null;
      records.delete(record);
      if (record.receives === receivesMax) {
        dead.push(record);
        return null;
      }
      const hidden = {
        ...record,
        receives: record.receives + 1,
        visibleAtMs: time.now() + visibilityMs[record.work.queue],
      };
      records.add(hidden);
      return hidden;
    },
    delete: (received) => void records.delete(received),
    nextMs: () => (records.size === 0 ? null : Math.min(...[...records].map(({ visibleAtMs }) => visibleAtMs))),
    clear: () => records.clear(),

    prepare: async (dispatchId, delay) => put({ queue: 'prepare', body: { dispatchId } }, delay),
    wave: async (body, delay) => put({ queue: 'wave', body }, delay),
    plan: async (body) => put({ queue: 'wave', body }, 0),
    async send(_owner, bodies, delay) {
      for (const body of bodies) put({ queue: 'send', body }, delay);
    },
    async report(bodies, delay) {
      for (const body of bodies) put({ queue: 'report', body }, delay);
    },
    settle: async (dispatchId, delay) => put({ queue: 'settle', body: { dispatchId } }, delay),
  };
}
