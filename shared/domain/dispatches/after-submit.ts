import { rowsKeptDays, sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { Carrier, SubmitOutcome } from '../carriers/carrier.ts';
import type { Batch } from './batch.ts';
import { cancelBatch } from './batch-moves.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import {
  type Alarms,
  type BatchStore,
  type CarrierAccounts,
  type DispatchStore,
  isRefused,
  type Log,
  type Queues,
  type Randomness,
  type Time,
} from './ports.ts';
import { emptyPage, mergeChanges, type RowChange } from './result-page.ts';

export interface AfterSubmitPorts {
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly batches: Pick<BatchStore, 'change'>;
  readonly queues: Pick<Queues, 'send' | 'report' | 'settle'>;
  readonly accounts: Pick<CarrierAccounts, 'pause' | 'take'>;
  readonly time: Time;
  readonly randomness: Randomness;
  readonly alarms: Alarms;
  readonly log: Log;
}

const accountPauseSeconds = 60;
const firstPollSeconds = 3;

/**
 * What follows from the carrier's answer to a batch that is submitting. `sent` are the positions of the rows that were
 * offered, `skipped` what is known of the others.
 */
export async function afterSubmit(
  ports: AfterSubmitPorts,
  dispatch: Dispatch,
  batch: Batch,
  outcome: SubmitOutcome,
  carrier: Carrier,
  sent: readonly number[],
  skipped: readonly RowChange[],
): Promise<void> {
  const atMs = ports.time.now();
  const all = (status: RowChange['status'], code: RowChange['code']): RowChange[] => [
    ...skipped,
    ...sent.map((row): RowChange => ({ row, status, code, atMs })),
  ];
  switch (outcome.kind) {
    case 'accepted': {
      const keptUntilMs = dispatch.createdAtMs + rowsKeptDays * 86_400_000;
      const ours = await ports.accounts.take(carrier.name, outcome.carrierId, dispatch.id, batch.n, keptUntilMs);
      if (!ours)
        ports.alarms.raise('carrierIdTaken', { dispatchId: dispatch.id, batch: batch.n, carrier: carrier.name });
      return record(ports, dispatch, batch, all('submitted', null), { ...outcome, carrier: carrier.name, atMs });
    }
    case 'refused':
      ports.log.warn('carrier refused a batch', {
        dispatchId: dispatch.id,
        batch: batch.n,
        carrierCode: outcome.carrierCode,
      });
      return record(ports, dispatch, batch, all('refused', outcome.code), null);
    case 'unclear':
      ports.log.warn('a submit is unclear', { dispatchId: dispatch.id, batch: batch.n, reason: outcome.reason });
      return record(ports, dispatch, batch, all('unclear', null), null);
    case 'account_error': {
      const { carrierCode } = outcome;
      ports.alarms.raise('carrierAccountPaused', { carrier: carrier.name, carrierCode });
      const pause = { carrier: carrier.name, untilMs: atMs + accountPauseSeconds * 1_000, cause: carrierCode };
      return putBack(ports, dispatch, batch, accountPauseSeconds, pause);
    }
    case 'not_accepted': {
      const asked = outcome.retryAfterSeconds ?? 0;
      // Who is told when to come back holds everybody back that calls with the same account
      const pause = asked > 0 ? { carrier: carrier.name, untilMs: atMs + asked * 1_000, cause: outcome.reason } : null;
      return putBack(ports, dispatch, batch, Math.max(asked, backOffSeconds(batch.claim)), pause);
    }
  }
}

/** Doubles with every claim of the batch, up to five minutes. */
export const backOffSeconds = (claims: number): number => Math.min(300, 2 ** Math.min(claims, 9));

/**
 * A wait of `seconds`, spread by up to a half more so that many do not come back at once. One that is longer than a queue
 * can delay has several parts, spread too: whoever comes back early finds that it must still wait.
 */
export function waitSeconds(seconds: number, { random }: Randomness): number {
  const spread = 1 + random() / 2;
  if (seconds * 1.5 > sqsDelaySecondsMax) return Math.ceil((sqsDelaySecondsMax / 1.5) * spread);
  return Math.max(1, Math.ceil(seconds * spread));
}

interface Pause {
  readonly carrier: string;
  readonly untilMs: number;
  readonly cause: string;
}

/** Nothing was taken: the batch is planned again, and comes again after a while. */
async function putBack(
  ports: AfterSubmitPorts,
  dispatch: Dispatch,
  batch: Batch,
  seconds: number,
  pause: Pause | null,
): Promise<void> {
  if (!(await planAgain(ports, dispatch, batch, pause))) return;
  const again = [{ dispatchId: dispatch.id, batch: batch.n }];
  return ports.queues.send(dispatch.owner, again, waitSeconds(seconds, ports.randomness), laneOf(dispatch));
}

/**
 * Nothing was taken: the batch is planned again, unless the dispatch is being canceled meanwhile. The batch comes before
 * the pause: left behind as submitting, its rows would pay for the account's trouble. Answers whether it is to come again.
 */
export async function planAgain(
  ports: AfterSubmitPorts,
  dispatch: Dispatch,
  batch: Batch,
  pause: Pause | null,
): Promise<boolean> {
  const attempt = dispatch.prepared?.attempt ?? '';
  const planned = await ports.batches.change(dispatch.id, attempt, batch, {
    ...batch,
    state: 'planned',
    leaseUntilMs: 0,
  });
  if (pause) await ports.accounts.pause(pause.carrier, pause.untilMs, pause.cause);
  if (isRefused(planned)) return false;
  const now = await ports.dispatches.read(dispatch.id);
  if (now?.state !== 'canceling') return true;
  await cancelBatch(ports, dispatch, planned);
  await ports.queues.settle(dispatch.id, 0);
  return false;
}

/**
 * Writes what a claim came to, merging into whatever was written meanwhile: a late answer still counts. By then the
 * rows are unknown and captured, and nothing un-captures, so that those refused late have failed instead.
 */
export async function record(
  ports: AfterSubmitPorts,
  dispatch: Dispatch,
  batch: Batch,
  changes: readonly RowChange[],
  accepted: { readonly carrier: string; readonly carrierId: string; readonly atMs: number } | null,
): Promise<void> {
  const attempt = dispatch.prepared?.attempt ?? '';
  for (let current = batch; ; ) {
    const written = await ports.batches.change(dispatch.id, attempt, current, {
      ...current,
      state: 'recorded',
      leaseUntilMs: 0,
      page: mergeChanges(current.page ?? emptyPage(current.rows), current === batch ? changes : changes.map(late)).page,
      ...(accepted && {
        carrier: accepted.carrier,
        carrierId: accepted.carrierId,
        acceptedAtMs: accepted.atMs,
      }),
    });
    if (!isRefused<Batch>(written)) return followUp(ports, dispatch, written);
    // A batch that we are submitting was at most called unclear; in any other state our claim ended before a submit
    const { refused } = written;
    if (refused === null || refused.claim !== batch.claim || refused.state !== 'recorded') return;
    current = refused;
  }
}

const late = (change: RowChange): RowChange => (change.status === 'refused' ? { ...change, status: 'failed' } : change);

/** Asks for the first poll and for a fold. Doing it twice is harmless. */
export async function followUp(
  ports: Pick<AfterSubmitPorts, 'queues'>,
  dispatch: Dispatch,
  batch: Batch,
): Promise<void> {
  await ports.queues.report([{ dispatchId: dispatch.id, batch: batch.n, poll: 0 }], firstPollSeconds);
  await ports.queues.settle(dispatch.id, 1);
}
