/** Something to do at an instant of the local clock. */
export type Timer = {
  /** Epoch milliseconds on the local clock. */
  at: number;
  /** Fires once per step of a clock move instead of being a step of its own. */
  recurring: boolean;
  fire: () => void;
};

// Node caps a timeout at 2^31-1 ms; anything longer is looked at again after an hour.
const longestWaitMs = 3_600_000;

/** Pending timers of the local clock, earliest first when asked. Holds one machine timer for the earliest of them. */
export class Timers {
  readonly #pending = new Set<Timer>();
  readonly #now: () => number;
  #wake: NodeJS.Timeout | undefined;
  #held = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns a function that takes the timer back */
  add(timer: Timer): () => void {
    this.#pending.add(timer);
    this.#arm();
    return () => {
      this.#pending.delete(timer);
    };
  }

  /** The earliest instant at which something other than a recurring timer is due. */
  nextStep(): number | undefined {
    return earliest([...this.#pending].filter((timer) => !timer.recurring));
  }

  /** Fires what is due, in the order of its instants. */
  fireDue(): void {
    const due = [...this.#pending].filter((timer) => timer.at <= this.#now()).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (this.#pending.delete(timer)) timer.fire();
    }
    this.#arm();
  }

  /** While held nothing fires by itself; the clock calls `fireDue`. */
  hold(): void {
    this.#held = true;
    clearTimeout(this.#wake);
  }

  release(): void {
    this.#held = false;
    this.#arm();
  }

  stop(): void {
    this.#held = true;
    clearTimeout(this.#wake);
    this.#pending.clear();
  }

  #arm(): void {
    clearTimeout(this.#wake);
    if (this.#held) return;
    const next = earliest([...this.#pending]);
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(next - this.#now(), 0), longestWaitMs);
    this.#wake = setTimeout(() => this.fireDue(), waitMs);
  }
}

function earliest(timers: Timer[]): number | undefined {
  return timers.reduce<number | undefined>(
    (least, { at }) => (least === undefined || at < least ? at : least),
    undefined,
  );
}
