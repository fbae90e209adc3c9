import { tenantOf } from '../../contracts/ids.ts';
import { batchLeaseSeconds, rowsKeptDays } from '../../contracts/limits.ts';
import type { SendMessage } from '../../contracts/queue-messages.ts';
import type { Carrier, CarrierMessage, SubmitOutcome } from '../carriers/carrier.ts';
import { renderForSend } from '../content/render.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';
import { type Batch, isDone } from './batch.ts';
import { cancelBatch, markUnclear } from './batch-moves.ts';
import type { Dispatch } from './dispatch.ts';
import {
  type Alarms,
  type BatchStore,
  type CarrierAccounts,
  type Carriers,
  type DispatchStore,
  isRefused,
  type Log,
  type Queues,
  type Randomness,
  type RowStore,
  type Tenants,
  type Time,
} from './ports.ts';
import { type BoundContent, boundContentOf } from './renderer.ts';
import { emptyPage, mergeChanges, type RowChange } from './result-page.ts';
import { rowsWithin } from './totals.ts';

export interface SendBatchPorts {
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly batches: Pick<BatchStore, 'read' | 'change'>;
  readonly rows: Pick<RowStore, 'rowsOf'>;
  readonly queues: Pick<Queues, 'send' | 'report' | 'settle'>;
  readonly tenants: Tenants;
  readonly carriers: Carriers;
  readonly accounts: CarrierAccounts;
  readonly time: Time;
  readonly randomness: Randomness;
  readonly alarms: Alarms;
  readonly log: Log;
}

const leaseMs = batchLeaseSeconds * 1_000;
const accountPauseMs = 60_000;
const firstPollSeconds = 3;

/** A record names a dispatch or batch that was never prepared: broken, so it goes to the dead-letter queue. */
export class UnknownBatch extends Error {
  override readonly name = 'UnknownBatch';
}

/**
 * Sends one batch: claim, check what may have changed since prepare, say that a submit begins, call the carrier once,
 * record. Whatever the record that asked for it, and however often, a batch is submitted again only when the last
 * submit provably was not taken.
 */
export async function sendBatch(ports: SendBatchPorts, { dispatchId, batch: n }: SendMessage): Promise<void> {
  const dispatch = await ports.dispatches.read(dispatchId);
  if (!dispatch?.prepared) throw new UnknownBatch(`${dispatchId} has no prepared batches`);
  const { attempt } = dispatch.prepared;
  const batch = await ports.batches.read(dispatchId, attempt, n);
  if (!batch) throw new UnknownBatch(`${dispatchId} has no batch ${n}`);

  const next = nextStep(dispatch, batch, ports.time.now());
  switch (next.step) {
    case 'follow_up':
      // A worker died between recording and telling the others; telling them twice is harmless
      return followUp(ports, dispatch, batch);
    case 'wait':
      return ports.queues.send(dispatch.owner, [{ dispatchId, batch: n }], next.seconds);
    case 'give_up_waiting': {
      const marked = await markUnclear(ports, dispatch, batch);
      return marked ? followUp(ports, dispatch, marked) : undefined;
    }
    case 'cancel':
      await cancelBatch(ports, dispatch, batch);
      return ports.queues.settle(dispatchId, 0);
    case 'stop':
      return;
    case 'claim':
      return claimAndSend(ports, dispatch, batch);
  }
}

type NextStep =
  | { readonly step: 'follow_up' | 'give_up_waiting' | 'cancel' | 'claim' | 'stop' }
  | { readonly step: 'wait'; readonly seconds: number };

function nextStep(dispatch: Dispatch, batch: Batch, nowMs: number): NextStep {
  if (batch.state === 'recorded') return { step: 'follow_up' };
  if (isDone(batch)) return { step: 'stop' };
  const leased = batch.leaseUntilMs > nowMs;
  if (leased) return { step: 'wait', seconds: Math.ceil((batch.leaseUntilMs - nowMs) / 1_000) + 1 };
  if (batch.state === 'submitting') return { step: 'give_up_waiting' };
  if (dispatch.state === 'canceling') return { step: 'cancel' };
  if (dispatch.state !== 'sending' || rowsWithin(batch, dispatch.cut) === 0) return { step: 'stop' };
  return { step: 'claim' };
}

async function claimAndSend(ports: SendBatchPorts, dispatch: Dispatch, batch: Batch): Promise<void> {
  const { id: dispatchId, owner } = dispatch;
  const attempt = dispatch.prepared?.attempt ?? '';
  const again = { dispatchId, batch: batch.n };
  const carrier = ports.carriers.of(owner);

  const pausedMs = (await ports.accounts.pausedUntilMs(carrier.name)) - ports.time.now();
  if (pausedMs > 0) return ports.queues.send(owner, [again], waitSeconds(pausedMs / 1_000, ports.randomness));
  // Nobody knows for how long: the sweeper queues the batch again once the tenant is resumed
  if (await ports.tenants.isSuspended(tenantOf(owner))) return;

  // Before the claim: a batch that cannot be read fails its record until that lies in the dead-letter queue. Once
  // claimed, its record would find the dead claim's lease and wait for it, again and again
  const rows = (await ports.rows.rowsOf(dispatch, batch)).slice(0, rowsWithin(batch, dispatch.cut));
  const { messages, subject, sent, skipped } = renderRows(boundContentOf(dispatch), rows, batch, ports.time.now());

  const claimed = await ports.batches.change(dispatchId, attempt, batch, {
    ...batch,
    state: 'claimed',
    claim: batch.claim + 1,
    leaseUntilMs: ports.time.now() + leaseMs,
  });
  // Lost to another worker, which now looks after the batch; or the batch was canceled
  if (isRefused(claimed)) return;

  if (!(await ports.tenants.isApprovedSender(tenantOf(owner), dispatch.message.from))) {
    const atMs = ports.time.now();
    const changes = rows.map((_, row): RowChange => ({ row, status: 'skipped', code: 'sender_not_approved', atMs }));
    return record(ports, dispatch, claimed, changes, null);
  }
  if (messages.length === 0) return record(ports, dispatch, claimed, skipped, null);

  const submitting = await ports.batches.change(dispatchId, attempt, claimed, {
    ...claimed,
    state: 'submitting',
    submittingAtMs: ports.time.now(),
    leaseUntilMs: ports.time.now() + leaseMs,
  });
  if (isRefused(submitting)) return; // the lease ran out and somebody else has the batch: nothing was sent by us

  const outcome = await carrier.submit({
    type: submitting.type,
    from: dispatch.message.from,
    subject,
    messages,
  });
  return afterSubmit(ports, dispatch, submitting, outcome, carrier, sent, skipped);
}

/** Texts of the rows that may go, their positions in the batch, and a reason for each row that no longer may. */
function renderRows(content: BoundContent, rows: readonly RecipientRow[], batch: Batch, atMs: number) {
  const messages: CarrierMessage[] = [];
  const sent: number[] = [];
  const skipped: RowChange[] = [];
  let subject: string | null = null; // the same in every row: subjects have no variables
  rows.forEach((row, position) => {
    const rendered = renderForSend(content, row, batch.type);
    if (rendered.skip !== null) {
      skipped.push({ row: position, status: 'skipped', code: rendered.skip, atMs });
      return;
    }
    sent.push(position);
    messages.push({ to: `+${row[1]}`, text: rendered.text });
    subject = rendered.subject;
  });
  return { messages, subject, sent, skipped };
}

async function afterSubmit(
  ports: SendBatchPorts,
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
    case 'account_error':
      ports.alarms.raise('carrierAccountPaused', { carrier: carrier.name, carrierCode: outcome.carrierCode });
      // The batch first: left behind as submitting, its rows would pay for the account's trouble
      await putBack(ports, dispatch, batch, accountPauseMs / 1_000);
      return ports.accounts.pause(carrier.name, atMs + accountPauseMs, outcome.carrierCode);
    case 'not_accepted':
      return putBack(ports, dispatch, batch, outcome.retryAfterSeconds ?? backOffSeconds(batch.claim));
  }
}

/** Doubles with every claim of the batch, up to five minutes. */
const backOffSeconds = (claims: number): number => Math.min(300, 2 ** Math.min(claims, 9));

/** A wait of at least `seconds`, spread by up to a half more so that many do not come back at once; SQS takes at most 900. */
const waitSeconds = (seconds: number, { random }: Randomness): number =>
  Math.min(900, Math.max(1, Math.ceil(seconds * (1 + random() / 2))));

/** Nothing was taken: the batch is planned again, unless the dispatch is being canceled meanwhile. */
async function putBack(ports: SendBatchPorts, dispatch: Dispatch, batch: Batch, seconds: number): Promise<void> {
  const attempt = dispatch.prepared?.attempt ?? '';
  const planned = await ports.batches.change(dispatch.id, attempt, batch, {
    ...batch,
    state: 'planned',
    leaseUntilMs: 0,
  });
  if (isRefused(planned)) return;
  const now = await ports.dispatches.read(dispatch.id);
  if (now?.state === 'canceling') {
    await cancelBatch(ports, dispatch, planned);
    return ports.queues.settle(dispatch.id, 0);
  }
  return ports.queues.send(
    dispatch.owner,
    [{ dispatchId: dispatch.id, batch: batch.n }],
    waitSeconds(seconds, ports.randomness),
  );
}

/**
 * Writes what a claim came to, merging into whatever was written meanwhile: a late answer still counts. By then the
 * rows are unknown and captured, and nothing un-captures, so that those refused late have failed instead.
 */
async function record(
  ports: SendBatchPorts,
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

async function followUp(ports: Pick<SendBatchPorts, 'queues'>, dispatch: Dispatch, batch: Batch): Promise<void> {
  await ports.queues.report([{ dispatchId: dispatch.id, batch: batch.n, poll: 0 }], firstPollSeconds);
  await ports.queues.settle(dispatch.id, 1);
}
