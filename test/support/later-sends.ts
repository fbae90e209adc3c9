import { beforeEach, expect } from 'vitest';
import { type CloudSuite, cloudSuite, type Shop } from './cloud.ts';
import type { Asked, Told } from './customer.ts';
import { listOf, message, numbers, type Shown, untilStatus } from './sends.ts';

/** What journeys of later sends do again and again. */

export const [secondMs, minuteMs, hourMs, dayMs] = [1_000, 60_000, 3_600_000, 86_400_000];
export const iso = (atMs: number): string => new Date(atMs).toISOString();

/** A customer who sends later, in a local cloud of the file's own; each test has a shop with 10,000 credits. */
export interface LaterSends {
  readonly suite: CloudSuite;
  readonly shop: Shop;
  /** Numbers that nobody sent to yet. */
  newNumbers(count: number): readonly string[];
  /** A schedule so long from now. */
  ahead(ms: number): Promise<{ readonly at: string }>;
  get(id: string): Promise<Shown>;
  send(id: string, asked?: Asked): Promise<Told>;
  cancel(id: string): Promise<Told>;
  reschedule(id: string, schedule: object | null): Promise<Told>;
  /** A dispatch that waits for its confirmation. */
  ready(to: readonly string[], over?: object): Promise<string>;
  /** A dispatch that is confirmed and waits for its time. */
  scheduled(to: readonly string[], ms: number, over?: object): Promise<string>;
  /** When each of these numbers got its message; every one at most once. */
  arrivedAt(to: readonly string[]): Promise<ReadonlyMap<string, number>>;
  arrivals(to: readonly string[]): Promise<number>;
  /** All of them got it within a minute of this time, and not before. */
  expectArrivedFrom(atMs: number, to: readonly string[]): Promise<void>;
  noDeadLetters(): Promise<void>;
}

export function laterSends(): LaterSends {
  const suite = cloudSuite();
  const shop = {} as Shop;
  let series = 0;
  beforeEach(async () => {
    await suite.control.clearFaults();
    Object.assign(shop, await suite.newShop(10_000));
  });

  const ahead = async (ms: number) => ({ at: iso((await suite.control.nowMs()) + ms) });
  const send = (id: string, asked: Asked = { body: {} }) => shop.live.ask('POST', `/v1/dispatches/${id}/send`, asked);
  const ready = async (to: readonly string[], over: object = {}) => {
    const body = { message: message(), recipients: { list: listOf(to) }, ...over };
    const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
    await untilStatus(shop.live, id, 'ready');
    return id;
  };
  const arrivedAt = async (to: readonly string[]) => {
    const wanted = new Set(to);
    const found = (await suite.control.arrivals()).filter((arrival) => wanted.has(arrival.to));
    const at = new Map(found.map((arrival) => [arrival.to, Date.parse(arrival.at)]));
    expect(at.size, 'nobody twice').toBe(found.length);
    return at;
  };

  return {
    suite,
    shop,
    newNumbers: (count) => numbers(count, ++series),
    ahead,
    get: (id) => shop.live.get(`/v1/dispatches/${id}`),
    send,
    cancel: (id) => shop.live.ask('POST', `/v1/dispatches/${id}/cancel`),
    reschedule: (id, schedule) => shop.live.ask('PATCH', `/v1/dispatches/${id}`, { body: { schedule } }),
    ready,
    async scheduled(to, ms, over = {}) {
      const id = await ready(to, { schedule: await ahead(ms), ...over });
      expect(await send(id)).toMatchObject({ status: 202, json: { id, status: 'scheduled' } });
      return id;
    },
    arrivedAt,
    arrivals: async (to) => (await arrivedAt(to)).size,
    async expectArrivedFrom(atMs, to) {
      const at = [...(await arrivedAt(to)).values()];
      expect(at).toHaveLength(to.length);
      expect(Math.min(...at)).toBeGreaterThanOrEqual(atMs);
      expect(Math.max(...at)).toBeLessThan(atMs + minuteMs);
    },
    noDeadLetters: async () =>
      expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]),
  };
}
