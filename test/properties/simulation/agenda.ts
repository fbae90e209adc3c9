import type { FakeClock, SeededRandom } from '../../support/fakes/clock.ts';

interface Entry {
  readonly atMs: number;
  /** Orders what falls into the same millisecond, as the seed wants it. */
  readonly tie: number;
  readonly happen: () => unknown;
}

/** Everything that will happen, by time. The clock stands still until the next of it. */
export class Agenda {
  readonly #clock: FakeClock;
  readonly #random: SeededRandom;
  /** The next at the end. */
  readonly #entries: Entry[] = [];

  constructor(clock: FakeClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  at(atMs: number, happen: () => unknown): void {
    const entry = { atMs, tie: this.#random.random(), happen };
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(entry, this.#entries[middle]!)) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  in(ms: number, happen: () => unknown): void {
    this.at(this.#clock.now() + ms, happen);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resume) => this.in(ms, resume));
  }

  get nextMs(): number | null {
    return this.#entries.at(-1)?.atMs ?? null;
  }

  /** Lets the next thing happen; answers what it answers. */
  step(): unknown {
    const next = this.#entries.pop();
    if (!next) return undefined;
    this.#clock.to(next.atMs);
    return next.happen();
  }
}

const isBefore = (a: Entry, b: Entry): boolean => (a.atMs === b.atMs ? a.tie < b.tie : a.atMs < b.atMs);
