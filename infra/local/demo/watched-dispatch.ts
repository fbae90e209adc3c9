import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from './control.ts';
import type { Customer, Dispatch } from './customer.ts';
import { byCount, grouped, type Screen } from './screen.ts';

const pollMs = 250;
/** No step may take longer; what is wrong then shows in the checks, and nothing that follows is worth a long wait. */
const patienceMs = 45_000;
const patienceLostMs = 3_000;
export type Quote = NonNullable<Dispatch['quote']>;

/** A dispatch to the bundled file as its customer sees it; every answer is kept, since all of them must add up. */
export class WatchedDispatch {
  readonly id: string;
  readonly seen: Dispatch[] = [];
  readonly #customer: Customer;
  readonly #screen: Screen;
  #patienceMs = patienceMs;

  constructor(id: string, customer: Customer, screen: Screen) {
    this.id = id;
    this.#customer = customer;
    this.#screen = screen;
  }

  /** Looks until it is as wanted, or for as long as a step may take; answers the last look. */
  async until(
    holds: (dispatch: Dispatch) => boolean,
    show: (dispatch: Dispatch) => void = () => undefined,
  ): Promise<Dispatch> {
    for (const untilMs = performance.now() + this.#patienceMs; ; await sleep(pollMs)) {
      const dispatch = await this.#customer.dispatch(this.id);
      this.seen.push(dispatch);
      show(dispatch);
      if (holds(dispatch)) return dispatch;
      if (performance.now() > untilMs) {
        this.#patienceMs = patienceLostMs;
        return dispatch;
      }
    }
  }

  /** Waits until it is prepared, and shows what sending would cost. @throws if it comes to nothing */
  async quoted(): Promise<Quote> {
    const { quote, failure } = await this.until(({ status }) => status !== 'preparing');
    if (quote === null) throw new Error(`The dispatch came to nothing: ${failure?.detail ?? 'it has no quote'}`);
    this.#screen.line('quote', `${grouped(quote.sendable)} of ${grouped(quote.recipients)} recipients can be sent to`);
    this.#screen.line('', `${byCount(quote.byType)}: ${grouped(quote.credits)} of ${grouped(quote.available)} credits`);
    this.#screen.line('left out', byCount(quote.excluded));
    return quote;
  }

  /** Waits until at most so many are on their way. */
  async reported({ sendable }: Quote, open: number): Promise<Dispatch> {
    return this.until(
      ({ progress }) => progress.submitted <= open,
      (dispatch) => this.#showReports(dispatch, sendable),
    );
  }

  /** Moves the clock to where even a phone that never answers has its end. */
  async settled({ sendable }: Quote, control: Control): Promise<void> {
    this.#screen.line('clock', 'moved on 73 hours: one phone never answers, and counts as unknown after 72');
    await control.moveClock('PT73H');
    await this.until(
      ({ settledAt }) => settledAt !== null,
      (dispatch) => this.#showReports(dispatch, sendable),
    );
    this.#screen.endBar();
  }

  #showReports({ progress: { delivered, failed, unknown } }: Dispatch, sendable: number): void {
    const done = delivered + failed + unknown;
    const note = `${grouped(delivered)} delivered, ${grouped(failed)} failed, ${grouped(sendable - done)} open`;
    this.#screen.bar('reports', done, sendable, note);
  }
}
