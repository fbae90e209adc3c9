import type { Arrival } from './control.ts';
import type { Credits, Dispatch, LedgerEntry, Message } from './customer.ts';

/** Everything that is known after the send, from each side. */
export interface Outcome {
  /** Every answer about the dispatch that was seen on the way, the last one included. */
  readonly seen: readonly Dispatch[];
  readonly messages: readonly Message[];
  readonly before: Credits;
  readonly after: Credits;
  readonly ledger: readonly LedgerEntry[];
  readonly arrivals: readonly Arrival[];
  /** Rows of the file. */
  readonly rows: number;
}

/** One thing that two sides must agree on. `flaws` says which numbers do not; empty when they do. */
export interface Check {
  readonly name: string;
  readonly flaws: readonly string[];
}

/** Holds every number against another source of the same number. */
export function checksOf(outcome: Outcome): readonly Check[] {
  const last = outcome.seen.at(-1)!;
  const { before, after, ledger, messages, arrivals, rows, seen } = outcome;
  const { progress, skippedBy, failedBy, summary, credits } = last;
  const listed = countBy(messages, ({ status }) => status);
  const sentTo = messages.filter(({ status }) => ['submitted', 'delivered', 'unknown'].includes(status));
  const numbers = new Set(sentTo.map(({ to }) => to));
  const phones = countBy(arrivals, ({ to }) => to);
  const shownCounts = Object.entries(progress).filter(([name]) => name !== 'accepted');

  return [
    check('the parts of progress sum to accepted, in every answer', [
      same('rows of the file', rows, 'accepted', progress.accepted),
      ...seen.map((dispatch, n) =>
        same(`accepted in answer ${n + 1}`, dispatch.progress.accepted, 'its parts', partsOf(dispatch)),
      ),
      last.settledAt === null ? [`the dispatch is ${last.status} and not settled: ${partsOf(last)} accepted`] : [],
    ]),
    check('skipped and failed are the sums of their reasons', [
      same('skipped', progress.skipped, 'the sum of skippedBy', sumOf(skippedBy)),
      same('failed', progress.failed, 'the sum of failedBy', sumOf(failedBy)),
    ]),
    check('every recipient is listed once, with the status that was counted', [
      same('messages listed', messages.length, 'accepted', progress.accepted),
      same('message ids', new Set(messages.map(({ id }) => id)).size, 'messages listed', messages.length),
      ...shownCounts.map(([status, count]) => same(status, count, `listed as ${status}`, listed[status] ?? 0)),
      ...perCode(
        'skipped',
        skippedBy,
        countBy(messages.filter(is('skipped')), ({ reason }) => reason ?? 'none'),
      ),
      ...perCode(
        'failed',
        failedBy,
        countBy(messages.filter(is('failed')), ({ code }) => code ?? 'none'),
      ),
    ]),
    check('the balance is the sum of the ledger, and the parts of what was granted', [
      same(
        'available',
        after.available,
        'the sum of the ledger',
        ledger.reduce((sum, entry) => sum + entry.credits, 0),
      ),
      same('granted', after.granted, 'available + held + spent', after.available + after.held + after.spent),
      same(
        'credits gone',
        before.available - after.available,
        'captured − refunded',
        credits.captured - credits.refunded,
      ),
      same('still held', after.held, 'expected', 0),
    ]),
    check('phones got exactly what was sent, each once', [
      same('arrivals', arrivals.length, 'sent', summary.sent),
      same('numbers that got a message', Object.keys(phones).length, 'arrivals', arrivals.length),
      same('arrivals nobody sent', arrivals.filter(({ to }) => !numbers.has(to)).length, 'expected', 0),
      same('sent, never arrived', sentTo.filter(({ to }) => phones[to] === undefined).length, 'expected', 0),
    ]),
  ];
}

export const check = (name: string, flaws: readonly (readonly string[])[]): Check => ({ name, flaws: flaws.flat() });

/** No flaw if both numbers are the same; else one that says both. */
export const same = (what: string, is: number, other: string, of: number): readonly string[] =>
  is === of ? [] : [`${what}: ${is}, but ${other}: ${of}`];

const is = (status: string) => (message: Message) => message.status === status;

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function partsOf({ progress }: Dispatch): number {
  const { accepted: _, ...parts } = progress;
  return sumOf(parts);
}

function countBy<T>(all: readonly T[], nameOf: (one: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[nameOf(one)] = (counts[nameOf(one)] ?? 0) + 1;
  return counts;
}

function perCode(
  status: string,
  told: Readonly<Record<string, number>>,
  listed: Readonly<Record<string, number>>,
): readonly (readonly string[])[] {
  const codes = new Set([...Object.keys(told), ...Object.keys(listed)]);
  return [...codes].map((code) =>
    same(`${status} by ${code}`, told[code] ?? 0, `listed with ${code}`, listed[code] ?? 0),
  );
}
