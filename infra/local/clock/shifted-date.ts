const RealDate = globalThis.Date;

/** Milliseconds since the epoch on the machine's own clock, whatever the local clock says. */
export function machineNow(): number {
  return RealDate.now();
}

/**
 * Replaces the global `Date` by one that runs ahead by `offset[0]` milliseconds, in this thread only.
 * The array lies over a SharedArrayBuffer, so one write moves every thread at once.
 * @returns a function that puts the real `Date` back
 */
export function shiftDate(offset: Float64Array): () => void {
  class ShiftedDate extends RealDate {
    constructor(...given: [] | [string | number | Date]) {
      if (given.length === 0) super(ShiftedDate.now());
      else super(...given);
    }

    static override now(): number {
      return RealDate.now() + (offset[0] ?? 0);
    }

    // A date made by the runtime itself, by structuredClone for one, is still a date.
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Function.prototype[Symbol.hasInstance].call(RealDate, value);
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor;
  return () => {
    globalThis.Date = RealDate;
  };
}
