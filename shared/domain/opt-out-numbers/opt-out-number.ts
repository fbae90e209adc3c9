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
  /** Since when the number is this subscription's; null without one. */
  readonly numberedAtMs: number | null;
  readonly requestedAtMs: number;
  /** The day in Korea on which the carrier is to open it, `2026-11-27`. */
  readonly expectedOpeningOn: string | null;
  readonly openedAtMs: number | null;
  readonly canceledAtMs: number | null;
}

/** From which states each move may start. Scheduling again names another day, or another number. */
export const optOutNumberMoves = {
  schedule: ['requested', 'scheduled'],
  open: ['requested', 'scheduled'],
  cancel: ['requested', 'scheduled', 'registered'],
} as const satisfies Readonly<Record<string, readonly OptOutNumberState[]>>;
export type OptOutNumberMove = keyof typeof optOutNumberMoves;

export const mayMove = ({ state }: OptOutNumber, move: OptOutNumberMove): boolean =>
  (optOutNumberMoves[move] as readonly OptOutNumberState[]).includes(state);

/** As many of a tenant are not canceled at a time. */
export const optOutNumbersMax = 10;

/** The carrier opens a number three or four business days after it was asked for. */
export const openingBusinessDays = 4;

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

/** Whether the carrier has, or will have, a number for the tenant: then the tenant must stay. */
export const isInUse = ({ state }: OptOutNumber): boolean => state === 'scheduled' || state === 'registered';

/** What is open, the one that opened first at the head. */
export const openNumbersOf = ({ numbers }: Pick<OptOutShelf, 'numbers'>): readonly OpenOptOutNumber[] =>
  numbers
    .filter(({ state }) => state === 'registered')
    .toSorted((a, b) => (a.openedAtMs ?? 0) - (b.openedAtMs ?? 0))
    .flatMap(({ number, businessName }) => (number === null ? [] : [{ number, businessName }]));
