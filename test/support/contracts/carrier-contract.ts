import { describe, expect, test } from 'vitest';
import { type Carrier, type CarrierBatch, CarrierUnavailable } from '../../../shared/domain/carriers/carrier.ts';

/** What the next submit meets. */
export type Fate = 'connection_refused' | 'throttled' | 'taken_then_timeout' | 'taken_then_dropped' | 'account_error';

/** A carrier, and what lies behind it. */
export interface CarrierWorld {
  readonly carrier: Carrier;
  /** What the next submit meets; a throttled one is told to come back after 4 s. */
  meet(fate: Fate): Promise<void>;
  /** The next question of a kind is not answered. */
  beSilent(): Promise<void>;
  /** Every message that was taken, in order. */
  taken(): Promise<readonly { readonly to: string; readonly text: string }[]>;
  nowMs(): number;
  advance(ms: number): void;
}

const number = (n: number): string => `+8210${20_000_000 + n}`;
const batchOf = (receivers: readonly string[], over: Partial<CarrierBatch> = {}): CarrierBatch => ({
  type: 'sms',
  from: '0212345678',
  subject: null,
  images: [],
  messages: receivers.map((to) => ({ to, text: `hello ${to}` })),
  ...over,
});
const [one, two, three] = [number(1), number(2), number(3)];

/** What every carrier must do. `open` answers a new one. */
export function carrierContract(open: () => Promise<CarrierWorld>): void {
  const accepted = async ({ carrier }: CarrierWorld, batch: CarrierBatch): Promise<string> => {
    const outcome = await carrier.submit(batch);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    return outcome.carrierId;
  };

  describe('a submit', () => {
    test('takes every message once, under an id of its own', async () => {
      const world = await open();
      const [first, second] = [batchOf([one, two]), batchOf([one])];
      const ids = [await accepted(world, first), await accepted(world, second)];
      expect(new Set(ids).size).toBe(2);
      expect(await world.taken()).toMatchObject([...first.messages, ...second.messages]);
    });

    const fates: readonly (readonly [Fate, object, number])[] = [
      ['connection_refused', { kind: 'not_accepted', reason: 'connection_refused', retryAfterSeconds: null }, 0],
      ['throttled', { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 4 }, 0],
      ['taken_then_timeout', { kind: 'unclear', reason: 'timeout' }, 1],
      ['taken_then_dropped', { kind: 'unclear', reason: 'connection_lost' }, 1],
      ['account_error', { kind: 'account_error' }, 0],
    ];
    test.each(fates)('under %s says %j, and is made once', async (fate, outcome, taken) => {
      const world = await open();
      await world.meet(fate);
      expect(await world.carrier.submit(batchOf([one]))).toMatchObject(outcome);
      expect(await world.taken()).toHaveLength(taken);
      await accepted(world, batchOf([two]));
    });
  });

  describe('reports', () => {
    test('are pending at first, then final, about those that were asked for', async () => {
      const world = await open();
      const acceptedAtMs = world.nowMs();
      const call = { carrierId: await accepted(world, batchOf([one, two])), acceptedAtMs };
      expect(await world.carrier.reports(call, [one, three])).toEqual([{ to: one, status: 'pending' }]);
      world.advance(60_000);
      const [report, ...more] = await world.carrier.reports(call, [one]);
      expect(more).toEqual([]);
      expect(report).toMatchObject({ to: one, status: 'delivered' });
      if (report?.status === 'delivered') expect(report.atMs - acceptedAtMs).toBeLessThan(10_000);
    });

    test('that cannot be had are an error', async () => {
      const world = await open();
      const call = { carrierId: await accepted(world, batchOf([one])), acceptedAtMs: world.nowMs() };
      await world.beSilent();
      await expect(world.carrier.reports(call, [one])).rejects.toThrow(CarrierUnavailable);
    });
  });

  describe('a lost call', () => {
    test('is found by exactly its receivers, in any order, its type and its sender', async () => {
      const world = await open();
      const fromMs = world.nowMs();
      await accepted(world, batchOf([one, three]));
      await world.meet('taken_then_dropped');
      await world.carrier.submit(batchOf([one, two]));
      await accepted(world, batchOf([one, two, three]));
      await accepted(world, batchOf([one]));
      await accepted(world, batchOf([one, two], { type: 'lms' }));
      await accepted(world, batchOf([one, two], { from: '0298765432' }));
      const untilMs = world.nowMs() + 1_000;
      const found = await world.carrier.findCalls(batchOf([two, one]), fromMs, untilMs);
      expect(found).toHaveLength(1);
      expect(await world.carrier.findCalls(batchOf([two, three]), fromMs, untilMs)).toEqual([]);
      world.advance(60_000);
      expect(await world.carrier.reports(found[0]!, [one, two])).toHaveLength(2);
    });

    test('is found in its time only', async () => {
      const world = await open();
      const atMs = world.nowMs();
      await accepted(world, batchOf([one]));
      world.advance(60_000);
      const find = (fromMs: number, untilMs: number) => world.carrier.findCalls(batchOf([one]), fromMs, untilMs);
      expect(await find(atMs, atMs + 2_000)).toHaveLength(1);
      expect(await find(atMs + 5_000, atMs + 60_000)).toEqual([]);
      expect(await find(atMs - 60_000, atMs - 5_000)).toEqual([]);
    });

    test('that cannot be looked for is an error', async () => {
      const world = await open();
      await accepted(world, batchOf([one]));
      await world.beSilent();
      const find = world.carrier.findCalls(batchOf([one]), world.nowMs() - 1_000, world.nowMs() + 1_000);
      await expect(find).rejects.toThrow(CarrierUnavailable);
    });
  });
}
