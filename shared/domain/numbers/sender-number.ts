import { koreanKind } from './korean-number.ts';

/** Why a number cannot be anybody's sender number. */
export const senderNumberRefusals = [
  'not_digits',
  'foreign',
  'country_code',
  'length',
  'all_zero',
  'area_code_missing',
  'area_code_before_representative',
  'area_code_before_network_number',
  'extension',
  'leading_zero_missing',
  'unassigned',
  'reserved',
  'unknown_format',
] as const;
export type SenderNumberRefusal = (typeof senderNumberRefusals)[number];

export type SenderNumber =
  | { readonly ok: true; readonly number: string }
  | { readonly ok: false; readonly reason: SenderNumberRefusal; readonly message: string };

const messages: Record<SenderNumberRefusal, string> = {
  not_digits: 'A sender number has digits and hyphens only.',
  foreign: 'A sender number must be Korean.',
  country_code: 'Write the sender number as it is dialled in Korea, without +82.',
  length: 'A sender number has 8 to 11 digits (030 numbers up to 12).',
  all_zero: 'A sender number cannot be all zeros.',
  area_code_missing: 'A fixed-line number needs its area code.',
  area_code_before_representative: 'A representative number (15YY, 16YY, 18YY) has no area code.',
  area_code_before_network_number: 'A 030, 050, 060, 070 or 080 number has no area code.',
  extension: 'A representative number (15YY, 16YY, 18YY) has eight digits, without an extension.',
  leading_zero_missing: 'The zero at the beginning is missing.',
  unassigned: 'Numbers of this range are not assigned to anybody.',
  reserved: 'Special numbers like 112 may be used by their owners only.',
  unknown_format: 'This is not a number of the Korean numbering plan.',
};

const areaCodeBefore = (rest: string) => new RegExp(`^0(?:2|[3-6][1-5])${rest}$`);

const refused = (reason: SenderNumberRefusal): SenderNumber => ({ ok: false, reason, message: messages[reason] });

/**
 * Checks the form of an originating number and gives it in national digits. The law asks for a number that people
 * can call back, so unlike for recipients nothing is guessed: what is missing is asked for. Legacy 011–019 numbers
 * are accepted in form; whether one still belongs to somebody is for the approval to find out.
 */
export function readSenderNumber(given: string): SenderNumber {
  const text = given.trim();
  if (/^(?:\+|00)\s*82/.test(text)) return refused('country_code');
  if (/^\+|^00[1-9]/.test(text)) return refused('foreign');
  if (!/^[\d\s()-]+$/.test(text)) return refused('not_digits');
  const digits = text.replace(/\D/g, '');
  if (/^0+$/.test(digits)) return refused('all_zero');
  if (/^1\d{2,3}$/.test(digits) || areaCodeBefore('1\\d{2,3}').test(digits)) return refused('reserved');
  // No number of the plan begins like this, and none without its area code is as long
  if (/^82\d{7,}$/.test(digits)) return refused('country_code');
  if (/^[2-9]\d{6,7}$/.test(digits)) return refused('area_code_missing');
  if (areaCodeBefore('1[568]\\d{6}').test(digits)) return refused('area_code_before_representative');
  if (areaCodeBefore('0[35678]0\\d{7,9}').test(digits)) return refused('area_code_before_network_number');
  if (/^1[568]\d{7,}$/.test(digits)) return refused('extension');
  if (/^10[2-9]\d{7}$/.test(digits)) return refused('leading_zero_missing');
  if (digits.length < 8 || digits.length > (digits.startsWith('030') ? 12 : 11)) return refused('length');
  if (/^0[17]0[01]/.test(digits)) return refused('unassigned');
  return koreanKind(digits) === null ? refused('unknown_format') : { ok: true, number: digits };
}
