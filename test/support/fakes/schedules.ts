import type { Schedules, Time } from '../../../shared/domain/dispatches/ports.ts';

/** Schedules in memory. Whoever drives the clock fires what is due. */
export interface FakeSchedules extends Schedules {
  readonly waiting: ReadonlyMap<string, { readonly atMs: number; readonly body: unknown }>;
  /** When the next one is due; null when none waits. */
  nextMs(): number | null;
  /** Takes what is due away, soonest first, and answers the records that it puts into its queue. */
  fire(): readonly unknown[];
}

export function createFakeSchedules(time: Time): FakeSchedules {
  const waiting = new Map<string, { atMs: number; body: unknown }>();
  const soonest = () => [...waiting].sort(([, a], [, b]) => a.atMs - b.atMs);
  return {
    waiting,
    async create(name, atMs, body) {
      if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) throw new Error(`${name} cannot be the name of a schedule`);
      // The service knows seconds only, and nothing may fire early
      const record = { atMs: Math.ceil(atMs / 1_000) * 1_000, body: JSON.parse(JSON.stringify(body)) };
      if (!waiting.has(name)) waiting.set(name, record);
    },
    remove: async (name) => void waiting.delete(name),
    nextMs: () => soonest()[0]?.[1].atMs ?? null,
    fire() {
      const due = soonest().filter(([, { atMs }]) => atMs <= time.now());
      for (const [name] of due) waiting.delete(name);
      return due.map(([, { body }]) => body);
    },
  };
}
