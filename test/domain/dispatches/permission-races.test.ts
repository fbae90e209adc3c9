import { describe, expect, it } from 'vitest';
import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import type { PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { recipientsOf, requestOf, sending } from '../../support/fakes/sends.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type PipelinePorts, type World } from '../../support/fakes/world.ts';

const schedules = 80;
const day = 86_400_000;
const people = 30;
const digitsOf = (i: number) => `8210${20_000_000 + i}`;

/** When, counted in calls, a number's refusal was answered, and a batch was written as submitting. */
interface Order {
  readonly refusedAt: Map<string, number>;
  readonly submittingAt: Map<string, number>;
}

/**
 * Workers that send campaigns take turns at every call, with people who opt out or refuse, time that passes, and deaths.
 * Answers in which order things happened.
 */
async function raced(seed: number, readOf: (read: PermissionStore['readMany']) => PermissionStore['readMany']) {
  const world = createWorld({ seed });
  const { random, carrier, clock, permissions } = world;
  carrier.messagesPerSecond = random.chance(0.5) ? 2 + random.below(10) : null;
  if (random.chance(0.3)) carrier.fateOfCall = () => (random.chance(0.2) ? 'throttled' : 'accept');
  for (let i = 0; i < 4; i++) {
    const message = { ...requestOf().message, text: `{{ name }} ${i}` };
    const schedule = random.chance(0.3) ? { atMs: clock.now() + 5_000 } : null;
    const over = { message, schedule, campaignId: `cmp_01HZZZZZZZZZZZZZZZZZZZZZZ${i}` } as const;
    await sending(world, recipientsOf(1 + random.below(people)), over);
  }

  let calls = 0;
  const order: Order = { refusedAt: new Map(), submittingAt: new Map() };
  const turns = new Interleaver(random);
  const ports: PipelinePorts = {
    ...world.ports,
    permissions: { ...permissions, readMany: readOf(permissions.readMany) },
  };
  const perishable = (): PipelinePorts => {
    const endsAtMs = clock.now() + sendBatchSeconds * 1_000;
    let dead = false;
    return watchPorts(ports, async (call, edge, { args }) => {
      await turns.turn();
      dead ||= random.chance(0.003) || clock.now() > endsAtMs;
      if (dead) throw new Crash();
      const [id, , before, after] = args as readonly [string, string, { n: number; state: string }, { state: string }];
      // The write itself follows without another turn
      if (
        call === 'batches.change' &&
        edge === 'before' &&
        before.state !== 'submitting' &&
        after.state === 'submitting'
      ) {
        order.submittingAt.set(`${id} ${before.n}`, calls++);
      }
    });
  };
  const refusing = async () => {
    const digits = digitsOf(random.below(people));
    const change = random.chance(0.7) ? { optedOut: true } : { marketing: false };
    await turns.turn();
    await permissions.change(owner, digits, { source: 'api', ...change }, clock.now());
    if (!order.refusedAt.has(digits)) order.refusedAt.set(digits, calls++);
  };
  const untilItDies = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  for (let moment = 0; moment < 200; moment++) {
    await world.fireSchedules();
    const records = world.queues.due();
    const record = records[random.below(records.length)];
    if (record && turns.running < 6) turns.begin(untilItDies(() => world.receive(record, perishable())));
    if (random.chance(0.1)) turns.begin(refusing);
    if (random.chance(0.4)) clock.advance(random.below(random.chance(0.03) ? 20_000 : 400));
    for (let step = random.below(25); step > 0; step--) await turns.step();
  }
  await turns.finish();
  carrier.fateOfCall = () => 'accept';
  return { world, order };
}

/** Messages that reached somebody whose refusal was answered before their batch was submitting. */
async function wronged(world: World, { refusedAt, submittingAt }: Order): Promise<readonly string[]> {
  const taken = new Set(
    world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to, text }) => `${to} ${text}`)),
  );
  const found: string[] = [];
  for (const dispatch of world.dispatches.all.values()) {
    const text = dispatch.message.text.replace('{{ name }}', 'Kim');
    for (const batch of await world.batchesOf(dispatch.id)) {
      const submitting = submittingAt.get(`${dispatch.id} ${batch.n}`) ?? Number.POSITIVE_INFINITY;
      for (const [, digits] of await world.ports.rows.rowsOf(dispatch, batch)) {
        const refused = refusedAt.get(digits);
        if (refused !== undefined && refused < submitting && taken.has(`+${digits} ${text}`)) {
          found.push(`${dispatch.id}#${batch.n} reached ${digits}`);
        }
      }
    }
  }
  return found;
}

describe('people who refuse while campaigns are being sent', () => {
  it(`are not reached by what is submitting after their answer, in ${schedules} random schedules`, async () => {
    const first = Number(process.env.SEED ?? 1);
    const count = process.env.SEED ? 1 : schedules;
    let skipped = 0;
    let overtaken = 0;
    for (let seed = first; seed < first + count; seed++) {
      const { world, order } = await raced(seed, (read) => read);
      const where = `SEED=${seed}`;
      await world.runFor(8 * day);
      expect(await wronged(world, order), where).toEqual([]);
      expect(brokenPromises(world), where).toEqual([]);
      expect(unfinished(world), where).toEqual([]);
      expect(world.queues.dead, where).toEqual([]);
      for (const { totals } of world.dispatches.all.values()) {
        skipped += (totals.skippedBy.opted_out ?? 0) + (totals.skippedBy.consent_denied ?? 0);
        expect(totals.credits.released, where).toBeGreaterThanOrEqual(totals.skippedBy.opted_out ?? 0);
      }
      const reached = new Set(world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => to.slice(1))));
      overtaken += [...order.refusedAt.keys()].filter((digits) => reached.has(digits)).length;
    }
    // Both sides of the race were met
    if (count > 1) expect(Math.min(skipped, overtaken)).toBeGreaterThan(count / 2);
  });

  it('would be seen to be reached if permissions were read a moment too early', async () => {
    let caught = 0;
    for (let seed = 1; seed <= schedules && caught === 0; seed++) {
      const early = new Map<string, ReturnType<PermissionStore['readMany']>>();
      const { world, order } = await raced(seed, (read) => (of, digits) => {
        const key = digits.join();
        const known = early.get(key) ?? read(of, digits);
        early.set(key, known);
        return known;
      });
      await world.runFor(8 * day);
      caught = (await wronged(world, order)).length;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
