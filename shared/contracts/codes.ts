/**
 * Every code a customer may meet about a row or a message, with the number that result pages store for it.
 * Numbers are for good: a code may be added, never renumbered, because pages on disk hold the numbers.
 */

/** Why a recipient was left out before anything went to a carrier. */
export const skipReasons = {
  invalid_number: 1,
  duplicate_number: 2,
  missing_number: 3,
  foreign_number: 4,
  opted_out: 5,
  consent_denied: 6,
  insufficient_credits: 7,
  night_window: 8,
  sender_not_approved: 9,
  missing_variable: 10,
  too_long: 11,
  unsendable_character: 12,
  duplicate_content: 13,
  fatigue: 14,
  missing_value: 15,
  too_many_cells: 16,
  opt_out_number_not_open: 17,
  erased: 18,
} as const;
export type SkipReason = keyof typeof skipReasons;

/** Why a message that was offered to a carrier did not reach the phone. */
export const failureCodes = {
  invalid_number: 1001,
  no_subscriber: 1002,
  suspended: 1003,
  power_off: 1004,
  out_of_coverage: 1005,
  device_full: 1006,
  device_busy: 1007,
  device_unsupported: 1008,
  timeout: 1009,
  network: 1010,
  rejected_by_user: 1011,
  spam_blocked: 1012,
  opted_out: 1013,
  sender_invalid: 1014,
  sender_blocked: 1015,
  content: 1016,
  duplicate: 1017,
  ad_restricted: 1018,
  quota: 1019,
  template_mismatch: 1020,
  not_kakao_user: 1021,
  unknown: 1022,
  unresolved: 1023,
} as const;
export type FailureCode = keyof typeof failureCodes;

/** What is wrong with one row of a file. Each is also a skip reason: the row still counts as accepted. */
export const rowCodes = [
  'missing_number',
  'invalid_number',
  'duplicate_number',
  'missing_value',
  'too_many_cells',
] as const;
export type RowCode = (typeof rowCodes)[number];

/** Why a row of an import is refused, though its number is good. */
export const importRowCodes = [
  'invalid_value',
  'night_without_marketing',
  'invalid_time',
  'in_the_future',
  'too_long',
] as const;
export type ImportRowCode = (typeof importRowCodes)[number];

/** What is wrong with a whole file. */
export const fileCodes = [
  'phone_column_missing',
  'phone_column_not_first',
  'empty_header',
  'duplicate_header',
  'not_utf8',
  'empty_file',
  'too_large',
  'too_many_rows',
  'unreadable_file',
  'unsupported_format',
  'required_column_missing',
  'not_jpeg',
  'image_too_large',
  'image_too_many_pixels',
  'unreadable_image',
  'unsafe_file',
  'identity_not_verified',
] as const;
export type FileCode = (typeof fileCodes)[number];

const byNumber = new Map<number, SkipReason | FailureCode>();
for (const [code, number] of [...Object.entries(skipReasons), ...Object.entries(failureCodes)]) {
  byNumber.set(number, code as SkipReason | FailureCode);
}

/** The code a stored number stands for; throws on a number no version ever wrote. */
export function codeOfNumber(number: number): SkipReason | FailureCode {
  const code = byNumber.get(number);
  if (code === undefined) throw new Error(`No code has the number ${number}: the page was not written by this service`);
  return code;
}
