import { canReceive, type KoreanKind, koreanKind } from './korean-number.ts';
import { mobileNumberOf, mobileNumberOfText } from './mobile-fast-path.ts';
import { isNumberAbroad } from './number-abroad.ts';

/** What a piece of text is as a phone number. `e164` has the plus. */
export type PhoneNumber =
  | { readonly kind: KoreanKind; readonly e164: string }
  | { readonly kind: 'foreign'; readonly e164: string }
  | { readonly kind: 'invalid' };

/** A number a message may be addressed to, or why it is none. */
export type RecipientNumber =
  | { readonly ok: true; readonly e164: string; readonly foreign: boolean }
  | { readonly ok: false; readonly code: 'missing_number' | 'invalid_number' };

const givenCharactersMax = 64; // longer than any way to write a number; keeps the patterns below from long texts
const invisible = /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g; // phones' contact apps copy direction marks along
const punctuation = /[\s().·\-\u2010-\u2015\u2212]/g;
const spreadsheetText = /^="([^"]*)"$/; // ="010…" is how people force text in a csv
const spreadsheetFloat = /^(\d{9,15})\.0$/; // a number column that went through a data frame

/**
 * Reads a number in any usual form: E.164, `010-1234-5678`, `821012345678`, `+82 010…`, `0082…`, full-width digits,
 * and with the leading zero eaten by a spreadsheet. Foreign numbers need `+` or `00`: bare digits that are not Korean
 * are more often a mistake than a number abroad.
 */
export function readNumber(given: string): PhoneNumber {
  const fast = mobileNumberOfText(given);
  if (fast !== 0) return { kind: 'mobile', e164: `+${fast}` };
  const written = plain(given);
  if (!/^\+?\d{3,20}$/.test(written)) return { kind: 'invalid' };

  const international = written.startsWith('+') ? written.slice(1) : written.startsWith('00') ? written.slice(2) : null;
  if (international !== null)
    return international.startsWith('82') ? korean(international.slice(2)) : abroad(international);
  const asWritten = koreanKind(written);
  if (asWritten !== null) return { kind: asWritten, e164: e164Of(written) };
  // 82 is also how no Korean number begins, so it can only be the country code.
  if (written.startsWith('82')) return korean(written.slice(2));
  return written.startsWith('0') ? { kind: 'invalid' } : korean(written);
}

/** Reads a number that shall receive a message. */
export function readRecipient(given: string): RecipientNumber {
  const number = readNumber(given);
  if (number.kind === 'foreign') return { ok: true, e164: number.e164, foreign: true };
  if (number.kind !== 'invalid' && canReceive(number.kind)) return { ok: true, e164: number.e164, foreign: false };
  return { ok: false, code: plain(given) === '' ? 'missing_number' : 'invalid_number' };
}

/**
 * The same for a cell still in bytes: E.164 digits as a number (at most 15, so exact), or 0 if it cannot receive.
 * Nearly every cell is a 010 number and never becomes a string.
 */
export function recipientNumberOf(bytes: Buffer, start: number, end: number): number {
  const fast = mobileNumberOf(bytes, start, end);
  if (fast !== 0) return fast;
  if (end - start > givenCharactersMax * 3) return 0;
  const read = readRecipient(bytes.toString('utf8', start, end));
  return read.ok ? Number(read.e164.slice(1)) : 0;
}

/** `+821012345678` → `01012345678`, for carriers and people in Korea; throws on a number abroad. */
export function toNational(e164: string): string {
  if (!isKorean(e164)) throw new Error('Only Korean numbers have a national form here');
  const digits = e164.slice(3);
  return /^1[568]\d{6}$/.test(digits) ? digits : `0${digits}`;
}

/** The E.164 form of any usual form, or null if it is no number. */
export function toE164(given: string): string | null {
  const number = readNumber(given);
  return number.kind === 'invalid' ? null : number.e164;
}

export const isKorean = (e164: string): boolean => e164.startsWith('+82');

function plain(given: string): string {
  if (given.length > givenCharactersMax) return given;
  let text = given.normalize('NFKC').replace(invisible, '').trim();
  text = spreadsheetText.exec(text)?.[1] ?? spreadsheetFloat.exec(text)?.[1] ?? text;
  if (text.startsWith("'")) text = text.slice(1); // how spreadsheets and our own error report mark text
  return text.replace(punctuation, '');
}

/** Digits behind the country code, or bare digits whose zero may be missing. */
function korean(digits: string): PhoneNumber {
  const national = digits.startsWith('0') ? digits : `0${digits}`;
  const kind = koreanKind(national) ?? koreanKind(digits);
  return kind === null ? { kind: 'invalid' } : { kind, e164: e164Of(kind === 'representative' ? digits : national) };
}

const e164Of = (national: string) => `+82${national.startsWith('0') ? national.slice(1) : national}`;

const abroad = (digits: string): PhoneNumber =>
  isNumberAbroad(digits) ? { kind: 'foreign', e164: `+${digits}` } : { kind: 'invalid' };
