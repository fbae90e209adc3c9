import type { Time } from '../../../shared/domain/dispatches/ports.ts';

/** A record in a queue. It stays until it is deleted: who takes it and dies gives it back by letting time pass. */
export interface QueueRecord<T> {
  /** The same however often it is received. */
  readonly id: number;
  readonly work: T;
  readonly visibleAtMs: number;
  readonly receives: number;
}

/** A queue with delays, visibility and redelivery. A record that was received too often is dead. */
export interface FakeQueue<T> {
  readonly records: readonly QueueRecord<T>[];
  readonly dead: readonly QueueRecord<T>[];
  put(work: T, delaySeconds: number): QueueRecord<T>;
  /** Records that may be taken now. */
  due(): readonly QueueRecord<T>[];
  /** Hides a record for its visibility time. Null if it has gone, is hidden, or is dead with this receive. */
  receive(record: QueueRecord<T>): QueueRecord<T> | null;
  /** It was worked through. Does nothing if it was received once more meanwhile. */
  delete(received: QueueRecord<T>): void;
  clear(): void;
}

export interface QueueSettings {
  readonly visibilitySeconds: number;
  /** So many receives, and the next is its end. */
  readonly receives: number;
}

export function createFakeQueue<T>(
  time: Time,
  { visibilitySeconds, receives }: QueueSettings,
  nextId: () => number,
): FakeQueue<T> {
  const records = new Map<number, QueueRecord<T>>();
  const dead: QueueRecord<T>[] = [];
  return {
    get records() {
      return [...records.values()];
    },
    dead,
    put(work, delaySeconds) {
      if (!(delaySeconds >= 0 && delaySeconds <= 900) || !Number.isInteger(delaySeconds))
        throw new Error(`A delay of ${delaySeconds} s is not possible`);
      const record = { id: nextId(), work, visibleAtMs: time.now() + delaySeconds * 1_000, receives: 0 };
      records.set(record.id, record);
      return record;
    },
    due: () => [...records.values()].filter(({ visibleAtMs }) => visibleAtMs <= time.now()),
    receive(record) {
      if (records.get(record.id) !== record || record.visibleAtMs > time.now()) return null;
      if (record.receives === receives) {
        records.delete(record.id);
        dead.push(record);
        return null;
      }
      const visibleAtMs = time.now() + visibilitySeconds * 1_000;
      const hidden = { ...record, receives: record.receives + 1, visibleAtMs };
      records.set(record.id, hidden);
      return hidden;
    },
    delete(received) {
      if (records.get(received.id) === received) records.delete(received.id);
    },
    clear: () => records.clear(),
  };
}
