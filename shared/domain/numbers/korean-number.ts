/**
 * Korea's numbering plan, as far as a sender of text messages needs it. `national` is digits with the leading zero
 * (`01012345678`), representative numbers without any (`15441234`).
 */
export type KoreanKind =
  /** 010, eleven digits, the fourth 2–9. */
  | 'mobile'
  /** 011, 016–019: few are left, ten or eleven digits. */
  | 'legacy_mobile'
  /** 050X: personal and safe numbers that forward to a phone. */
  | 'personal'
  /** 070. */
  | 'internet'
  /** 080: the caller does not pay. */
  | 'toll_free'
  /** 060: the caller pays extra. */
  | 'premium'
  /** 030X: fax and voice boxes. */
  | 'mailbox'
  /** 02, 031–064 with area code. */
  | 'fixed'
  /** 15YY, 16YY, 18YY: eight digits, never an area code. */
  | 'representative';

const rules: readonly (readonly [KoreanKind, RegExp])[] = [
  ['mobile', /^010[2-9]\d{7}$/],
  ['legacy_mobile', /^01[16789][1-9]\d{6,7}$/],
  ['personal', /^050\d{8,9}$/],
  ['internet', /^070[2-9]\d{7}$/],
  ['toll_free', /^080\d{7,8}$/],
  ['premium', /^060\d{7,8}$/],
  ['mailbox', /^030\d{7,9}$/],
  // An area code before a representative number (02-1544-…) is nobody's number.
  ['fixed', /^(?:02|03[1-3]|04[1-4]|05[1-5]|06[1-4])(?!1[568]\d{6}$)[1-9]\d{6,7}$/],
  ['representative', /^1[568]\d{6}$/],
];

/** Which kind of Korean number these national digits are; null if no number of the plan looks like this. */
export function koreanKind(national: string): KoreanKind | null {
  for (const [kind, pattern] of rules) if (pattern.test(national)) return kind;
  return null;
}

/**
 * Whether a text can arrive there at all. 050X and 070 work only with some subscribers, so they are let through and
 * the carrier decides. Fixed lines, representative, 080, 060 and 030 numbers cannot receive: carriers would take the
 * money's hold, then refuse, so the row is invalid from the start.
 */
export const canReceive = (kind: KoreanKind): boolean =>
  kind === 'mobile' || kind === 'legacy_mobile' || kind === 'personal' || kind === 'internet';
