import { prefixes } from '../../contracts/environment.ts';
import { workLeaseSeconds } from '../../contracts/limits.ts';
import type { ImportMessage } from '../../contracts/queue-messages.ts';
import { isRefused, type Log, type Time } from '../dispatches/ports.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import { checkRows } from './check-rows.ts';
import { endImport } from './end-import.ts';
import type { ImportQueue, ImportReports, ImportRows, ImportStore, ImportUploads } from './ports.ts';
import { blocksFrom } from './row-blocks.ts';
import { type ImportMove, isOver, lostAfterMs, type RowImport } from './row-import.ts';
import type { RowWorkPorts } from './row-work.ts';
import { workOf } from './works.ts';

export interface RunImportPorts extends RowWorkPorts {
  readonly imports: Pick<ImportStore, 'read' | 'move' | 'letUploadGo'>;
  readonly uploads: ImportUploads;
  readonly rows: ImportRows;
  readonly reports: ImportReports;
  readonly importQueue: ImportQueue;
  readonly time: Time;
  readonly log: Log;
}

const leaseMs = workLeaseSeconds * 1_000;
/** A step lasts so long at most, then the next one takes over: well below what its function is given. */
export const stepMs = 240_000;
/** A file that ends its worker every time must not do so forever. */
const triesMax = 5;

/** Another step holds the import now. */
class StepOvertaken extends Error {
  override readonly name = 'StepOvertaken';
}

/**
 * Does a step of an import: waits for its upload, checks all rows, or carries out what some of them say, under a lease.
 * A record that comes twice finds a step at work, or one done. What throws leaves the lease to run out, and the queue
 * or the sweeper begins again where the last block ended; what was done after that is not undone by doing it again.
 */
export async function runImport(ports: RunImportPorts, { importId }: ImportMessage): Promise<void> {
  const found = await ports.imports.read(importId);
  if (found === null || isOver(found)) return;
  if ((found.leaseUntilMs ?? 0) > ports.time.now()) return;
  const upload = await ports.uploads.find(found.owner, found.uploadId);
  const failed = (code: NonNullable<RowImport['failure']>['code'], message: string) =>
    endImport(ports, found, { state: 'failed', failure: { code, message } });
  switch (upload?.status ?? 'expired') {
    case 'rejected':
      return failed('upload_rejected', 'The upload was rejected: GET it to see why, and upload the file again.');
    case 'expired':
      return failed('upload_expired', 'The upload has expired: upload the file again.');
    case 'awaiting_file':
    case 'validating':
      return waitForUpload(ports, found);
    case 'ready':
  }
  const list = upload!.list!;
  const problem = workOf(found.kind).columnProblem(found, list.columns);
  if (problem) return failed(problem.code, problem.message);
  if (found.tries >= triesMax) return failed('too_many_attempts', 'The import could not be carried to its end.');
  await step(ports, found, list);
}

const waitSecondsMin = 2;
const waitSecondsMax = 60;
/** So far two machines' clocks may be apart. */
const clocksMs = 1_000;

/** A file that is on its way is looked for again after a tenth of the time that it took so far. */
async function waitForUpload(ports: RunImportPorts, waiting: RowImport): Promise<void> {
  const nowMs = ports.time.now();
  // Another record is on its way; of two that went on waiting, each would bring forth its own
  if ((waiting.nextCheckAtMs ?? 0) - lostAfterMs > nowMs + clocksMs) return;
  const since = (nowMs - waiting.createdAtMs) / 10_000;
  const seconds = Math.ceil(Math.min(waitSecondsMax, Math.max(waitSecondsMin, since)));
  const nextCheckAtMs = nowMs + seconds * 1_000 + lostAfterMs;
  const waited = await ports.imports.move(waiting, 'wait', { ...waiting, nextCheckAtMs });
  // Refused: another record of this import waits for it
  if (!isRefused<RowImport>(waited)) await ports.importQueue.step({ importId: waiting.id }, seconds);
}

async function step(ports: RunImportPorts, found: RowImport, list: RecipientList): Promise<void> {
  const beganAtMs = ports.time.now();
  const lease = leaseFrom(beganAtMs);
  const state = found.state === 'waiting' ? 'checking' : found.state;
  const begun = await ports.imports.move(found, 'begin', {
    ...found,
    ...lease,
    state,
    rows: list.rows,
    tries: found.tries + 1,
  });
  if (isRefused<RowImport>(begun)) return;
  const facts = { importId: begun.id, tries: begun.tries, done: begun.done };
  try {
    const checked = begun.state === 'checking' ? await check(ports, begun, list) : begun;
    if (checked !== null) await apply(ports, checked, list, beganAtMs + stepMs);
  } catch (error) {
    if (!(error instanceof StepOvertaken)) throw error;
    ports.log.info('a step of an import was overtaken', facts);
  }
}

const leaseFrom = (nowMs: number) => ({ leaseUntilMs: nowMs + leaseMs, nextCheckAtMs: nowMs + leaseMs });

async function moved(
  { imports }: Pick<RunImportPorts, 'imports'>,
  before: RowImport,
  move: ImportMove,
  changes: Partial<RowImport>,
): Promise<RowImport> {
  const after = await imports.move(before, move, { ...before, ...changes });
  if (isRefused<RowImport>(after)) throw new StepOvertaken('Another step holds the import');
  return after;
}

/** Null: it has ended. */
async function check(ports: RunImportPorts, begun: RowImport, list: RecipientList): Promise<RowImport | null> {
  let held = begun;
  const judge = workOf(begun.kind).judge(begun, list.columns);
  // With the upload in its name, whose rows it repeats
  const place = `${begun.owner}/${begun.id}/${begun.uploadId}/${ports.ids.ulid()}`;
  const reportKey = `${prefixes.exports}${place}/errors.csv`;
  const sink = ports.reports.open(reportKey, 'text/csv; charset=utf-8');
  const { refused, errors } = await checkRows(ports.rows, list, judge, sink, async () => {
    const nowMs = ports.time.now();
    if (held.leaseUntilMs! - nowMs > (leaseMs * 3) / 4) return;
    held = await moved(ports, held, 'progress', leaseFrom(nowMs));
  });
  const outcome = { refusedRows: refused, errors, reportKey: refused > 0 ? reportKey : null };
  if (refused > 0 && begun.onInvalidRows === 'reject') {
    const message = 'Rows are refused, and nothing was imported: correct them, or ask for onInvalidRows "skip".';
    await endImport(ports, held, { ...outcome, state: 'failed', failure: { code: 'invalid_rows', message } });
    return null;
  }
  return moved(ports, held, 'checked', { ...outcome, ...leaseFrom(ports.time.now()), state: 'applying', tries: 1 });
}

async function apply(ports: RunImportPorts, checked: RowImport, list: RecipientList, untilMs: number): Promise<void> {
  let held = checked;
  const from = { offset: held.offset, rows: list.rows - held.done };
  const work = workOf(held.kind);
  const judge = work.judge(held, list.columns);
  for await (const { rows, good, nextOffset } of blocksFrom(ports.rows, list, from, judge)) {
    const counts = await work.apply(ports, held, good, ports.time.now());
    const done = held.done + rows;
    const nowMs = ports.time.now();
    const isTimeUp = nowMs >= untilMs && done < list.rows;
    held = await moved(ports, held, 'progress', {
      done,
      changed: held.changed + counts.changed,
      unchanged: held.unchanged + counts.unchanged,
      offset: nextOffset,
      tries: isTimeUp ? 0 : 1,
      ...(isTimeUp ? { leaseUntilMs: null, nextCheckAtMs: nowMs + lostAfterMs } : leaseFrom(nowMs)),
    });
    if (isTimeUp) return ports.importQueue.step({ importId: held.id }, 0);
  }
  await endImport(ports, held, { state: 'completed' });
  const { id: importId, done, changed, refusedRows } = held;
  ports.log.info('an import was completed', { importId, done, changed, refusedRows });
}
