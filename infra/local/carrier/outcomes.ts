/** One thing the simulated network says of a message, `afterMs` after it was due to go out. */
export interface Outcome {
  readonly afterMs: number;
  /** The vendor's free text. */
  readonly state: string;
  readonly failed: boolean;
}

const deliveredState = '발송완료';
export const pendingState = '전송중';
export const reservedState = '예약대기중';
export const canceledState = '예약취소';
const soonMs = 500;

const delivered = (afterMs: number): Outcome => ({ afterMs, state: deliveredState, failed: false });
const failed = (afterMs: number, state: string): Outcome => ({ afterMs, state, failed: true });

const ordinary: readonly Outcome[] = [delivered(soonMs)];
const magic: Readonly<Record<string, readonly Outcome[]>> = {
  '01099990001': [failed(0, '수신번호 오류')],
  '01099990002': [failed(soonMs, '전원꺼짐')],
  '01099990003': [],
  '01099990004': [delivered(600_000)],
  '01099990005': [delivered(soonMs), delivered(2_000)],
  '01099990006': [delivered(soonMs), failed(5_000, '전송실패')],
  '01099990007': [failed(soonMs, '스팸차단')],
};
const refused = new Set(['01099990001']);
const lostOnTheWay = new Set(['01099990001', '01099990002', '01099990007']);

/** Everything that will ever be said of a message to this number (national digits), in order of time. */
export const outcomesOf = (receiver: string): readonly Outcome[] => magic[receiver] ?? ordinary;
export const isMagic = (receiver: string): boolean => receiver in magic;
/** The vendor takes no message for this number. */
export const isRefused = (receiver: string): boolean => refused.has(receiver);
/** A handset gets the message. */
export const arrives = (receiver: string): boolean => !lostOnTheWay.has(receiver);
