/**
 * Whether bytes hold a Korean mobile number in any form: digits with or without country code, separated or not, inside an
 * index of numbers, or inside a longer text. `digits`: E.164.
 */
export function holds(bytes: Uint8Array, digits: string): boolean {
  const number = Buffer.alloc(8);
  number.writeDoubleLE(Number(digits));
  if (Buffer.from(bytes).includes(number)) return true;
  const national = digits.slice(2);
  return Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[\s().-]/g, '')
    .includes(national);
}
