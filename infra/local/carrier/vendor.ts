import type { CallStore } from './call-store.ts';
import type { Form } from './form.ts';

/** What the vendor's operations work on. */
export interface Vendor {
  readonly store: CallStore;
  readonly now: () => number;
}

/** A reply's JSON. Every reply has `result_code` (1 or a negative code) and `message`. */
export type Reply = Readonly<Record<string, unknown>>;
export type Operation = (form: Form, vendor: Vendor) => Reply;

export const success = (fields: Readonly<Record<string, unknown>>): Reply => ({
  result_code: 1,
  message: 'success',
  ...fields,
});

/** Some of the vendor's refusals carry their code as a string: callers must take both. */
export const refusal = (code: number, message: string): Reply => ({ result_code: String(code), message });

/** The vendor does not publish its codes for bad fields; these four are the simulator's own. */
export const badField = (message: string): Reply => refusal(-301, message);
export const badSender = (): Reply => refusal(-302, '발신번호가 올바르지 않습니다.');
export const badReceiver = (): Reply => refusal(-303, '수신번호가 올바르지 않습니다.');
export const badLength = (): Reply => refusal(-304, '메시지 길이가 초과되었습니다.');
export const unauthenticated = (): Reply => refusal(-101, '인증오류입니다.');
export const outOfBalance = (): Reply => refusal(-201, '전송가능건수가 부족합니다.');
