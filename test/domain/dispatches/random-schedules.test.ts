import { describe, expect, it } from 'vitest';
import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { failedOf } from '../../../shared/domain/dispatches/totals.ts';
import { type CallFate, delivered, failed, type MessageFate } from '../../support/fakes/carrier.ts';
import type { SeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf } from '../../support/fakes/sends.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type PipelinePorts, sender, type World, workOn } from '../../support/fakes/world.ts';

const schedules = 300;
const faultyCalls: readonly CallFate[] = [
  'refuse',
  'taken_then_timeout',
  'taken_then_dropped',
  'dropped_before',
  'account_error',
  'throttled',
  'connection_refused',
];
const messageFates: readonly MessageFate[] = [
  delivered,
  failed,
  [],
  [{ afterMs: 600_000, status: 'delivered' }],
  [...delivered, { afterMs: 2_000, status: 'delivered' }],
  [...delivered, { afterMs: 5_000, status: 'failed' }],
  [...failed, { afterMs: 5_000, status: 'delivered' }],
];

const pick = <T>(random: SeededRandom, from: readonly T[]): T => from[random.below(from.length)] as T;

/** Ports of a process that may end at any call, ends at the latest when its time is up, and waits its turn at every one. */
function perishable(world: World, turns: Interleaver): PipelinePorts {
  const endsAtMs = world.clock.now() + sendBatchSeconds * 1_000;
  let dead = false;
  return watchPorts(world.ports, async () => {
    await turns.turn();
    dead ||= world.random.chance(0.02) || world.clock.now() > endsAtMs;
    if (dead) throw new Crash();
  });
}

/** A process dies in silence; anything else that fails is a defect. */
async function untilItDies(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

async function chaos(seed: number): Promise<World> {
  const world = createWorld({ seed, credits: 100 });
  const { random, carrier, clock } = world;
  const turns = new Interleaver(random);
  const errors: unknown[] = [];
  const begin = (work: (ports: PipelinePorts) => Promise<unknown>) =>
    turns.begin(() =>
      untilItDies(() => work(perishable(world, turns))).catch((error: unknown) => {
        errors.push(error);
      }),
    );
  const fates = new Map<string, MessageFate>();
  carrier.fateOfCall = () => (random.chance(0.4) ? pick(random, faultyCalls) : 'accept');
  carrier.fateOfMessage = (to) => {
    const fate = fates.get(to) ?? pick(random, messageFates);
    fates.set(to, fate);
    return fate;
  };

  for (let i = 0; i < 3; i++) {
    const long = random.below(4);
    // Numbers of its own: of two lost calls to the very same receivers, nobody can tell which of them was taken
    const recipients = recipientsOf(1 + random.below(6), (n) => n % 4 === long, 10 * i);
    const request = requestOf({
      confirm: random.chance(0.5) ? 'auto' : 'manual',
      onShortfall: random.chance(0.5) ? 'partial' : 'reject',
      message: { type: 'auto', from: sender, subject: null, text: `{{ name }} ${i}`, variables: [], images: [] },
    });
    begin((ports) =>
      random.chance(0.5)
        ? createDispatch(ports, owner, request, { list: recipients }, null)
        : sendMessages(ports, owner, request, recipients, null),
    );
  }

  for (let moment = 0; moment < 250; moment++) {
    carrier.silent = random.chance(0.3);
    const records = world.queues.due();
    if (records.length > 0 && turns.running < 6 && random.chance(0.5)) {
      const record = pick(random, records);
      // Delivered again although somebody works on it: SQS may
      if (random.chance(0.1)) begin((ports) => workOn(record.work, ports));
      else begin((ports) => world.receive(record, ports));
    }
    const all = [...world.dispatches.all.values()];
    const any = all.length > 0 ? pick(random, all) : null;
    if (any && random.chance(0.02)) begin((ports) => startDispatch(ports, any, { maxCredits: null, remember: null }));
    if (any && random.chance(0.01)) begin((ports) => cancelDispatch(ports, any, 'requested'));
    if (random.chance(0.05)) begin((ports) => world.sweep(ports));
    if (random.chance(0.3)) clock.advance(random.below(random.chance(0.05) ? 120_000 : 3_000));
    for (let step = random.below(8); step > 0; step--) await turns.step();
    expect(errors).toEqual([]);
    expect(brokenPromises(world)).toEqual([]);
  }

  // Faults stop and time passes
  carrier.fateOfCall = () => 'accept';
  carrier.silent = false;
  await turns.finish();
  await world.runFor(8 * 86_400_000);
  expect(errors).toEqual([]);
  return world;
}

/** Once all has come to rest, what customers are told of each dispatch is what the carrier took of it. */
function untruths(world: World): readonly string[] {
  const arrived = world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ text }) => text.at(-1)));
  return [...world.dispatches.all.values()].flatMap(({ id, message, totals }) => {
    const taken = arrived.filter((which) => which === message.text.at(-1)).length;
    const sent = totals.submitted + totals.delivered + totals.unknown;
    if (taken < sent) return [`${id}: ${sent} sent, ${taken} taken`];
    return taken > sent + failedOf(totals) ? [`${id}: ${taken} taken, ${sent + failedOf(totals)} known`] : [];
  });
}

describe('whatever happens in whatever order', () => {
  it(`keeps every promise in ${schedules} random schedules of crashes, duplicates, faults and cancels`, async () => {
    const first = Number(process.env.SEED ?? 1);
    const count = process.env.SEED ? 1 : schedules;
    for (let seed = first; seed < first + count; seed++) {
      try {
        const world = await chaos(seed);
        expect(brokenPromises(world)).toEqual([]);
        expect(unfinished(world)).toEqual([]);
        expect(untruths(world)).toEqual([]);
      } catch (cause) {
        throw new Error(`The schedule of SEED=${seed} breaks a promise`, { cause });
      }
    }
  });
});
