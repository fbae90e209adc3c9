import type { FailureCode } from '../../contracts/codes.ts';

export type AligoState =
  | { readonly status: 'pending' }
  | { readonly status: 'delivered' }
  | { readonly status: 'failed'; readonly code: FailureCode };

/** Words that say "not yet", even beside the name of a trouble: a text being checked for spam is not spam. */
const pending = /대기|접수|예약(?!취소)|(전송|발송|처리|진행|검사|심사|확인|수신)중/;

/** The vendor knows nothing beyond these, so its "sending done" is as close to "delivered" as it gets. */
const delivered = /^(정상)?(발송|전송|수신|전달)?(완료|성공|정상)(\(.*\))?$/;

/** Causes, the more telling ones first: the first that a text names is its code. */
const causes: readonly (readonly [RegExp, FailureCode])[] = [
  [/발신번호.*(차단|도용|변작)/, 'sender_blocked'],
  [/발신번호/, 'sender_invalid'],
  [/전원|power/i, 'power_off'],
  [/음영/, 'out_of_coverage'],
  [/결번|없는번호|미가입|가입자없|비가입|해지/, 'no_subscriber'],
  [/스팸/, 'spam_blocked'],
  [/080|수신거부번호/, 'opted_out'],
  [/(수신|착신)거부|수신자거부/, 'rejected_by_user'],
  [/정지/, 'suspended'],
  [/(수신|착신|휴대폰|전화)?번호(형식)?(오류|에러|불량|이상)|잘못된.*번호|수신번호|번호.*올바르지/, 'invalid_number'],
  [/메모리|저장공간|용량|메시지함|full/i, 'device_full'],
  [/통화중|busy/i, 'device_busy'],
  [/미지원|지원하지|지원불가/, 'device_unsupported'],
  [/시간초과|타임아웃|기간만료|유효시간|timeout/i, 'timeout'],
  [/중복/, 'duplicate'],
  [/통신|네트워크|이통사|라우팅|망(오류|장애)|network/i, 'network'],
];
const failed = /실패|오류|에러|거절|거부|불가|차단|취소|fail|error/i;

/** What a refusal or a failure names as its cause; `unknown` if it names none of those we know. */
export function causeOf(text: string): FailureCode {
  const squeezed = text.replace(/\s/g, '');
  return causes.find(([pattern]) => pattern.test(squeezed))?.[1] ?? 'unknown';
}

/**
 * Reads the free Korean text of `sms_state`. The vendor publishes no list, so the reading is tolerant, and what it does
 * not understand stays pending: a message is never called failed or delivered on a guess.
 */
export function readAligoState(text: string): AligoState {
  const squeezed = text.replace(/\s/g, '');
  if (delivered.test(squeezed)) return { status: 'delivered' };
  const code = causeOf(squeezed);
  if (code !== 'device_busy' && pending.test(squeezed)) return { status: 'pending' };
  return code !== 'unknown' || failed.test(squeezed) ? { status: 'failed', code } : { status: 'pending' };
}
