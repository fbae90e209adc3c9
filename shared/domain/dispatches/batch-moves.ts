import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import { type BatchStore, isRefused, type Time } from './ports.ts';
import { emptyPage, mergeChanges, type RowChange } from './result-page.ts';

/** Moves of a batch that more than one use case makes. Each answers the batch as written, or null if it had moved. */

interface BatchMovePorts {
  readonly batches: Pick<BatchStore, 'change'>;
  readonly time: Time;
}

const written = async (change: ReturnType<BatchStore['change']>): Promise<Batch | null> => {
  const outcome = await change;
  return isRefused<Batch>(outcome) ? null : outcome;
};

/** A planned batch, or one whose claim ended, will not be sent. Whoever was left out of it before stays so. */
export async function cancelBatch(ports: BatchMovePorts, dispatch: Dispatch, batch: Batch): Promise<Batch | null> {
  const free = batch.state === 'planned' || (batch.state === 'claimed' && batch.leaseUntilMs <= ports.time.now());
  if (!free || !dispatch.prepared) return null;
  return written(
    ports.batches.change(dispatch.id, dispatch.prepared.attempt, batch, {
      ...batch,
      state: 'canceled',
      leaseUntilMs: 0,
      page: batch.page && mergeChanges(batch.page, allOf(batch, 'canceled', ports.time.now())).page,
    }),
  );
}

/** A submit whose worker never came back: it may have been taken, so its rows are unknown and never sent again. */
export async function markUnclear(ports: BatchMovePorts, dispatch: Dispatch, batch: Batch): Promise<Batch | null> {
  const atMs = ports.time.now();
  if (batch.state !== 'submitting' || batch.leaseUntilMs > atMs || !dispatch.prepared) return null;
  const changes = allOf(batch, 'unclear', atMs);
  return written(
    ports.batches.change(dispatch.id, dispatch.prepared.attempt, batch, {
      ...batch,
      state: 'recorded',
      leaseUntilMs: 0,
      page: mergeChanges(batch.page ?? emptyPage(batch.rows), changes).page,
    }),
  );
}

/**
 * Says who is left out of a batch that is submitting, before the others are offered: should nobody come back from the
 * call, only they are in doubt, and the carrier is asked for a call to just them.
 */
export async function leaveOut(
  ports: Pick<BatchMovePorts, 'batches'>,
  dispatch: Dispatch,
  batch: Batch,
  skipped: readonly RowChange[],
): Promise<Batch | null> {
  if (skipped.length === 0) return batch;
  const { page } = mergeChanges(batch.page ?? emptyPage(batch.rows), skipped);
  return written(ports.batches.change(dispatch.id, dispatch.prepared?.attempt ?? '', batch, { ...batch, page }));
}

const allOf = ({ rows }: Batch, status: 'canceled' | 'unclear', atMs: number): readonly RowChange[] =>
  Array.from({ length: rows }, (_, row) => ({ row, status, code: null, atMs }));
