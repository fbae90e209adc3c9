import type * as z from 'zod';
import {
  type AcceptedCall,
  CarrierUnavailable,
  type MessageReport,
  type SoughtCall,
} from '../../domain/carriers/carrier.ts';
import { toNational } from '../../domain/numbers/phone-number.ts';
import { type ListPage, listedCall, listedMessage } from './aligo-replies.ts';
import { readAligoState } from './aligo-states.ts';
import { kstDays, msOfKst } from './kst.ts';

/** Asks one page of a list. Throws CarrierUnavailable. */
export type Ask = <T>(
  path: string,
  fields: Readonly<Record<string, string | number>>,
  row: z.ZodType<T>,
) => Promise<ListPage<T>>;

const pageSize = 500; // the most that a list gives at once
const firstLookSize = 30; // the least that it gives: enough to see that a call is another's
const pagesMax = 1_000;
const searchesAtOnce = 8;

async function* pagesOf<T>(
  ask: Ask,
  path: string,
  fields: Readonly<Record<string, string | number>>,
  row: z.ZodType<T>,
) {
  for (let page = 1; page <= pagesMax; page++) {
    const { rows, hasNext } = await ask(path, { ...fields, page, page_size: pageSize }, row);
    yield rows;
    if (!hasNext) return;
  }
  throw new CarrierUnavailable(`Aligo ${path}: no end after ${pagesMax} pages`);
}

const sameNumber = (listed: string): string => listed.replace(/\D/g, '');

/**
 * What `/sms_list/` says of a call's receivers. A number that is listed several times counts with its first final result
 * by the vendor's clock, whatever came later.
 */
export async function reportsOf(
  call: AcceptedCall,
  receivers: readonly string[],
  ask: Ask,
  nowMs: number,
): Promise<readonly MessageReport[]> {
  const e164 = new Map(receivers.map((to) => [toNational(to), to]));
  const reports = new Map<string, MessageReport>();
  for await (const rows of pagesOf(ask, '/sms_list/', { mid: call.carrierId }, listedMessage)) {
    for (const row of rows) {
      const to = e164.get(sameNumber(row.receiver));
      if (to === undefined) continue;
      const state = readAligoState(row.sms_state);
      const atMs = Math.max(msOfKst(row.send_date) ?? nowMs, call.acceptedAtMs); // listed without fractions of a second
      const report: MessageReport = state.status === 'pending' ? { to, ...state } : { to, ...state, atMs };
      const known = reports.get(to);
      if (known === undefined || isEarlier(report, known)) reports.set(to, report);
    }
  }
  return [...reports.values()];
}

function isEarlier(report: MessageReport, known: MessageReport): boolean {
  if (report.status === 'pending') return false;
  return known.status === 'pending' || report.atMs < known.atMs;
}

/** Calls in `/list/` that could be this batch, and in `/sms_list/` prove to have exactly its receivers. */
export async function callsLike(
  batch: SoughtCall,
  fromMs: number,
  untilMs: number,
  ask: Ask,
): Promise<readonly AcceptedCall[]> {
  const candidates = await candidatesFor(batch, Math.floor(fromMs / 1_000) * 1_000, untilMs, ask);
  const wanted = new Set(batch.messages.map(({ to }) => toNational(to)));
  const found: AcceptedCall[] = [];
  for (let i = 0; i < candidates.length; i += searchesAtOnce) {
    const some = candidates.slice(i, i + searchesAtOnce);
    const matches = await Promise.all(some.map((call) => hasExactly(wanted, call, ask)));
    found.push(...some.filter((_, index) => matches[index]));
  }
  return found.sort((a, b) => a.acceptedAtMs - b.acceptedAtMs);
}

async function candidatesFor(
  batch: SoughtCall,
  fromMs: number,
  untilMs: number,
  ask: Ask,
): Promise<readonly AcceptedCall[]> {
  const candidates = new Map<string, AcceptedCall>();
  // Day by day: whether the vendor counts `limit_day` forward or back from `start_date` then makes no difference.
  for (const day of kstDays(fromMs, untilMs)) {
    let newestFirst = true;
    let lastMs = Number.POSITIVE_INFINITY;
    for await (const rows of pagesOf(ask, '/list/', { start_date: day, limit_day: 1 }, listedCall)) {
      for (const row of rows) {
        const acceptedAtMs = msOfKst(row.reg_date);
        if (acceptedAtMs === null) continue;
        newestFirst &&= acceptedAtMs <= lastMs;
        lastMs = acceptedAtMs;
        const alike =
          row.type.toLowerCase() === batch.type &&
          sameNumber(row.sender) === batch.from &&
          row.sms_count === batch.messages.length;
        const inTime = acceptedAtMs >= fromMs && acceptedAtMs <= untilMs;
        if (alike && inTime && row.mid !== '') candidates.set(row.mid, { carrierId: row.mid, acceptedAtMs });
      }
      if (newestFirst && lastMs < fromMs) break; // the rest of the day is older still
    }
  }
  return [...candidates.values()];
}

async function hasExactly(wanted: ReadonlySet<string>, call: AcceptedCall, ask: Ask): Promise<boolean> {
  const fields = { mid: call.carrierId };
  const first = await ask('/sms_list/', { ...fields, page: 1, page_size: firstLookSize }, listedMessage);
  if (!first.rows.every(({ receiver }) => wanted.has(sameNumber(receiver)))) return false;
  const seen = new Set(first.rows.map(({ receiver }) => sameNumber(receiver)));
  if (first.hasNext) {
    for await (const rows of pagesOf(ask, '/sms_list/', fields, listedMessage)) {
      for (const { receiver } of rows) seen.add(sameNumber(receiver));
    }
  }
  return seen.size === wanted.size && [...wanted].every((number) => seen.has(number));
}
