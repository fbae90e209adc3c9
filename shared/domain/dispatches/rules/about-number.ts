import type { SkipReason } from '../../../contracts/codes.ts';

/** A rule about the number alone (its E.164 digits as a number), asked before the text is looked at. */
export type ExcludeNumber = (number: number) => SkipReason | null;

/** Why the row of a list is left out for its number: its country first, then what its owner allowed. Null: it is not. */
export function reasonOfNumber(isKorean: boolean, number: number, exclude: ExcludeNumber | null): SkipReason | null {
  if (!isKorean) return 'foreign_number';
  return exclude === null ? null : exclude(number);
}

/** Whether whoever has the number was deleted since the recipients were listed. */
export type IsErased = (number: number) => boolean;

/** Whether the row of a list is a deleted person's: it was blanked already (0), or is to be. */
export const isErasedNumber = (number: number, isErased: IsErased | null): boolean =>
  number === 0 || isErased?.(number) === true;
