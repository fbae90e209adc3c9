import type { SkipReason } from '../../contracts/codes.ts';
import { batchLeaseSeconds, sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { SendMessage } from '../../contracts/queue-messages.ts';
import type { Carrier, CarrierMessage } from '../carriers/carrier.ts';
import { renderForSend } from '../content/render.ts';
import { type UnerasedPorts, unerased } from '../erasures/unerased.ts';
import type { LoadedImages } from '../images/kept-images.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';
import { type AdmissionPorts, type Answer, askForRoom, holderOf, leaveRoom, roomWaitSeconds } from './admission.ts';
import { type AfterSubmitPorts, afterSubmit, followUp, planAgain, record, waitSeconds } from './after-submit.ts';
import { type Batch, isDone } from './batch.ts';
import { cancelBatch, leaveOut, markUnclear } from './batch-moves.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import { type LastLookPorts, lastLook, looksAtNumbersLast, numberProblem } from './last-look.ts';
import { waitsUntilMs } from './night.ts';
import { type PermittedPorts, permitted } from './permitted.ts';
import {
  type BatchStore,
  type CarrierAccounts,
  type CarrierLimits,
  type Carriers,
  isRefused,
  type RowStore,
} from './ports.ts';
import { type BoundContent, boundContentOf } from './renderer.ts';
import { type RowChange, statusAt } from './result-page.ts';
import { rowsWithin } from './totals.ts';
import { type UnrepeatedPorts, unrepeated } from './unrepeated.ts';
import { waveAtMs } from './waves.ts';

export interface SendBatchPorts
  extends AfterSubmitPorts,
    AdmissionPorts,
    PermittedPorts,
    UnerasedPorts,
    UnrepeatedPorts,
    LastLookPorts {
  readonly batches: Pick<BatchStore, 'read' | 'change'>;
  readonly rows: Pick<RowStore, 'rowsOf'>;
  readonly carriers: Carriers & CarrierLimits;
  readonly accounts: CarrierAccounts;
  readonly images: LoadedImages;
}

const leaseMs = batchLeaseSeconds * 1_000;

/** A record names a dispatch or batch that was never prepared: broken, so it goes to the dead-letter queue. */
export class UnknownBatch extends Error {
  override readonly name = 'UnknownBatch';
}

/**
 * Sends one batch: claim, check what may have changed since prepare, say that a submit begins, call the carrier once,
 * record. Whatever the record that asked for it, and however often, a batch is submitted again only when the last
 * submit provably was not taken.
 */
export async function sendBatch(ports: SendBatchPorts, message: SendMessage): Promise<void> {
  const { dispatchId, batch: n, waits = 0 } = message;
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
      return ports.queues.send(dispatch.owner, [{ dispatchId, batch: n }], next.seconds, laneOf(dispatch));
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
      return sendNow(ports, dispatch, batch, waits);
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
  // Nothing leaves before its wave's time; whoever released the wave may have a clock that is a moment ahead of ours
  const earlyMs = waveAtMs(dispatch, batch.wave) - nowMs;
  if (earlyMs > 0) return { step: 'wait', seconds: Math.min(sqsDelaySecondsMax, Math.ceil(earlyMs / 1_000)) };
  return { step: 'claim' };
}

/** Sends a batch that may go, unless its carrier's account must not be called now. */
async function sendNow(ports: SendBatchPorts, dispatch: Dispatch, batch: Batch, waits: number): Promise<void> {
  const { owner } = dispatch;
  const carrier = ports.carriers.of(owner);
  const limit = ports.carriers.messagesPerSecond(owner);
  const account = await ports.accounts.read(carrier.name);
  const nightMs = waitsUntilMs(dispatch, batch, ports.time.now());
  if (nightMs !== null) return waitForMorning(ports, dispatch, batch, nightMs);
  const pausedMs = account.pausedUntilMs - ports.time.now();
  if (pausedMs > 0) return comeAgain(ports, dispatch, batch, waits, waitSeconds(pausedMs / 1_000, ports.randomness));

  // Before the claim: a batch that cannot be read fails its record until that lies in the dead-letter queue. Once
  // claimed, its record would find the dead claim's lease and wait for it, again and again
  const rows = (await ports.rows.rowsOf(dispatch, batch)).slice(0, rowsWithin(batch, dispatch.cut));
  const texts = renderRows(boundContentOf(dispatch), rows, batch, ports.time.now());
  const rendered = { ...texts, images: await ports.images.load(dispatch.message.images) };
  const messages = rendered.messages.length;
  if (limit === null || messages === 0) return void (await claimAndSubmit(ports, dispatch, batch, carrier, rendered));

  const permit = await askForRoom(ports, carrier.name, account, { holder: holderOf(dispatch), messages }, limit);
  if (permit === null) {
    // As when it is asked last of all: put down until the tenant is resumed, not kept circling
    if (await ports.tenants.isSuspended(owner)) return;
    return comeAgain(ports, dispatch, batch, waits + 1, roomWaitSeconds(waits, ports.randomness));
  }
  if (!(await mayStillGo(ports, dispatch))) {
    await leaveRoom(ports, carrier.name, permit, null);
    return comeAgain(ports, dispatch, batch, waits, 1);
  }
  const answer = await claimAndSubmit(ports, dispatch, batch, carrier, rendered);
  return leaveRoom(ports, carrier.name, permit, answer);
}

/** Room may have taken seconds to find: what a claim relies on is read again. */
async function mayStillGo(ports: SendBatchPorts, { id }: Dispatch): Promise<boolean> {
  return (await ports.dispatches.read(id))?.state === 'sending';
}

/** A wait is a new record: it says nothing about the old one, which never counts as failed. */
function comeAgain(ports: SendBatchPorts, dispatch: Dispatch, { n }: Batch, waits: number, seconds: number) {
  const again = { dispatchId: dispatch.id, batch: n, ...(waits > 0 && { waits }) };
  return ports.queues.send(dispatch.owner, [again], seconds, laneOf(dispatch));
}

/**
 * A near morning is waited for in the queue. For one that is further away the record ends here: the sweeper looks after
 * the dispatch when it has come, and queues what waits.
 */
async function waitForMorning(ports: SendBatchPorts, dispatch: Dispatch, batch: Batch, morningMs: number) {
  const seconds = Math.ceil((morningMs - ports.time.now()) / 1_000);
  if (seconds <= sqsDelaySecondsMax) await comeAgain(ports, dispatch, batch, 0, Math.max(1, seconds));
}

/** All of the batch is left out, whatever is known of its rows by themselves. */
async function skipAll(ports: SendBatchPorts, dispatch: Dispatch, batch: Batch, rendered: Rendered, code: SkipReason) {
  const atMs = ports.time.now();
  const all = [...rendered.sent, ...rendered.skipped.map(({ row }) => row)];
  const changes = all.map((row): RowChange => ({ row, status: 'skipped', code, atMs }));
  await record(ports, dispatch, batch, changes, null);
}

/** From the claim to what was recorded. Answers what the carrier said; null if it was not called. */
async function claimAndSubmit(
  ports: SendBatchPorts,
  dispatch: Dispatch,
  batch: Batch,
  carrier: Carrier,
  rendered: Rendered,
): Promise<Answer | null> {
  const { id: dispatchId, message } = dispatch;
  const { subject, images } = rendered;
  const attempt = dispatch.prepared?.attempt ?? '';
  const claimed = await ports.batches.change(dispatchId, attempt, batch, {
    ...batch,
    state: 'claimed',
    claim: batch.claim + 1,
    leaseUntilMs: ports.time.now() + leaseMs,
  });
  // Lost to another worker, which now looks after the batch; or the batch was canceled
  if (isRefused(claimed)) return null;

  const isEmpty = rendered.messages.length === 0;
  const code = isEmpty || !looksAtNumbersLast(dispatch) ? await numberProblem(ports, dispatch) : null;
  if (code) {
    await skipAll(ports, dispatch, claimed, rendered, code);
    return null;
  }
  if (isEmpty) {
    await record(ports, dispatch, claimed, rendered.skipped, null);
    return null;
  }

  const submitting = await ports.batches.change(dispatchId, attempt, claimed, {
    ...claimed,
    state: 'submitting',
    submittingAtMs: ports.time.now(),
    leaseUntilMs: ports.time.now() + leaseMs,
  });
  if (isRefused(submitting)) return null; // the lease ran out and somebody else has the batch: nothing was sent by us

  const allowed = await permitted(ports, dispatch, submitting, await unerased(ports, dispatch, submitting, rendered));
  if ('waitsUntilMs' in allowed) {
    // Somebody took the consent to the night back, or it has fallen meanwhile: nothing was offered, and the batch is one
    // of the day from now on, so that nobody asks about it before the morning
    const comes = await planAgain(ports, dispatch, { ...submitting, night: false }, null);
    if (comes) await waitForMorning(ports, dispatch, batch, allowed.waitsUntilMs);
    return null;
  }
  const offered = await unrepeated(ports, dispatch, submitting, subject, allowed);
  if (offered === null) return null; // an equal message may be on its way: nothing was offered
  const stop = await lastLook(ports, dispatch).catch(async (error: unknown) => {
    await planAgain(ports, dispatch, submitting, null);
    throw error; // as with permissions
  });
  if (stop === 'suspended') {
    // Nobody knows for how long: the sweeper queues the batch again once the tenant is resumed. As if it had never been
    // submitting, for no record waits until its next try
    await planAgain(ports, dispatch, { ...submitting, submittingAtMs: batch.submittingAtMs }, null);
    return null;
  }
  if (stop) {
    await skipAll(ports, dispatch, submitting, rendered, stop);
    return null;
  }
  const { messages, sent, skipped } = offered;
  if (messages.length === 0) {
    await record(ports, dispatch, submitting, skipped, null);
    return null;
  }
  const offering = await leaveOut(ports, dispatch, submitting, skipped).catch(async (error: unknown) => {
    await planAgain(ports, dispatch, submitting, null);
    throw error; // nothing was offered: its record comes again
  });
  if (offering === null) return null; // taken for unclear meanwhile: nothing was sent by us
  const outcome = await carrier.submit({ type: offering.type, from: message.from, subject, messages, images });
  const answer = { outcome, atMs: ports.time.now() };
  await afterSubmit(ports, dispatch, offering, outcome, carrier, sent, skipped);
  return answer;
}

/** A batch as it would be offered. */
type Rendered = ReturnType<typeof renderRows> & { readonly images: readonly Uint8Array[] };

/** Texts of the rows that may go, their positions in the batch, and a reason for each row that no longer may. */
function renderRows(content: BoundContent, rows: readonly RecipientRow[], batch: Batch, atMs: number) {
  const messages: CarrierMessage[] = [];
  const sent: number[] = [];
  const skipped: RowChange[] = [];
  const subjects = new Set<string | null>();
  rows.forEach((row, position) => {
    // Left out when the batch was offered before: that is final
    if (batch.page !== null && statusAt(batch.page, position) === 'skipped') return;
    if (row[1] === '') {
      skipped.push({ row: position, status: 'skipped', code: 'erased', atMs });
      return;
    }
    const rendered = renderForSend(content, row, batch.type);
    if (rendered.skip === 'advertisement_part_missing') throw new Error(`Row ${row[0]} lacks what prepare found in it`);
    if (rendered.skip !== null) {
      skipped.push({ row: position, status: 'skipped', code: rendered.skip, atMs });
      return;
    }
    sent.push(position);
    messages.push({ to: `+${row[1]}`, text: rendered.text });
    subjects.add(rendered.subject);
  });
  if (subjects.size > 1) throw new Error(`Batch ${batch.n} has rows with different subjects: a carrier call has one`);
  const [subject = null] = subjects;
  return { messages, subject, sent, skipped };
}
