import { describe, expect, it } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import type { CarrierAccounts } from '../../../shared/domain/dispatches/ports.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import type { CallFate } from '../../support/fakes/carrier.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending } from '../../support/fakes/sends.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type PipelinePorts, type World } from '../../support/fakes/world.ts';
import { mostInASecond } from '../../support/sliding-window.ts';

const schedules = 100;
const others: readonly OwnerId[] = ['ten_01HYYYYYYYYYYYYYYYYYYYYYY1', 'ten_01HYYYYYYYYYYYYYYYYYYYYYY2'];
const faultyCalls: readonly CallFate[] = [
  'refuse',
  'taken_then_timeout',
  'taken_then_dropped',
  'dropped_before',
  'throttled',
  'connection_refused',
];

/**
 * Workers of several tenants that take turns at every call, die at some, and between them time passes: before a call
 * reaches the carrier, and before its answer is back. Answers the world, and the limit that it had.
 */
async function pressed(seed: number, accountsOf: (accounts: CarrierAccounts) => CarrierAccounts = (same) => same) {
  const world = createWorld({ seed });
  const { random, carrier, clock } = world;
  const limit = 1 + random.below(random.chance(0.5) ? 10 : 60);
  carrier.messagesPerSecond = limit;
  carrier.retryAfterSeconds = 2;
  carrier.fateOfCall = () =>
    random.chance(0.1) ? (faultyCalls[random.below(faultyCalls.length)] ?? 'refuse') : 'accept';
  for (const other of others) world.credits.grant(other, 1_000);
  for (let i = 0; i < 3; i++) {
    const message = { ...requestOf().message, text: `{{ name }} ${i}` };
    await sending(world, recipientsOf(1 + random.below(limit * 4), undefined, 1_000 * i), { message });
    const recipients = recipientsOf(1 + random.below(3), undefined, 10_000 + 10 * i);
    await sendMessages(world.ports, others[i % 2] ?? owner, requestOf({ message }), recipients, null);
  }

  const turns = new Interleaver(random);
  const ports: PipelinePorts = { ...world.ports, accounts: accountsOf(world.ports.accounts) };
  const perishable = (): PipelinePorts => {
    const endsAtMs = clock.now() + sendBatchSeconds * 1_000;
    let dead = false;
    return watchPorts(ports, async () => {
      await turns.turn();
      dead ||= random.chance(0.004) || clock.now() > endsAtMs;
      if (dead) throw new Crash();
    });
  };
  const untilItDies = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  for (let moment = 0; moment < 300; moment++) {
    const records = world.queues.due();
    const record = records[random.below(records.length)];
    if (record && turns.running < 6) turns.begin(untilItDies(() => world.receive(record, perishable())));
    if (random.chance(0.4)) clock.advance(random.below(random.chance(0.03) ? 20_000 : 400));
    for (let step = random.below(25); step > 0; step--) await turns.step();
  }
  carrier.fateOfCall = () => 'accept';
  await turns.finish();
  return { world, limit };
}

const most = (world: World) =>
  mostInASecond(world.carrier.taken.map(({ atMs, batch }) => ({ atMs, messages: batch.messages.length })));

describe('workers that press a limit', () => {
  it(`never get more into any second than it takes, in ${schedules} random schedules of delays, faults and deaths`, async () => {
    const first = Number(process.env.SEED ?? 1);
    const count = process.env.SEED ? 1 : schedules;
    let filled = 0;
    for (let seed = first; seed < first + count; seed++) {
      const { world, limit } = await pressed(seed);
      const where = `SEED=${seed} with a limit of ${limit}`;
      expect(most(world), where).toBeLessThanOrEqual(limit);
      if (most(world) > limit / 2) filled++;
      await world.runFor(8 * 86_400_000);
      expect(most(world), where).toBeLessThanOrEqual(limit);
      expect(brokenPromises(world), where).toEqual([]);
      expect(unfinished(world), where).toEqual([]);
      expect(world.queues.dead, where).toEqual([]);
    }
    if (count > 1) expect(filled).toBeGreaterThan(count / 3);
  });

  const plantedFaults: readonly (readonly [what: string, plant: (accounts: CarrierAccounts) => CarrierAccounts])[] = [
    [
      'a permit that ends with the answer',
      (accounts) => ({
        ...accounts,
        release: (carrier, permit, untilMs) => accounts.release(carrier, permit, untilMs && untilMs - 1_100),
      }),
    ],
    [
      'a decision on an account that has changed since',
      (accounts) => ({
        ...accounts,
        admit: async (carrier, _seen, permit, nowMs) =>
          accounts.admit(carrier, await accounts.read(carrier), permit, nowMs),
      }),
    ],
  ];
  it.each(plantedFaults)('would be caught with %s', async (_, plant) => {
    let caught = 0;
    for (let seed = 1; seed <= schedules && caught === 0; seed++) {
      const { world, limit } = await pressed(seed, plant);
      if (most(world) > limit) caught = seed;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
