import { describe, expect, it } from 'vitest';
import { sqsDelaySecondsMax } from '../../../shared/contracts/limits.ts';
import { backOffSeconds, waitSeconds } from '../../../shared/domain/dispatches/after-submit.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import type { CallFate } from '../../support/fakes/carrier.ts';
import { arrivals, brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { createWorld, type World } from '../../support/fakes/world.ts';

const sends = (world: World) => world.queues.records.filter(({ work }) => work.queue === 'send');
const textOf = (text: string) => ({ message: { ...requestOf().message, text } });
const hour = 3_600_000;

describe('how long a batch that was not taken waits', () => {
  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [8, 256],
    [9, 300],
    [1_000, 300],
  ])('after %i claims: %i s', (claims, seconds) => expect(backOffSeconds(claims)).toBe(seconds));

  it.each([
    [0, 1, 1],
    [0.2, 1, 1],
    [2, 2, 3],
    [300, 300, 450],
    [600, 600, 900],
    [601, 600, 900],
    [10_000, 600, 900],
  ])('%s s are spread from %i to %i s, and a queue can give them', (seconds, from, to) => {
    expect(waitSeconds(seconds, { random: () => 0 })).toBe(from);
    expect(waitSeconds(seconds, { random: () => 0.999_999 })).toBe(to);
    expect(to).toBeLessThanOrEqual(sqsDelaySecondsMax);
  });

  it.each<CallFate>(['connection_refused', 'throttled', 'unavailable'])(
    '%s for hours: each wait is about double the last, and bounded',
    async (fate) => {
      const world = createWorld();
      world.carrier.fateOfCall = () => fate;
      const { id } = await sending(world);
      await world.runFor(3 * hour);
      const waits = world.queues.sent
        .filter(({ work }) => work.queue === 'send')
        .map(({ delaySeconds }) => delaySeconds);
      for (const [n, seconds] of waits.slice(1).entries()) {
        const least = Math.min(300, 2 ** (n + 1));
        expect(seconds).toBeGreaterThanOrEqual(least);
        expect(seconds).toBeLessThanOrEqual(Math.ceil(least * 1.5));
      }
      expect(waits.length).toBeGreaterThan(20);
      expect(sends(world)).toHaveLength(1);
      expect(world.queues.dead).toEqual([]);
      world.carrier.fateOfCall = () => 'accept';
      await world.run();
      expect(world.dispatch(id).totals.delivered).toBe(3);
      expect(world.carrier.taken).toHaveLength(1);
    },
  );

  it('those that were turned away together do not come back together', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'connection_refused';
    const dispatches = [];
    for (let i = 0; i < 40; i++) dispatches.push(await sending(world, recipientsOf(1, undefined, i), textOf(`${i}`)));
    for (let round = 0; round < 4; round++) for (const { id } of dispatches) await sendBatch(world.ports, sendOf(id));
    const delays = world.queues.sent.slice(-40).map(({ delaySeconds }) => delaySeconds);
    expect(new Set(delays).size).toBeGreaterThan(4);
  });
});

describe('a Retry-After', () => {
  it.each<CallFate>(['throttled', 'unavailable'])(
    'of %s holds back every batch of the account for as long, raises no alarm, and loses nobody',
    async (fate) => {
      const world = createWorld();
      let calls = 0;
      const atMs: number[] = [];
      world.carrier.retryAfterSeconds = 1_800; // longer than a queue can delay
      world.carrier.fateOfCall = () => {
        atMs.push(world.clock.now());
        return calls++ === 0 ? fate : 'accept';
      };
      for (let i = 0; i < 10; i++) await sending(world, recipientsOf(3), textOf(`{{ name }} ${i}`));
      await world.run();
      expect(atMs).toHaveLength(11);
      expect(Math.min(...atMs.slice(1))).toBeGreaterThanOrEqual(atMs[0]! + 1_800_000);
      expect(new Set(atMs.slice(1)).size).toBeGreaterThan(3);
      expect(world.raised).toEqual([]);
      expect(world.queues.dead).toEqual([]);
      expect([...arrivals(world).values()]).toEqual(Array(30).fill(1));
      expect(brokenPromises(world)).toEqual([]);
      expect(unfinished(world)).toEqual([]);
    },
  );

  it('that is shorter than one before it does not shorten it', async () => {
    const world = createWorld();
    world.carrier.fateOfCall = () => 'throttled';
    const [first, second] = [await sending(world), await sending(world, recipientsOf(3), textOf('second'))];
    world.carrier.retryAfterSeconds = 600;
    const beginMs = world.clock.now();
    // Both were under way when the first answer came
    const submitSecond = world.ports.carriers.of(second.owner);
    const submit = submitSecond.submit;
    submitSecond.submit = async (batch) => {
      submitSecond.submit = submit;
      const outcome = await submit(batch);
      world.carrier.retryAfterSeconds = 5;
      await sendBatch(world.ports, sendOf(second.id));
      return outcome;
    };
    await sendBatch(world.ports, sendOf(first.id));
    expect((await world.ports.accounts.read('fake')).pausedUntilMs).toBe(beginMs + 600_000);
  });

  it('of nothing, again and again, still makes the batch come less often', async () => {
    const world = createWorld();
    world.carrier.retryAfterSeconds = 0;
    world.carrier.fateOfCall = () => 'throttled';
    await sending(world);
    await world.runFor(hour);
    expect(world.carrier.submits.length).toBeLessThan(30);
    expect((await world.ports.accounts.read('fake')).pausedUntilMs).toBe(0);
  });

  it('that comes after others have taken the batch over holds back the account all the same', async () => {
    const world = createWorld();
    world.carrier.retryAfterSeconds = 600;
    world.carrier.fateOfCall = () => 'throttled';
    const { id, owner } = await sending(world);
    const carrier = world.ports.carriers.of(owner);
    const submit = carrier.submit;
    carrier.submit = async (batch) => {
      const outcome = await submit(batch);
      world.clock.advance(61_000);
      await sendBatch(world.ports, sendOf(id)); // gives up waiting for this worker
      return outcome;
    };
    await sendBatch(world.ports, sendOf(id));
    expect((await world.batch(id)).state).toBe('recorded');
    expect((await world.ports.accounts.read('fake')).pausedUntilMs).toBe(world.clock.now() + 600_000);
  });
});
