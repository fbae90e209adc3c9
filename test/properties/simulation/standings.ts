import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Rules } from './rules.ts';

/** How a person stands to one owner, as plain as it can be said. */
export interface Standing {
  readonly optedOut: boolean;
  readonly marketing: boolean | null;
  readonly night: boolean | null;
}

const saidNothing: Standing = { optedOut: false, marketing: null, night: null };

export const mayGetAdverts = ({ optedOut, marketing }: Standing, { unknownConsent }: Rules): boolean =>
  !optedOut && (marketing === null ? unknownConsent === 'warn' : marketing);

/** Who allowed the night and later refused all advertising does not get any at night either. */
export const allowsTheNight = ({ optedOut, marketing, night }: Standing): boolean =>
  !optedOut && marketing === true && night === true;

/**
 * What everybody said and in which order it came to be kept, apart from the store. Things in the same millisecond have an
 * order, too: that of moments, which are counted.
 */
export class Standings {
  readonly #said = new Map<string, { readonly moment: number; readonly standing: Standing }[]>();
  #moment = 0;

  get moment(): number {
    return this.#moment;
  }

  /** Something has happened: what follows comes after it. */
  goOn(): number {
    return ++this.#moment;
  }

  /** What is not said anew stays as it was. */
  hear(owner: OwnerId, digits: string, said: { readonly [K in keyof Standing]?: Standing[K] | undefined }): void {
    const standing = { ...this.now(owner, digits) };
    if (said.optedOut !== undefined) standing.optedOut = said.optedOut;
    if (said.marketing !== undefined) standing.marketing = said.marketing;
    if (said.night !== undefined) standing.night = said.night;
    const key = `${owner} ${digits}`;
    this.#said.set(key, [...(this.#said.get(key) ?? []), { moment: this.goOn(), standing }]);
  }

  now(owner: OwnerId, digits: string): Standing {
    return this.#said.get(`${owner} ${digits}`)?.at(-1)?.standing ?? saidNothing;
  }

  /** Whether it was so at any moment from then until now. */
  ever(owner: OwnerId, digits: string, sinceMoment: number, was: (standing: Standing) => boolean): boolean {
    const said = this.#said.get(`${owner} ${digits}`) ?? [];
    const before = said.findLast(({ moment }) => moment <= sinceMoment)?.standing ?? saidNothing;
    return was(before) || said.some(({ moment, standing }) => moment > sinceMoment && was(standing));
  }
}
