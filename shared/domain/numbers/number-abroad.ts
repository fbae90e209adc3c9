import { codesBeforeZero, digitsAfterCode } from './abroad-table.ts';

const lengths = new Map(digitsAfterCode.flatMap(([codes, digits]) => codes.map((code) => [String(code), digits])));
const zeroBelongs = new Set(codesBeforeZero.map(String));

/**
 * Whether these digits, calling code first, could be a mobile number outside Korea: the code exists and the right
 * number of digits follows it. That is all there is to know, as long as the only thing that happens to a number abroad
 * is that its row is left out for being one.
 */
export function isNumberAbroad(digits: string): boolean {
  // No calling code is the beginning of another, so at most one of these is there.
  const code = [1, 2, 3].map((length) => digits.slice(0, length)).find((start) => lengths.has(start));
  if (code === undefined) return false;
  const national = digits.slice(code.length);
  return lengths.get(code)!.includes(national.length) && (!national.startsWith('0') || zeroBelongs.has(code));
}
