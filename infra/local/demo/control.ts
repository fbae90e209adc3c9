import * as z from 'zod';

const arrivals = z.object({ messages: z.array(z.object({ to: z.string() })), nextCursor: z.string().nullable() });

/** The local cloud's own API: its clock, and what the phones received. */
export class Control {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  /** @param by ISO 8601 duration */
  async moveClock(by: string): Promise<void> {
    await this.#ask('/clock', { method: 'POST', body: JSON.stringify({ advance: by }) });
  }

  /** The number of every arrival; a message that was sent twice shows twice. */
  async arrivals(): Promise<readonly string[]> {
    const all: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const page = arrivals.parse(await this.#ask(`/carrier/messages${query}`));
      all.push(...page.messages.map(({ to }) => to));
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
