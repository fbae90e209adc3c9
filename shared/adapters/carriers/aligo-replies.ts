import * as z from 'zod';
import type { SubmitOutcome } from '../../domain/carriers/carrier.ts';
import { causeOf } from './aligo-states.ts';
import type { FormPostOutcome } from './form-post.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** Aligo writes the same number as `1` or `"1"`. */
const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\s*[+-]?\d{1,15}\s*$/)
    .transform(Number),
]);
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => value ?? '');

const submitReply = z.object({
  result_code: wholeNumber,
  message: text,
  msg_id: text,
  success_cnt: wholeNumber.optional(),
  error_cnt: wholeNumber.optional(),
});
const listReply = z.object({ result_code: wholeNumber, next_yn: text });

export const listedCall = z.object({
  mid: text,
  type: text,
  sender: text,
  sms_count: wholeNumber,
  reg_date: text,
});
export const listedMessage = z.object({ receiver: text, sms_state: text, send_date: text });

/** −101: who we are; −201: what we can pay. The account's trouble, nobody's message fails for it. */
const accountCodes = new Set([-101, -201]);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined; // no shape accepts it
  }
}

/** What a submit of `count` messages came to. Only what is proven is said; everything else is unclear. */
export function submitOutcome(post: FormPostOutcome, count: number, nowMs: number): SubmitOutcome {
  if (post.kind === 'nothing_sent')
    return { kind: 'not_accepted', reason: 'connection_refused', retryAfterSeconds: null };
  if (post.kind === 'lost') return { kind: 'unclear', reason: post.reason };
  const retryAfter = retryAfterSeconds(post.retryAfter, nowMs);
  if (post.status === 429) return { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: retryAfter };
  if (!post.bodySent && post.status >= 300) {
    return { kind: 'not_accepted', reason: 'unavailable', retryAfterSeconds: retryAfter };
  }
  if (post.status >= 500) return { kind: 'unclear', reason: 'server_error' };
  const unreadable: SubmitOutcome = { kind: 'unclear', reason: 'unreadable_reply' };
  const parsed = submitReply.safeParse(parseJson(post.body));
  if (post.status !== 200 || !post.bodySent || !parsed.success) return unreadable;
  const { result_code: code, message, msg_id, success_cnt, error_cnt } = parsed.data;
  const named = msg_id !== '' && msg_id !== '0';
  if (code < 0 && !named) {
    if (accountCodes.has(code)) return { kind: 'account_error', carrierCode: String(code) };
    return { kind: 'refused', code: refusalCause(message, count), carrierCode: String(code) };
  }
  const counted = success_cnt !== undefined && error_cnt !== undefined;
  const contradictory = counted && (success_cnt < 0 || error_cnt < 0 || success_cnt + error_cnt !== count);
  return code === 1 && named && !contradictory ? { kind: 'accepted', carrierId: msg_id } : unreadable;
}

/** Aligo's negative codes are not published, its messages name the cause. Of many numbers it does not say which is bad. */
function refusalCause(message: string, count: number) {
  const cause = causeOf(message);
  return cause === 'invalid_number' && count > 1 ? 'unknown' : cause;
}

export interface ListPage<T> {
  readonly rows: readonly T[];
  readonly hasNext: boolean;
}

/** One page of a list, or in a word why the reply is none. */
export function listPage<T>(post: FormPostOutcome, row: z.ZodType<T>): ListPage<T> | string {
  if (post.kind !== 'replied') return post.kind === 'lost' ? post.reason : 'no connection';
  if (post.status !== 200) return `HTTP ${post.status}`;
  const reply = parseJson(post.body);
  const answered = listReply.safeParse(reply);
  if (!answered.success) return 'unreadable reply';
  const { result_code: code, next_yn } = answered.data;
  if (code !== 1) return `result ${code}`;
  const parsed = z.object({ list: z.array(row) }).safeParse(reply);
  return parsed.success ? { rows: parsed.data.list, hasNext: next_yn === 'Y' } : 'unreadable list';
}
