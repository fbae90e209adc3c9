import type { OwnerId } from '../../contracts/ids.ts';
import type { IsErased } from '../dispatches/rules/about-number.ts';
import { changeAll } from '../imports/row-work.ts';
import type { Erasure } from './erasure.ts';
import type { ErasureStore } from './ports.ts';

/** One pass over what there is of an owner, for all people at once who were deleted a while before it began. */
export class Pass {
  readonly owner: OwnerId;
  /** In order of number. */
  readonly erasures: readonly Erasure[];
  readonly #store: Pick<ErasureStore, 'noteFound'>;
  readonly #number: number;
  readonly #byNumber: ReadonlyMap<number, Erasure>;
  readonly #noted = new Set<Erasure>();
  readonly #latestMs: number;

  /** @param number of the pass, from 1 */
  constructor(store: Pick<ErasureStore, 'noteFound'>, owner: OwnerId, number: number, erasures: readonly Erasure[]) {
    this.owner = owner;
    this.erasures = erasures;
    this.#store = store;
    this.#number = number;
    this.#byNumber = new Map(erasures.map((erasure) => [Number(erasure.digits), erasure]));
    this.#latestMs = erasures.reduce((latest, { atMs }) => Math.max(latest, atMs), Number.NEGATIVE_INFINITY);
    for (const erasure of erasures) if (erasure.foundIn === number) this.#noted.add(erasure);
  }

  /** Nothing that was listed later has to be looked at. */
  get latestMs(): number {
    return this.#latestMs;
  }

  /** Who was deleted after something with their number was listed; null: nobody. */
  since(listedAtMs: number): IsErased | null {
    if (listedAtMs > this.#latestMs) return null;
    return (number) => (this.#byNumber.get(number)?.atMs ?? -1) >= listedAtMs;
  }

  /**
   * Notes, before it is changed, that there is something of these people: their erasures end with a pass that finds
   * nothing, so that none ends because a crash came between a change and its note.
   */
  async found(numbers: Iterable<number>): Promise<void> {
    const known = [...numbers].flatMap((number) => this.#byNumber.get(number) ?? []);
    const news = known.filter((erasure) => !this.#noted.has(erasure));
    await changeAll(news, async (erasure) => {
      await this.#store.noteFound(this.owner, erasure, this.#number);
      this.#noted.add(erasure);
    });
  }

  /** Something of any of them may come out yet of what was listed then. */
  async mayComeOut(listedAtMs: number): Promise<void> {
    const isErased = this.since(listedAtMs);
    if (isErased) await this.found([...this.#byNumber.keys()].filter(isErased));
  }
}
