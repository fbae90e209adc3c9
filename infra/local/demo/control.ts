import * as z from 'zod';

/** Times are RFC 3339, and milliseconds from here on. */
const time = z.iso.datetime().transform((text) => Date.parse(text));
const clockShape = z.object({ now: time });
const arrivalsShape = z.object({
  messages: z.array(z.object({ to: z.string(), at: time })),
  nextCursor: z.string().nullable(),
});
const schedulesShape = z.object({ schedules: z.array(z.object({ name: z.string(), at: time })) });

/** One message at a phone. */
export interface Arrival {
  readonly to: string;
  readonly atMs: number;
}

/** A schedule that is still to fire. */
export interface WaitingSchedule {
  readonly name: string;
  readonly atMs: number;
}

/** The local cloud's own API: its clock, its schedules, and what the phones received. */
export class Control {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  /** @param by ISO 8601 duration */
  async moveClock(by: string): Promise<void> {
    await this.#ask('/clock', { method: 'POST', body: JSON.stringify({ advance: by }) });
  }

  async nowMs(): Promise<number> {
    return clockShape.parse(await this.#ask('/clock')).now;
  }

  async moveClockTo(ms: number): Promise<void> {
    await this.#ask('/clock', { method: 'POST', body: JSON.stringify({ to: new Date(ms).toISOString() }) });
  }

  /** Soonest first. */
  async schedules(): Promise<readonly WaitingSchedule[]> {
    const { schedules } = schedulesShape.parse(await this.#ask('/schedules'));
    return schedules.map(({ name, at }) => ({ name, atMs: at }));
  }

  /** Every arrival; a message that was sent twice shows twice. */
  async arrivals(): Promise<readonly Arrival[]> {
    const all: Arrival[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const page = arrivalsShape.parse(await this.#ask(`/carrier/messages${query}`));
      all.push(...page.messages.map(({ to, at }) => ({ to, atMs: at })));
      cursor = page.nextCursor;
    }
    return all;
  }

  async #ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const answer = await fetch(`${this.#url}${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
}
