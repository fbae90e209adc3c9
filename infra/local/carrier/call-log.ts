const keptSeconds = 3_600;
const keptCalls = 10_000;

/** A submit call. What it brought counts when the vendor took it, not when it came in. */
export interface LoggedCall {
  readonly atMs: number;
  /** The fault that it met. */
  fault: string | null;
  /** When it was taken, and how many messages it brought; null if it was not. */
  taken: { readonly atMs: number; readonly messages: number } | null;
}

/** Submit calls as they come in, accepted or not: what a limit of calls or messages a second is checked against. */
export class CallLog {
  #total = 0;
  readonly #perSecond = new Map<number, number>();
  readonly #latest: LoggedCall[] = [];

  add(nowMs: number): LoggedCall {
    this.#total++;
    const second = Math.floor(nowMs / 1_000);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
    if (this.#perSecond.size > keptSeconds) this.#perSecond.delete(this.#perSecond.keys().next().value!);
    const call: LoggedCall = { atMs: nowMs, fault: null, taken: null };
    this.#latest.push(call);
    if (this.#latest.length > keptCalls) this.#latest.shift();
    return call;
  }

  get summary() {
    const perSecond = [...this.#perSecond].map(([second, calls]) => ({ at: timeOf(second * 1_000), calls }));
    const latest = this.#latest.map(({ atMs, fault, taken }) => ({
      at: timeOf(atMs),
      fault,
      taken: taken && { at: timeOf(taken.atMs), messages: taken.messages },
    }));
    return { total: this.#total, perSecond, latest };
  }
}

const timeOf = (atMs: number): string => new Date(atMs).toISOString();
