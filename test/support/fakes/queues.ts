import type { DispatchId } from '../../../shared/contracts/ids.ts';
import type {
  CampaignMessage,
  ReportMessage,
  SendMessage,
  WaveQueueMessage,
} from '../../../shared/contracts/queue-messages.ts';
import type { CampaignQueue } from '../../../shared/domain/campaigns/ports.ts';
import type { Queues, Time } from '../../../shared/domain/dispatches/ports.ts';
import { createFakeQueue, type FakeQueue, type QueueSettings, type QueueRecord as RecordOf } from './queue.ts';

export type Work =
  | { readonly queue: 'prepare'; readonly body: { readonly dispatchId: DispatchId } }
  | { readonly queue: 'wave'; readonly body: WaveQueueMessage }
  | { readonly queue: 'send'; readonly body: SendMessage }
  | { readonly queue: 'report'; readonly body: ReportMessage }
  | { readonly queue: 'settle'; readonly body: { readonly dispatchId: DispatchId } }
  | { readonly queue: 'campaign'; readonly body: CampaignMessage };
export type QueueName = Work['queue'];
export type QueueRecord = RecordOf<Work>;

/** All queues of the pipeline, each with delays, visibility, redelivery and dead letters. */
export interface FakeQueues extends Queues, CampaignQueue {
  readonly records: readonly QueueRecord[];
  readonly dead: readonly QueueRecord[];
  /** Everything that was ever put in. */
  readonly sent: readonly { readonly work: Work; readonly delaySeconds: number; readonly atMs: number }[];
  put(work: Work, delaySeconds: number): void;
  /** Records that may be taken now. */
  due(queue?: QueueName): readonly QueueRecord[];
  /** Hides a record for its visibility time. Null if it has gone or is hidden. */
  receive(record: QueueRecord): QueueRecord | null;
  /** It was worked through. */
  delete(received: QueueRecord): void;
  /** When the next record can be taken; null when all queues are empty. */
  nextMs(): number | null;
  /** Loses all records, as if none had ever been sent. */
  clear(): void;
}

/** As the stack declares them. */
export const queueSettings: Readonly<Record<QueueName, QueueSettings>> = {
  prepare: { visibilitySeconds: 660, receives: 5 },
  wave: { visibilitySeconds: 360, receives: 10 },
  send: { visibilitySeconds: 60, receives: 10 },
  report: { visibilitySeconds: 360, receives: 10 },
  settle: { visibilitySeconds: 180, receives: 10 },
  campaign: { visibilitySeconds: 180, receives: 10 },
};
const names = Object.keys(queueSettings) as QueueName[];

/** `onPut` hears of every record that is put in. */
export function createFakeQueues(time: Time, onPut: (record: QueueRecord) => void = () => {}): FakeQueues {
  let made = 0;
  const nextId = () => made++;
  const queues = Object.fromEntries(
    names.map((name) => [name, createFakeQueue<Work>(time, queueSettings[name], nextId)]),
  ) as Record<QueueName, FakeQueue<Work>>;
  const all = <T>(of: (queue: FakeQueue<Work>) => readonly T[]) => names.flatMap((name) => of(queues[name]));
  const inOrder = (records: QueueRecord[]) => records.sort((a, b) => a.id - b.id);
  const sent: { work: Work; delaySeconds: number; atMs: number }[] = [];
  const put = (work: Work, delaySeconds: number) => {
    const record = queues[work.queue].put(work, delaySeconds);
    sent.push({ work, delaySeconds, atMs: time.now() });
    onPut(record);
  };

  return {
    get records() {
      return inOrder(all((queue) => queue.records));
    },
    get dead() {
      return inOrder(all((queue) => queue.dead));
    },
    sent,
    put,
    due: (queue) => (queue ? queues[queue].due() : inOrder(all((one) => one.due()))),
    receive: (record) => queues[record.work.queue].receive(record),
    delete: (received) => queues[received.work.queue].delete(received),
    nextMs() {
      const records = all((queue) => queue.records);
      return records.length === 0 ? null : Math.min(...records.map(({ visibleAtMs }) => visibleAtMs));
    },
    clear: () => names.forEach((name) => void queues[name].clear()),

    prepare: async (dispatchId, delay) => put({ queue: 'prepare', body: { dispatchId } }, delay),
    wave: async (body, delay) => put({ queue: 'wave', body }, delay),
    plan: async (body) => put({ queue: 'wave', body }, 0),
    async send(_owner, bodies, delay) {
      for (const body of bodies) put({ queue: 'send', body }, delay);
    },
    async report(bodies, delay) {
      for (const body of bodies) put({ queue: 'report', body }, delay);
    },
    campaign: async (body, delay) => put({ queue: 'campaign', body }, delay),
    settle: async (dispatchId, delay) => put({ queue: 'settle', body: { dispatchId } }, delay),
  };
}
