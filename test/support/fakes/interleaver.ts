import type { SeededRandom } from './clock.ts';

/**
 * Lets several pieces of work take turns at every call that leaves their process, in an order that follows from a seed.
 * A piece of work that is never chosen again is a process that hangs.
 */
export class Interleaver {
  readonly #random: SeededRandom;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Waits until this caller is chosen. */
  turn(): Promise<void> {
    return new Promise((resume) => this.#waiting.push(resume));
  }

  /** Begins a piece of work; its errors are its own business. */
  begin(work: () => Promise<void>): void {
    this.#running++;
    void work().finally(() => this.#running--);
  }

  get running(): number {
    return this.#running;
  }

  /** Lets one that waits go on until it waits again or ends. False if nobody waits. */
  async step(): Promise<boolean> {
    const [chosen] = this.#waiting.splice(this.#random.below(this.#waiting.length), 1);
    if (!chosen) return false;
    chosen();
    // A turn of the event loop: by then everything that follows without another turn has happened
    await new Promise((resume) => setImmediate(resume));
    return true;
  }

  /** Until nobody works any more. */
  async finish(): Promise<void> {
    while (this.#running > 0) {
      if (!(await this.step())) await new Promise((resume) => setImmediate(resume));
    }
  }
}
