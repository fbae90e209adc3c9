import { toE164 } from '../numbers/phone-number.ts';

/**
 * E.164 digits of a number in any usual form, or how they begin if it is only the beginning of one; null if no number
 * begins so. Numbers abroad need `+` or `00`.
 */
export function numberBegin(given: string): string | null {
  const whole = toE164(given);
  if (whole !== null) return whole.slice(1);
  const written = given.normalize('NFKC').replace(/[\s().-]/g, '');
  if (!/^\+?\d{3,15}$/.test(written)) return null;
  if (written.startsWith('+')) return written.slice(1);
  if (written.startsWith('00')) return written.slice(2);
  if (written.startsWith('82')) return written;
  return `82${written.replace(/^0/, '')}`;
}
