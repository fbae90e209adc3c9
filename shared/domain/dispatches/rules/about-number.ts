import type { SkipReason } from '../../../contracts/codes.ts';

/** A rule about the number alone (its E.164 digits as a number), asked before the text is looked at. */
export type ExcludeNumber = (number: number) => SkipReason | null;

/** Why the row of a list is left out for its number: its country first, then what its owner allowed. Null: it is not. */
export function reasonOfNumber(isKorean: boolean, number: number, exclude: ExcludeNumber | null): SkipReason | null {
  if (!isKorean) return 'foreign_number';
  return exclude === null ? null : exclude(number);
}
