const mostKept = 500;

/** An event as rules see it. */
export interface PublishedEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The latest events that buses took since the local cloud started, whether a rule had them delivered or not. */
export class PublishedEvents {
  readonly #latest: PublishedEvent[] = [];

  add(event: PublishedEvent): void {
    this.#latest.push(event);
    if (this.#latest.length > mostKept) this.#latest.shift();
  }

  /** Oldest first. */
  latest(): readonly PublishedEvent[] {
    return [...this.#latest];
  }
}
