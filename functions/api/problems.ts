/**
 * Every problem the API answers with: status and title by code. The one table that maps domain outcomes to HTTP; it is
 * published in the OpenAPI document and at `/docs/problems`. Codes are for good.
 */
export const problems = {
  invalid_request: [400, 'The request is malformed'],
  malformed_json: [400, 'The body is not JSON'],
  invalid_cursor: [400, 'The cursor is not one of ours'],
  idempotency_key_missing: [400, 'This request needs an Idempotency-Key header'],
  invalid_idempotency_key: [400, 'The Idempotency-Key is not usable'],
  unauthorized: [401, 'No valid API key'],
  invalid_signature: [401, 'The signature does not hold'],
  insufficient_credits: [402, 'Not enough credits'],
  tenant_suspended: [403, 'The account is suspended'],
  tenant_closed: [403, 'The account is closed'],
  identity_not_verified: [403, 'The identity of the account is not verified'],
  live_key_required: [403, 'A test key may not do this'],
  scope_missing: [403, 'The operator’s key may not do this'],
  not_found: [404, 'There is no such thing'],
  method_not_allowed: [405, 'The method does not exist here'],
  wrong_state: [409, 'The state does not allow this'],
  representative_missing: [409, 'Nobody is on record as having signed up'],
  conflict: [409, 'Another request got in between'],
  quote_changed: [409, 'Sending would cost more than allowed'],
  external_id_taken: [409, 'The externalId was used before'],
  contact_exists: [409, 'A contact has the number'],
  upload_in_use: [409, 'Something uses the upload'],
  sender_number_taken: [409, 'Another account has the sender number'],
  opt_out_number_taken: [409, 'The opt-out number is taken'],
  opt_out_number_in_use: [409, 'An opt-out number is scheduled or open'],
  credits_held: [409, 'Credits are held'],
  own_key: [409, 'A key cannot revoke itself'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be application/json'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for another request'],
  unprocessable: [422, 'Understood, but refused'],
  invalid_schedule: [422, 'It cannot be sent then'],
  sender_not_approved: [422, 'The sender number is not approved'],
  opt_out_number_not_open: [422, 'The 080 number is not open'],
  advertisement_part_missing: [422, 'The text lacks what an advertisement must say'],
  night_window: [422, 'Nobody may be sent advertising then'],
  invalid_sender_number: [422, 'Not a usable sender number'],
  document_missing: [422, 'A document is missing'],
  document_outdated: [422, 'A document is too old'],
  phone_check_not_confirmed: [422, 'The phone check does not confirm the number'],
  checks_missing: [422, 'Not everything was confirmed'],
  invalid_opt_out_number: [422, 'Not a usable opt-out number'],
  invalid_number: [422, 'Not a usable phone number'],
  nothing_due: [422, 'Nobody has to be told anything'],
  wrong_code: [422, 'The code is wrong'],
  identity_mismatch: [422, 'Name or number are not those that are known'],
  agreement_outdated: [422, 'Another text has to be agreed to'],
  invalid_documents: [422, 'These are not the documents that are needed'],
  invalid_consent: [422, 'No consent can be like this'],
  invalid_template: [422, 'The text is not usable'],
  missing_variable: [422, 'A variable has no value'],
  event_variable_not_allowed: [422, 'Only an event could fill in this variable'],
  too_long: [422, 'The text is too long'],
  unsendable_character: [422, 'The text has characters that phones cannot receive'],
  upload_rejected: [422, 'The upload was rejected'],
  upload_expired: [422, 'The upload has expired'],
  columns_missing: [422, 'The file lacks columns'],
  columns_unusable: [422, 'The file has columns that nothing can be made of'],
  too_many_attributes: [422, 'A contact’s attributes are too many, or too long together'],
  balance_too_low: [422, 'The balance would become negative'],
  too_many_keys: [422, 'The account has as many API keys as it may'],
  too_many_opt_out_numbers: [422, 'The account has as many opt-out numbers as it may'],
  rate_limited: [429, 'Too many requests'],
  internal_error: [500, 'Something broke on our side'],
  temporarily_unavailable: [503, 'Busy; please try again'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** What is wrong with one field, header or parameter. */
export const fieldCodes = [
  'missing',
  'unknown_field',
  'wrong_type',
  'invalid_value',
  'invalid_format',
  'too_small',
  'too_big',
  'too_deep',
  'not_unicode',
  'in_the_past',
  'in_the_future',
  'skipped_time',
  'no_effect',
] as const;
export type FieldCode = (typeof fieldCodes)[number];

/** One of the things that are wrong. `pointer` is a JSON pointer into `in`: `/recipients/list/3/to`. */
export interface FieldError {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly code: FieldCode;
  readonly detail: string;
}

/** A refusal on its way out; the door adds type, title, status and request id. */
export interface Problem {
  readonly problem: ProblemCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** Further members of the document: `required` and `available` of insufficient_credits. */
  readonly members: Readonly<Record<string, string | number>>;
  readonly retryAfterSeconds: number | null;
}

/** `detail` says what happened to this request, in words for the customer; no phone number, no text of a message. */
export function problem(
  code: ProblemCode,
  detail: string,
  more: Partial<Pick<Problem, 'errors' | 'members' | 'retryAfterSeconds'>> = {},
): Problem {
  return { problem: code, detail, errors: [], members: {}, retryAfterSeconds: null, ...more };
}

/** How absent things are answered, and those of other tenants: in the very same words. */
export const notFound: Problem = problem('not_found', 'Nothing of yours has this address.');

/** Many others changed the same thing at the same time. */
export const busy: Problem = problem('conflict', 'Others were changing the same thing; please try again.', {
  retryAfterSeconds: 1,
});

/** A refusal for one field of the body. */
export const fieldProblem = (code: ProblemCode, pointer: string, fieldCode: FieldCode, detail: string): Problem =>
  problem(code, detail, { errors: [{ in: 'body', pointer, code: fieldCode, detail }] });
