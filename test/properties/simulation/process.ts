import { Crash, type Happening, watchPorts } from '../../support/fakes/watched.ts';
import type { Plant } from './runner.ts';
import type { Ports, World } from './world.ts';

/** A call that met a busy service: nothing of it happened. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}
/** A call that happened although its caller was told that it failed. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';
}

/** Whether a piece of work failed because the simulation wanted it to. Anything else is a defect. */
export const isOurs = (error: unknown): boolean =>
  error instanceof Crash || error instanceof Throttled || error instanceof LostAnswer;

/** What is told of every call that was made, in the very moment. */
export type Witness = (process: Process, call: string, happening: Happening) => void;

/** The carrier's client tells what became of a call and never throws. */
const neverThrows = new Set(['carriers.submit']);

/** As much as the carrier's permits allow for. */
const clockSkewMaxMs = 100;

/** A run of a function: it takes its time for every call, and may end, hang or lose an answer at any of them. */
export class Process {
  readonly name: string;
  readonly startedAtMs: number;
  readonly ports: Ports;
  /** What it was asked to do, if it was asked by a queue. */
  readonly bodies: readonly unknown[];
  /** It ended in the middle: nothing it still does has any effect. */
  dead = false;
  /** It once stood still for longer than its lease and its time, and went on. */
  zombie = false;
  /** The simulation made one of its calls fail, or worse. */
  spoiled = false;
  readonly #world: World;
  readonly #witness: Witness;
  #endsAtMs: number;

  constructor(
    world: World,
    name: string,
    limitMs: number,
    bodies: readonly unknown[],
    plant: Plant | undefined,
    witness: Witness,
  ) {
    this.#world = world;
    this.#witness = witness;
    this.name = name;
    this.bodies = bodies;
    this.startedAtMs = world.clock.now();
    this.#endsAtMs = this.startedAtMs + limitMs;
    const ports = watchPorts(world.ports, (call, edge, happening) =>
      edge === 'before' ? this.#before(call) : this.#after(call, happening),
    );
    const own = { ...ports, time: this.#ownClock() };
    this.ports = plant ? plant(own, world, this) : own;
  }

  /** The machines of one region read clocks that differ by a moment; this one's may be late. */
  #ownClock(): Ports['time'] {
    const { clock, faults, random } = this.#world;
    if (!faults.strikes('clock_behind', 0.1)) return clock;
    faults.count('clock_behind');
    const behindMs = 1 + random.below(clockSkewMaxMs);
    return { now: () => clock.now() - behindMs };
  }

  async #before(call: string): Promise<void> {
    if (this.dead) throw new Crash();
    const { faults, agenda, random } = this.#world;
    if (!faults.on) return this.#mustBeInTime();
    await agenda.sleep(random.chance(0.9) ? random.below(60) : random.below(3_000));
    if (!this.zombie && faults.strikes('run_out_of_time', 0.002)) {
      this.spoiled = true; // it hangs until its time is up
      await agenda.sleep(this.#leftMs() + 1);
    }
    this.#mustBeInTime();
    if (!this.zombie && faults.strikes('zombie', 0.004)) await this.#sleepwalk();
    if (faults.strikes('crash_before_call', 0.006)) this.#die('crash_before_call', call);
    if (!neverThrows.has(call) && faults.strikes('throttled_call', 0.008)) {
      this.spoiled = true;
      faults.count('throttled_call');
      this.#world.note(`${this.name} ${call} throttled`);
      throw new Throttled(call);
    }
  }

  async #after(call: string, happening: Happening): Promise<void> {
    const { faults, agenda, random } = this.#world;
    const conflict = isConflict(happening.answer);
    this.#world.note(`${this.name} ${call}${conflict ? ' refused' : ''}`);
    if (conflict) faults.count('conflict');
    this.#witness(this, call, happening);
    if (!faults.on) return;
    if (call === 'carriers.submit') await agenda.sleep(answerMs(happening.answer, random.random()));
    else if (random.chance(0.15)) await agenda.sleep(random.below(100));
    // Where a standstill hurts most: the carrier has the messages, and nobody else knows
    if (call === 'carriers.submit' && faults.strikes('zombie', 0.03)) await this.#sleepwalk();
    this.#mustBeInTime();
    if (faults.strikes('crash_after_call', 0.006)) this.#die('crash_after_call', call);
    if (!neverThrows.has(call) && faults.strikes('lost_answer', 0.008)) {
      this.spoiled = true;
      faults.count('lost_answer');
      this.#world.note(`${this.name} ${call} lost its answer`);
      throw new LostAnswer(call);
    }
  }

  readonly #leftMs = (): number => Math.max(0, this.#endsAtMs - this.#world.clock.now());

  #mustBeInTime(): void {
    if (this.dead) throw new Crash();
    if (this.#world.clock.now() > this.#endsAtMs) this.#die('run_out_of_time', 'its time');
  }

  /** Stands still for longer than any lease, and goes on as if nothing had happened. */
  async #sleepwalk(): Promise<void> {
    const { agenda, random, faults } = this.#world;
    this.#endsAtMs = Number.POSITIVE_INFINITY;
    this.zombie = true;
    this.spoiled = true;
    await agenda.sleep(61_000 + random.below(400_000));
    faults.count('zombie');
    this.#world.note(`${this.name} wakes up`);
  }

  #die(kind: 'crash_before_call' | 'crash_after_call' | 'run_out_of_time', where: string): never {
    this.dead = true;
    this.spoiled = true;
    this.#world.faults.count(kind);
    this.#world.note(`${this.name} ends at ${where}: ${kind}`);
    throw new Crash();
  }
}

const isConflict = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  ('refused' in answer || ('kind' in answer && (answer.kind === 'moved' || answer.kind === 'short')));

/** How long a carrier lets its client wait: for a time-out as long as the client does. */
const answerMs = (answer: unknown, random: number): number =>
  JSON.stringify(answer).includes('timeout') ? 20_000 : Math.floor(random * random * 8_000);
