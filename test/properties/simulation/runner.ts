import { type DispatchId, tenantOf } from '../../../shared/contracts/ids.ts';
import { sender } from '../../support/fakes/world.ts';
import { Caller } from './caller.ts';
import { makeWeather } from './carrier-weather.ts';
import { Clockwork } from './clockwork.ts';
import { Customers } from './customers.ts';
import { Deliveries } from './deliveries.ts';
import { hearFailures } from './doors.ts';
import { lookAtTheEnd } from './endings.ts';
import type { FaultCounts } from './faults.ts';
import { nextMorning } from './korea.ts';
import { Law } from './law.ts';
import { Marketers } from './marketers.ts';
import { befall } from './moments.ts';
import { People } from './people.ts';
import { isOurs, Process } from './process.ts';
import { Promises } from './promises.ts';
import { peopleOf, type Wish, wishOf } from './requests.ts';
import { Submits } from './submits.ts';
import { createWorld, owners, type Ports, type World } from './world.ts';

/** Replaces ports of a run by broken ones, so that one sees whether the simulation notices. */
export type Plant = (ports: Ports, world: World, run: Pick<Process, 'name' | 'bodies'>) => Ports;

export interface RunOptions {
  readonly plant?: Plant;
  /** How many of the last lines of the trace are kept. */
  readonly keepLines?: number;
}

export interface Run {
  readonly seed: number;
  /** The same for the same seed, whenever and wherever. */
  readonly hash: string;
  readonly counts: FaultCounts;
  /** What was taken by the carrier, so that one sees that runs do something. */
  readonly messages: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

/** The longest wait of all is a schedule's of 60 days, and then for reports. */
const daysAtMost = 75;
const turn = () => new Promise((resume) => setImmediate(resume));

/** One life of the service under everything that may go wrong, and then in peace until it rests. */
export async function simulate(seed: number, { plant, keepLines = 200 }: RunOptions = {}): Promise<Run> {
  const world = createWorld(seed, keepLines);
  const { agenda, faults, clock, random } = world;
  const wishes: Wish[] = [];
  const promises = new Promises(world, wishes);
  const submits = new Submits(world, wishes);
  const law = new Law(world, wishes);
  let clockwork: Clockwork;
  const begin = (name: string, limitMs: number, bodies: readonly unknown[]) =>
    new Process(world, name, limitMs, bodies, plant, (process, call, happening) => {
      promises.look(call, happening);
      submits.look(process, call, happening);
      law.look(process, call, happening);
      if (call === 'batches.change' && name.startsWith('send')) people.interfere(happening.args[0] as DispatchId);
      clockwork.hear(call, happening);
      if (call === 'batches.read' && name.startsWith('report') && isSubmitting(happening.answer))
        faults.count('early_report');
    });
  const caller = new Caller(world, begin);
  const people = new People(world, caller, wishes);
  const customers = new Customers(world, caller);
  const marketers = new Marketers(world, caller, wishes);
  const deliveries = new Deliveries(world, begin);
  clockwork = new Clockwork(world, begin);
  world.onCanceled = (dispatch) => void submits.canceled(dispatch);
  hearFailures((error) => {
    if (!isOurs(error) && !isMalformed(error))
      world.breaks(`a door failed: ${error instanceof Error ? error.stack : error}`);
  });

  for (const owner of owners) world.credits.grant(owner, random.chance(0.4) ? random.below(20) : 1_000);
  makeWeather(world);
  wish(world, (made) => {
    wishes.push(made);
    people.saidBefore(made);
    if (made.way === 'campaign') marketers.ask(made);
    else customers.ask(made);
  });
  people.speakLater();
  const troubles = troublesOf(world);
  troubles.forEach(({ fromMs, untilMs }, n) => {
    if (n > 0) agenda.at(fromMs, () => setFaults(world, true));
    for (let moments = 60 / troubles.length; moments > 0; moments--)
      agenda.at(fromMs + random.below(untilMs - fromMs), () => befall(world, customers, marketers, people));
    agenda.at(untilMs, () => setFaults(world, false));
  });
  const faultsEndMs = troubles.at(-1)!.untilMs;
  agenda.at(faultsEndMs, () => peace(world));

  const restsByMs = clock.now() + daysAtMost * 86_400_000;
  while (agenda.nextMs !== null && world.broken.length === 0) {
    if (agenda.nextMs > restsByMs) world.breaks('it never comes to rest');
    agenda.step();
    await turn();
  }
  if (world.broken.length === 0) await lookAtTheEnd(world, wishes, deliveries, submits, law, faultsEndMs);
  return {
    seed,
    hash: world.trace.hash,
    counts: faults.counts,
    messages: world.carrier.taken.reduce((sum, { batch }) => sum + batch.messages.length, 0),
    broken: world.broken,
    trace: world.trace.last,
  };
}

/** What people want of the service, in its first minutes. */
function wish(world: World, ask: (made: Wish) => void): void {
  const { random, agenda } = world;
  // Some write to the very same people several times, and nobody can tell their calls by the receivers
  const same = random.chance(0.25) ? peopleOf(world, 0) : null;
  for (let n = random.below(4); n >= 0; n--) {
    agenda.in(random.below(same ? 30_000 : 120_000), () => ask(wishOf(world, n, same ?? peopleOf(world, 20 * n))));
  }
}

/** When things go wrong: for minutes or hours, and of some lives again about the next morning. */
function troublesOf({ clock, random, rules, advertises }: World) {
  const fromMs = clock.now();
  const untilMs = fromMs + (random.chance(0.7) ? 10 : 150) * 60_000;
  const first = { fromMs, untilMs };
  const morningMs = nextMorning(rules.get(owners[0]!)!.night, untilMs) - 5 * 60_000;
  if (!advertises || random.chance(0.5) || morningMs <= untilMs) return [first];
  return [first, { fromMs: morningMs, untilMs: morningMs + 15 * 60_000 }];
}

function setFaults({ faults, note }: World, on: boolean): void {
  note(`faults ${on ? 'begin' : 'stop'}`);
  faults.on = on;
}

/** Faults stop; customers ask for nothing more; everybody may send again. */
function peace(world: World): void {
  world.faults.on = false;
  world.peaceSinceMs = world.clock.now();
  world.carrier.silent = false;
  for (const owner of owners) {
    world.tenants.put(tenantOf(owner), 'active');
    world.tenants.approve(tenantOf(owner), sender);
  }
}

const isMalformed = (error: unknown): boolean => error instanceof Error && error.name.includes('ZodError');

const isSubmitting = (batch: unknown): boolean =>
  typeof batch === 'object' && batch !== null && 'state' in batch && batch.state === 'submitting';

/** What a failed run says to whoever is to find out why. */
export const storyOf = ({ seed, broken, trace }: Run): string =>
  [...trace, `Seed ${seed} breaks: ${broken[0]}`, `Again, with all of it: npm run simulate -- --seed ${seed}`].join(
    '\n',
  );
