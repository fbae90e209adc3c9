import { openReportHours, rowsKeptDays, sendBatchSeconds, sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { ReportMessage } from '../../contracts/queue-messages.ts';
import { type AcceptedCall, type Carrier, CarrierUnavailable, type MessageReport } from '../carriers/carrier.ts';
import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import {
  type BatchStore,
  type CarrierAccounts,
  type Carriers,
  type DispatchStore,
  isRefused,
  type Log,
  type Queues,
  type RowStore,
  type Time,
} from './ports.ts';
import type { RecipientRow } from './prepared.ts';
import { emptyPage, mergeChanges, type RowChange, statusAt } from './result-page.ts';
import { UnknownBatch } from './send-batch.ts';
import { rowsWithin } from './totals.ts';

export interface PollReportsPorts {
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly batches: Pick<BatchStore, 'read' | 'change'>;
  readonly rows: Pick<RowStore, 'rowsOf'>;
  readonly queues: Pick<Queues, 'report' | 'settle'>;
  readonly carriers: Carriers;
  readonly accounts: Pick<CarrierAccounts, 'take' | 'hasTaken'>;
  readonly time: Time;
  readonly log: Log;
}

const openReportMs = openReportHours * 3_600_000;
/** How far the carrier's clock may be from ours. */
const clockSkewMs = 60_000;
/** A worker that submits is accepted, and writes that down, within its run or never. */
const acceptedWithinMs = sendBatchSeconds * 1_000;
/**
 * How long after an unclear submit we first look for it at the carrier. By then whoever made the last call that we
 * could take for ours has written that down, so that a call which nobody has claimed is nobody else's.
 */
const lookAfterMs = 2 * (acceptedWithinMs + clockSkewMs);

/** Waits between polls; after the last the sweeper asks once an hour. */
const pollDelaysSeconds = [5, 10, 20, 40, 80, 160, 320, 640, sqsDelaySecondsMax] as const;
/** A poll that the sweeper asks for, which starts no chain of its own. */
export const lonePoll = pollDelaysSeconds.length;
/** For how long after its submit a batch is polled by its own chain of messages, each of which may be late. */
export const pollChainMs = lookAfterMs + pollDelaysSeconds.reduce((sum, seconds) => sum + seconds + 6, 0) * 1_000;

/** Asks the carrier what became of a recorded batch and merges all it says into the page with one write. */
export async function pollReports(
  ports: PollReportsPorts,
  { dispatchId, batch: n, poll }: ReportMessage,
): Promise<void> {
  const dispatch = await ports.dispatches.read(dispatchId);
  if (!dispatch?.prepared) throw new UnknownBatch(`${dispatchId} has no prepared batches`);
  const batch = await ports.batches.read(dispatchId, dispatch.prepared.attempt, n);
  if (!batch) throw new UnknownBatch(`${dispatchId} has no batch ${n}`);

  const open = openRows(batch, rowsWithin(batch, dispatch.cut));
  // Nothing to ask; but this may be the second delivery of a poll that died between its page and its fold
  if (open.length === 0) return ports.queues.settle(dispatchId, 1);
  const again = (next: number, delaySeconds: number) =>
    ports.queues.report(
      [{ dispatchId, batch: n, poll: next }],
      Math.min(sqsDelaySecondsMax, Math.max(1, delaySeconds)),
    );

  if (batch.carrierId === null) {
    const earlyMs = batch.submittingAtMs + lookAfterMs - ports.time.now();
    if (earlyMs > 0) return again(poll, Math.ceil(earlyMs / 1_000));
  }
  const carrier = ports.carriers.of(dispatch.owner);
  const rows = await ports.rows.rowsOf(dispatch, batch);
  const learned = await ask(ports, carrier, dispatch, batch, rows, open);
  const changes = [...learned.changes, ...overdue(batch, open, learned.call ?? callOf(batch), ports.time.now())];
  const after = await merge(ports, dispatch, batch, changes, learned.call, carrier.name);
  if (after !== batch) await ports.queues.settle(dispatchId, 1);

  const delaySeconds = pollDelaysSeconds[poll];
  if (delaySeconds !== undefined && openRows(after, rowsWithin(after, dispatch.cut)).length > 0) {
    await again(poll + 1, delaySeconds);
  }
}

interface Learned {
  readonly changes: readonly RowChange[];
  /** The call that an unclear submit turned out to be. */
  readonly call: AcceptedCall | null;
}

const callOf = (batch: Batch): AcceptedCall | null =>
  batch.carrierId === null ? null : { carrierId: batch.carrierId, acceptedAtMs: batch.acceptedAtMs };

/** Positions of the rows that wait for a report. */
export function openRows(batch: Batch, within: number): readonly number[] {
  const page = batch.page;
  if (page === null) return [];
  return Array.from({ length: within }, (_, row) => row).filter((row) =>
    ['unclear', 'submitted'].includes(statusAt(page, row)),
  );
}

async function ask(
  ports: PollReportsPorts,
  carrier: Carrier,
  dispatch: Dispatch,
  batch: Batch,
  rows: readonly RecipientRow[],
  open: readonly number[],
): Promise<Learned> {
  const numbers = open.map((row) => `+${rows[row]?.[1]}`);
  const known = callOf(batch);
  const answered = <T>(question: Promise<T>) => unlessUnavailable(ports, dispatch, batch, question);
  const call = known ?? (await answered(findUnclear(ports, carrier, dispatch, batch, numbers)));
  if (call === null) return { changes: [], call: null };
  // Being in the carrier's list proves acceptance, so an unclear row is at least submitted
  const accepted = known
    ? []
    : open.map((row): RowChange => ({ row, status: 'submitted', code: null, atMs: call.acceptedAtMs }));
  const rowOf = new Map(numbers.map((number, i) => [number, open[i] ?? -1]));
  const reports = (await answered(carrier.reports(call, numbers))) ?? [];
  const reported = reports.flatMap((report) => changeOf(report, rowOf));
  return { changes: [...accepted, ...reported], call: known ? null : call };
}

/** The carrier's answer; null if it gives none now. */
async function unlessUnavailable<T>(
  { log }: PollReportsPorts,
  { id }: Dispatch,
  { n }: Batch,
  question: Promise<T>,
): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof CarrierUnavailable)) throw error;
    log.warn('the carrier did not answer a poll', { dispatchId: id, batch: n, reason: error.message });
    return null;
  }
}

function changeOf(report: MessageReport, rowOf: ReadonlyMap<string, number>): readonly RowChange[] {
  const row = rowOf.get(report.to);
  if (row === undefined || report.status === 'pending') return [];
  if (report.status === 'delivered') return [{ row, status: 'delivered', code: null, atMs: report.atMs }];
  return [{ row, status: 'failed', code: report.code, atMs: report.atMs }];
}

/** Takes over a call whose receivers are exactly the batch's, unless another batch has it. */
async function findUnclear(
  ports: PollReportsPorts,
  carrier: Carrier,
  dispatch: Dispatch,
  batch: Batch,
  numbers: readonly string[],
): Promise<AcceptedCall | null> {
  const calls = await carrier.findCalls(
    {
      type: batch.type,
      from: dispatch.message.from,
      messages: numbers.map((to) => ({ to, text: '' })),
    },
    batch.submittingAtMs - clockSkewMs,
    batch.submittingAtMs + acceptedWithinMs + clockSkewMs,
  );
  // Its own first, if its worker came so far: taking another would leave this one to nobody, and the other's batch alone
  for (const call of calls) {
    if (await ports.accounts.hasTaken(carrier.name, call.carrierId, dispatch.id, batch.n)) return call;
  }
  for (const call of calls) {
    const keptUntilMs = dispatch.createdAtMs + rowsKeptDays * 86_400_000;
    if (await ports.accounts.take(carrier.name, call.carrierId, dispatch.id, batch.n, keptUntilMs)) return call;
  }
  return null;
}

/**
 * After 72 hours without a word nobody waits any longer. Of the two ends only one is a move from where a row is: one
 * that was taken has no report, one that nothing ever confirmed is unresolved.
 */
function overdue(batch: Batch, open: readonly number[], call: AcceptedCall | null, atMs: number): readonly RowChange[] {
  if (atMs < (call?.acceptedAtMs ?? batch.submittingAtMs) + openReportMs) return [];
  return open.flatMap((row): RowChange[] => [
    { row, status: 'no_report', code: null, atMs },
    { row, status: 'unresolved', code: 'unresolved', atMs },
  ]);
}

/** The batch after the changes; the very object given if nothing changed. */
async function merge(
  ports: PollReportsPorts,
  dispatch: Dispatch,
  batch: Batch,
  changes: readonly RowChange[],
  call: AcceptedCall | null,
  carrier: string,
): Promise<Batch> {
  const attempt = dispatch.prepared?.attempt ?? '';
  for (let current = batch; ; ) {
    const { page, changed } = mergeChanges(current.page ?? emptyPage(current.rows), changes);
    if (changed === 0) return current;
    const found =
      call && current.carrierId === null ? { carrier, carrierId: call.carrierId, acceptedAtMs: call.acceptedAtMs } : {};
    const written = await ports.batches.change(dispatch.id, attempt, current, { ...current, ...found, page });
    if (!isRefused<Batch>(written)) return written;
    if (written.refused === null) throw new UnknownBatch(`${dispatch.id} has lost its batch ${batch.n}`);
    current = written.refused;
  }
}
