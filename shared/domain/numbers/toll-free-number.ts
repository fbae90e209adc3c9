import { readNumber, toNational } from './phone-number.ts';

/**
 * The national digits of an 080 number in any usual form (`080-123-4567`, `080-1234-5678`, `+82 80 123 4567`), or null if
 * it is none. Behind 080 come seven or eight digits: libraries that know only ten-digit ones are wrong.
 */
export function tollFreeNumberOf(given: string): string | null {
  const number = readNumber(given);
  return number.kind === 'toll_free' ? toNational(number.e164) : null;
}

/** The same for a number that people will be told to call: nothing is guessed, not even a zero that is missing. */
export const writtenTollFreeNumberOf = (given: string): string | null =>
  /^\D*80/.test(given) ? null : tollFreeNumberOf(given);
