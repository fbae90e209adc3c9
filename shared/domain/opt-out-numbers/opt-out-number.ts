import type { OptOutNumberId } from '../../contracts/ids.ts';

export const optOutNumberStates = ['requested', 'scheduled', 'registered', 'canceled'] as const;
export type OptOutNumberState = (typeof optOutNumberStates)[number];

/** A tenant's subscription to an 080 number, at which people refuse its advertising without paying for the call. */
export interface OptOutNumber {
  readonly id: OptOutNumberId;
  /** Whom callers hear that they refuse. */
  readonly businessName: string;
  readonly state: OptOutNumberState;
  /** National digits; null until the carrier has given one. A canceled subscription keeps what it had, to be shown. */
  readonly number: string | null;
  readonly requestedAtMs: number;
  /** The day in Korea on which the carrier is to open it, `2026-11-27`. */
  readonly expectedOpeningOn: string | null;
  readonly openedAtMs: number | null;
  readonly canceledAtMs: number | null;
}

/** Those of a tenant that are not canceled, changed under one version. 0: there never was one. */
export interface OptOutShelf {
  readonly version: number;
  readonly numbers: readonly OptOutNumber[];
}

/** An open number as advertising names it. */
export interface OpenOptOutNumber {
  /** National digits: `0801234567`. */
  readonly number: string;
  readonly businessName: string;
}

/** What is open, the one that opened first at the head. */
export const openNumbersOf = ({ numbers }: Pick<OptOutShelf, 'numbers'>): readonly OpenOptOutNumber[] =>
  numbers
    .filter(({ state }) => state === 'registered')
    .toSorted((a, b) => (a.openedAtMs ?? 0) - (b.openedAtMs ?? 0))
    .flatMap(({ number, businessName }) => (number === null ? [] : [{ number, businessName }]));
