const keptSeconds = 3_600;

/** Counts submit calls as they come in, accepted or not: what a limit of calls a second is checked against. */
export class CallLog {
  #total = 0;
  readonly #perSecond = new Map<number, number>();

  add(nowMs: number): void {
    this.#total++;
    const second = Math.floor(nowMs / 1_000);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
    if (this.#perSecond.size > keptSeconds) this.#perSecond.delete(this.#perSecond.keys().next().value!);
  }

  get summary() {
    const perSecond = [...this.#perSecond].map(([second, calls]) => ({
      at: new Date(second * 1_000).toISOString(),
      calls,
    }));
    return { total: this.#total, perSecond };
  }
}
