import type { StoredCall } from './call-store.ts';
import type { Form } from './form.ts';
import { dayMs, kstDayStartMs, kstDayStartOf, kstTime } from './kst.ts';
import { canceledState, outcomesOf, pendingState, reservedState } from './outcomes.ts';
import { smsPerMessage } from './sending.ts';
import { badField, type Operation, refusal, success } from './vendor.ts';

interface Page {
  readonly number: number;
  readonly size: number;
}

function pageOf(form: Form): Page | null {
  const number = Number(form.get('page') ?? 1);
  const size = Number(form.get('page_size') ?? 30);
  const valid = Number.isInteger(number) && number >= 1 && Number.isInteger(size) && size >= 30 && size <= 500;
  return valid ? { number, size } : null;
}

/** `/list/`: accepted calls of some days, newest first. `limit_day` days are read from `start_date` on. */
export const list: Operation = (form, { store, now }) => {
  const page = pageOf(form);
  if (page === null) return badField('page, page_size가 올바르지 않습니다.');
  const start = form.get('start_date');
  const fromMs = start === undefined ? kstDayStartOf(now()) : kstDayStartMs(start);
  const days = Number(form.get('limit_day') ?? 1);
  if (fromMs === null || !Number.isInteger(days) || days < 1) return badField('조회일자가 올바르지 않습니다.');
  const rows = store.listed(fromMs, fromMs + days * dayMs, (page.number - 1) * page.size, page.size + 1);
  return success({
    list: rows.slice(0, page.size).map((call) => listedCall(call, now())),
    next_yn: rows.length > page.size ? 'Y' : 'N',
  });
};

function listedCall(call: StoredCall, nowMs: number) {
  const failed = call.magic.filter(
    (receiver) => outcomesOf(receiver).findLast(({ afterMs }) => call.dueMs + afterMs <= nowMs)?.failed ?? false,
  );
  return {
    mid: String(call.mid),
    type: call.type,
    sender: call.sender,
    sms_count: String(call.messages),
    fail_count: String(failed.length),
    reserve_state: reserveState(call, nowMs),
    reg_date: kstTime(call.acceptedMs),
  };
}

const isReserved = (call: StoredCall): boolean => call.dueMs > call.acceptedMs;

function reserveState(call: StoredCall, nowMs: number): string {
  if (call.canceledMs !== null) return canceledState;
  return isReserved(call) && call.dueMs > nowMs ? reservedState : '';
}

/** `/sms_list/`: what became of each message of a call. Whatever is reported twice is listed twice. */
export const smsList: Operation = (form, { store, now }) => {
  const page = pageOf(form);
  if (page === null) return badField('page, page_size가 올바르지 않습니다.');
  const mid = Number(form.get('mid'));
  const call = Number.isInteger(mid) ? store.find(mid) : null;
  if (call === null) return badField('mid가 올바르지 않습니다.');
  const nowMs = now();
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (const receiver of store.receivers(mid)) {
    for (const { state, atMs } of statesOf(call, receiver, nowMs)) {
      rows.push({
        mdid: String(mid * 10_000 + rows.length),
        type: call.type,
        sender: call.sender,
        receiver,
        sms_state: state,
        reg_date: kstTime(call.acceptedMs),
        send_date: atMs === null ? '' : kstTime(atMs),
        reserve_date: isReserved(call) ? kstTime(call.dueMs) : '',
      });
    }
  }
  const end = page.number * page.size;
  return success({ list: rows.slice(end - page.size, end), next_yn: rows.length > end ? 'Y' : 'N' });
};

function statesOf(call: StoredCall, receiver: string, nowMs: number): { state: string; atMs: number | null }[] {
  const waiting = reserveState(call, nowMs);
  if (waiting !== '') return [{ state: waiting, atMs: null }];
  const said = outcomesOf(receiver).filter(({ afterMs }) => call.dueMs + afterMs <= nowMs);
  if (said.length === 0) return [{ state: pendingState, atMs: null }];
  return said.map(({ state, afterMs }) => ({ state, atMs: call.dueMs + afterMs }));
}

/** `/remain/`: how many messages of each type the account can still pay. */
export const remain: Operation = (_form, { store }) => {
  const balance = store.balance() ?? 100_000_000;
  return success({
    SMS_CNT: balance,
    LMS_CNT: Math.floor(balance / smsPerMessage.LMS!),
    MMS_CNT: Math.floor(balance / smsPerMessage.MMS!),
  });
};

const cancelAheadMs = 5 * 60_000;

/** `/cancel/`: takes back a reserved call until five minutes before its time. */
export const cancel: Operation = (form, { store, now }) => {
  const given = form.get('mid') ?? '';
  if (given === '') return refusal(-801, 'mid가 없습니다.');
  if (!/^\d{1,15}$/.test(given)) return refusal(-802, 'mid가 올바르지 않습니다.');
  const call = store.find(Number(given));
  if (call === null || call.canceledMs !== null) return refusal(-803, '예약대기중인 문자가 없습니다.');
  const nowMs = now();
  if (call.dueMs <= nowMs) return refusal(-805, '이미 발송된 문자입니다.');
  if (call.dueMs - nowMs < cancelAheadMs) return refusal(-804, '발송 5분 전까지만 취소할 수 있습니다.');
  store.cancel(call.mid, nowMs);
  return success({ cancel_date: kstTime(nowMs) });
};
