import type { DispatchId, OwnerId, QuoteId, UploadId } from '../../contracts/ids.ts';
import { rowsKeptDays, workLeaseSeconds } from '../../contracts/limits.ts';
import type { PrepareMessage } from '../../contracts/queue-messages.ts';
import { batchRowsUnder } from '../carriers/carrier-account.ts';
import { erasedOf } from '../erasures/erased-numbers.ts';
import type { Erasures } from '../erasures/ports.ts';
import { listPermissions, readTimed } from '../permissions/list-permissions.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import { plannedBatch } from './batch.ts';
import type { UploadFacts } from './create-dispatch.ts';
import { askedAbout, type Dispatch, type FailureReason, type Prepared } from './dispatch.ts';
import { endUnsent } from './end-unsent.ts';
import { AdvertisementPartMissing } from './part-missing.ts';
import {
  type BatchStore,
  type CarrierLimits,
  type DispatchStore,
  type Ids,
  isRefused,
  type Log,
  type NumberBook,
  type Numbers,
  type Queues,
} from './ports.ts';
import { TooManySubjects } from './prepare/batch-writer.ts';
import type { ByteSink } from './prepare/byte-sink.ts';
import { placeOfList, prepareList } from './prepare-list.ts';
import type { PreparedBatch, PreparedManifest } from './prepared.ts';
import { confirmMs, UnknownDispatch } from './settle-dispatch.ts';
import { type StartPorts, startDispatch } from './start-dispatch.ts';
import { totalsBeforeHold } from './totals.ts';

/** Where the lines of a batch lie in `rows`. */
export type Lines = Pick<PreparedBatch, 'n' | 'offset' | 'length'>;

/** The files of one attempt, being written. `close` makes them whole; what is never closed never shows. */
export interface PreparedWriter {
  readonly rowsIn: Prepared['rowsIn'];
  readonly rows: ByteSink;
  readonly excluded: ByteSink;
  readonly index: ByteSink;
  /** Answers the numbers that were written, for the number book. */
  close(manifest: PreparedManifest, batches: readonly Lines[]): Promise<Numbers>;
  abandon(): Promise<void>;
}

export interface PreparePorts extends StartPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move' | 'start' | 'fold'>;
  readonly batches: Pick<BatchStore, 'write' | 'all' | 'ofWave'>;
  readonly uploads: { find(owner: OwnerId, id: UploadId): Promise<UploadFacts | null> };
  readonly lists: {
    openRows(list: RecipientList): AsyncIterable<Uint8Array>;
    openRejected(list: RecipientList): AsyncIterable<Uint8Array>;
  };
  /** Small dispatches lie in items, so that a single message needs no object. */
  readonly files: {
    open(id: DispatchId, attempt: string, rowsIn: Prepared['rowsIn'], expiresAtMs: number): PreparedWriter;
  };
  readonly numbers: Pick<NumberBook, 'remember'>;
  readonly permissions: Pick<PermissionStore, 'suppressed' | 'consented' | 'nightConsented'>;
  readonly erasures: Pick<Erasures, 'everybody'>;
  readonly carriers: CarrierLimits;
  readonly queues: Pick<Queues, 'prepare' | 'send' | 'wave' | 'plan' | 'settle'>;
  readonly ids: Ids;
  readonly log: Log;
}

/** The lease went to another worker, or the dispatch was canceled: what this attempt wrote is nobody's. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const leaseMs = workLeaseSeconds * 1_000;
const renewMs = leaseMs / 4;
const uploadWaitSeconds = 2;
const waitCheckMs = 2 * 60_000;
const autoCheckMs = 60_000;
const attemptsMax = 5;

/**
 * Prepares a dispatch: waits for its upload, turns the list into batches under an attempt of its own, and publishes the
 * attempt with the exact quote in one conditional write. Only then, for an automatic dispatch, holds and sends.
 */
export async function prepareDispatch(ports: PreparePorts, { dispatchId }: PrepareMessage): Promise<void> {
  const dispatch = await ports.dispatches.read(dispatchId);
  if (!dispatch) throw new UnknownDispatch(`${dispatchId} does not exist`);
  if (dispatch.state === 'ready') return startAutomatic(ports, dispatch);
  if (dispatch.state !== 'preparing') return;
  const nowMs = ports.time.now();
  if (dispatch.lease !== null && dispatch.lease.untilMs > nowMs) return; // whoever has it finishes, or the sweeper asks again

  const list = await listOf(ports, dispatch);
  if (list === 'wait') return waitForUpload(ports, dispatch);
  if ('failure' in list) return fail(ports, dispatch, list.failure, list.detail);

  if (dispatch.attempts >= attemptsMax) {
    return fail(
      ports,
      dispatch,
      'too_many_attempts',
      `Preparing was begun ${attemptsMax} times and never came to its end`,
    );
  }
  const attempt = ports.ids.ulid();
  const attempts = dispatch.attempts + 1;
  const leased = await ports.dispatches.move(dispatch, 'preparing', {
    ...dispatch,
    attempts,
    ...leasedTo(attempt, nowMs),
  });
  if (isRefused<Dispatch>(leased)) return;
  try {
    await startAutomatic(ports, await work(ports, leased, list, attempt));
  } catch (error) {
    const failure = failureOf(error);
    if (failure) return failAttempt(ports, dispatchId, attempt, failure);
    if (!(error instanceof LeaseLost)) throw error;
    ports.log.info('an attempt to prepare was overtaken', { dispatchId, attempt });
  }
}

/** The sweeper looks when the lease ends, not before: its own write would take the dispatch from under the worker. */
const leasedTo = (attempt: string, nowMs: number) => {
  const untilMs = nowMs + leaseMs;
  return { lease: { attempt, untilMs }, nextCheckAtMs: untilMs };
};

/** Asks again soon. As long as its record comes back, the sweeper is kept from adding one more each time it looks. */
async function waitForUpload(ports: PreparePorts, dispatch: Dispatch): Promise<void> {
  const nowMs = ports.time.now();
  if ((dispatch.nextCheckAtMs ?? 0) < nowMs + waitCheckMs / 2) {
    await ports.dispatches.move(dispatch, 'preparing', { ...dispatch, nextCheckAtMs: nowMs + waitCheckMs });
  }
  return ports.queues.prepare(dispatch.id, uploadWaitSeconds);
}

async function listOf(
  ports: PreparePorts,
  { owner, source }: Dispatch,
): Promise<RecipientList | 'wait' | { readonly failure: FailureReason; readonly detail: string }> {
  if ('list' in source) return source.list;
  if (!('uploadId' in source)) throw new Error('A dispatch sent in one call is prepared in it');
  const upload = await ports.uploads.find(owner, source.uploadId);
  if (upload?.status === 'ready' && upload.list) return upload.list;
  if (upload?.status === 'rejected')
    return { failure: 'upload_rejected', detail: `${source.uploadId} was rejected: read its errors` };
  if (!upload || upload.status === 'expired')
    return { failure: 'upload_expired', detail: `${source.uploadId} was never put, or has gone` };
  return 'wait';
}

async function work(ports: PreparePorts, leased: Dispatch, list: RecipientList, attempt: string): Promise<Dispatch> {
  const input = {
    columns: list.columns,
    expectedRows: list.rows + list.rejected,
    openRows: () => ports.lists.openRows(list),
    openRejected: () => ports.lists.openRejected(list),
    batchRows: batchRowsUnder(ports.carriers.messagesPerSecond(leased.owner)),
  };
  const rowsIn = await placeOfList(input);
  const expiresAtMs = leased.createdAtMs + rowsKeptDays * 86_400_000;
  const writer = ports.files.open(leased.id, attempt, rowsIn, expiresAtMs);
  const lease = new Lease(ports, leased, attempt);
  const places: Lines[] = [];
  try {
    const { permissions, askedAt } = await readTimed(ports.time, () =>
      listPermissions(ports.permissions, askedAbout(leased), () => lease.renew(0)),
    );
    const isErased = await erasedOf(ports, leased);
    const result = await prepareList(leased, input, permissions, isErased, {
      rows: writer.rows,
      excluded: writer.excluded,
      index: writer.index,
      batches: async (completed) => {
        places.push(...completed);
        const batches = completed.map((batch) =>
          plannedBatch(rowsIn === 'items' ? { ...batch, offset: 0, length: 0 } : batch),
        );
        await ports.batches.write(leased.id, attempt, batches, expiresAtMs);
      },
      progress: (rows) => lease.renew(rows),
    });
    // Objects before which there is no such note would be nobody's after a crash
    if (rowsIn === 'objects') await ports.numbers.remember(leased, 'in_object', expiresAtMs);
    const numbers = await writer.close(result.manifest, places);
    const prepared: Prepared = {
      quoteId: `quo_${ports.ids.ulid()}` as QuoteId,
      attempt,
      rowsIn,
      columns: list.columns,
      batches: result.batches,
      waveRows: result.waveRows.filter((rows) => rows > 0),
      nightRows: result.nightRows,
      totals: result.totals,
      askedAt,
    };
    if (rowsIn === 'items') await ports.numbers.remember(leased, numbers, expiresAtMs);
    return await lease.publish(prepared);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** The right to prepare, renewed while the work goes on. */
class Lease {
  readonly #ports: PreparePorts;
  readonly #attempt: string;
  #dispatch: Dispatch;
  #renewedAtMs: number;

  constructor(ports: PreparePorts, leased: Dispatch, attempt: string) {
    this.#ports = ports;
    this.#dispatch = leased;
    this.#attempt = attempt;
    this.#renewedAtMs = ports.time.now();
  }

  async renew(preparedRows: number): Promise<void> {
    const nowMs = this.#ports.time.now();
    if (nowMs - this.#renewedAtMs < renewMs) return;
    this.#renewedAtMs = nowMs;
    await this.#move('preparing', { ...this.#dispatch, preparedRows, ...leasedTo(this.#attempt, nowMs) });
  }

  /** Names this attempt the one that counts. */
  async publish(prepared: Prepared): Promise<Dispatch> {
    const nowMs = this.#ports.time.now();
    const automatic = this.#dispatch.confirm === 'auto';
    const confirmByMs = automatic ? null : nowMs + confirmMs;
    await this.#move('prepared', {
      ...this.#dispatch,
      state: 'ready',
      lease: null,
      preparedRows: prepared.totals.recipients,
      prepared,
      confirmByMs,
      totals: totalsBeforeHold(prepared.totals, 'planned'),
      foldedAtMs: nowMs,
      movedAtMs: nowMs,
      nextCheckAtMs: confirmByMs ?? nowMs + autoCheckMs,
    });
    return this.#dispatch;
  }

  async #move(move: 'preparing' | 'prepared', after: Dispatch): Promise<void> {
    const moved = await this.#ports.dispatches.move(this.#dispatch, move, after);
    if (isRefused<Dispatch>(moved))
      throw new LeaseLost(`${this.#dispatch.id} is no longer prepared by ${this.#attempt}`);
    this.#dispatch = moved;
  }
}

async function startAutomatic(ports: PreparePorts, dispatch: Dispatch): Promise<void> {
  if (dispatch.confirm !== 'auto') return;
  const started = await startDispatch(ports, dispatch, { maxCredits: null, remember: null });
  if (started.kind === 'night_window') {
    return fail(ports, dispatch, 'night_window', 'All of it would go at night, and nobody in it consented to that');
  }
  if (started.kind !== 'short') return;
  const { required, available } = started;
  await fail(ports, dispatch, 'insufficient_credits', `Sending costs ${required} credits, ${available} are available`);
}

/** What of a list keeps all of it from being sent; null: something is broken. */
function failureOf(error: unknown): Dispatch['failure'] {
  if (error instanceof TooManySubjects) {
    const detail = 'Almost every recipient has a subject of their own: use fewer, or say it in the text';
    return { code: 'too_many_subjects', detail };
  }
  if (!(error instanceof AdvertisementPartMissing)) return null;
  const { row, part, position } = error.missing;
  const detail = `The text of row ${row} lacks ${part} at character ${position + 1}: nobody gets an advertisement without it`;
  return { code: 'advertisement_part_missing', detail };
}

/** The lease may have been renewed since; if it is another worker's, that one fails it. */
async function failAttempt(
  ports: PreparePorts,
  id: Dispatch['id'],
  attempt: string,
  { code, detail }: NonNullable<Dispatch['failure']>,
): Promise<void> {
  const dispatch = await ports.dispatches.read(id);
  if (dispatch?.state !== 'preparing' || dispatch.lease?.attempt !== attempt) return;
  await fail(ports, dispatch, code, detail);
}

/** Ends a dispatch for which nothing was ever held. Refused: somebody canceled it meanwhile, which ends it too. */
async function fail(ports: PreparePorts, dispatch: Dispatch, code: FailureReason, detail: string): Promise<void> {
  await endUnsent(ports, dispatch, { state: 'failed', failure: { code, detail } });
}
