import * as z from 'zod';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { batchRowsMax } from '../../../shared/contracts/limits.ts';
import { cancelFloor, releaseFloor, usualRelease } from './held-floors.ts';
import { type HeldService, heldService, prepared } from './held-service.ts';
import { secondsOf } from './side-by-side.ts';
import { released, until } from './until.ts';

/** A dispatch confirmed, released and canceled, and another canceled before its time, in seconds of waiting. */
export interface HeldRun {
  readonly recipients: number;
  /** From the confirmation to the mark that every batch is queued, the hold of the credits included. */
  readonly release: number;
  /** The reads and the calls to the queue alone. */
  readonly releaseFloor: number;
  /** A queue message for each recipient; extrapolated from `usualSample` of them. */
  readonly usualRelease: number;
  /** From the call to its answer, by which the credits are back. */
  readonly cancelSending: number;
  readonly cancelScheduled: number;
  /** The conditional update of each batch alone. */
  readonly cancelFloor: number;
}

const canceledShape = z.object({
  dispatch: z.object({
    status: z.literal('canceled'),
    credits: z.object({ held: z.literal(0), captured: z.literal(0), released: z.int() }),
  }),
  canceled: z.int(),
  gone: z.literal(0),
});
const creditsShape = z.object({ available: z.int(), held: z.int() });
const farAheadMs = 30 * 86_400_000;

export const heldSizes = (quick: boolean) =>
  quick ? { sizes: [1_000, 10_000], rounds: 1 } : { sizes: [10_000, 100_000, 1_000_000], rounds: 3 };

const runs = new Map<number, Promise<readonly HeldRun[]>>();

/** So many rounds of one size, made when first asked for; the first size is preceded by a warm-up. */
export function heldRuns(
  recipients: number,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly HeldRun[]> {
  const made = runs.get(recipients) ?? makeRuns(recipients, rounds, progress);
  runs.set(recipients, made);
  return made;
}

async function makeRuns(
  recipients: number,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly HeldRun[]> {
  const service = await heldService();
  if (runs.size === 0) await runHeld(service, 2_000);
  const made: HeldRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    const run = await runHeld(service, recipients);
    made.push(run);
    progress(
      `${recipients.toLocaleString('en')}, round ${round} of ${rounds}: released in ${run.release.toFixed(2)} s, canceled in ${run.cancelSending.toFixed(2)} s`,
    );
  }
  return made;
}

async function runHeld(service: HeldService, recipients: number): Promise<HeldRun> {
  const batches = Math.ceil(recipients / batchRowsMax);
  const sending = await prepared(service, recipients);
  const waiting = await prepared(service, recipients, {
    scheduleAtMs: (await service.cloud.control.nowMs()) + farAheadMs,
  });
  const before = await creditsOf(service);
  const queuedBefore = await queuedOf(service);

  const release = await secondsOf(async () => {
    await service.tenant.post(`/v1/dispatches/${sending}/send`, {});
    await released(service, sending, 1);
  });
  const queued = (await queuedOf(service)) - queuedBefore;
  if (queued !== batches) throw new Error(`${queued} of ${batches} batches were queued`);
  const cancelSending = await cancel(service, sending, recipients);
  await service.tenant.post(`/v1/dispatches/${waiting}/send`, {});
  await until(async () => (await service.dispatches.read(waiting))?.plannedRevision === 1, 'its schedule');
  const cancelScheduled = await cancel(service, waiting, recipients);
  if ((await service.cloud.control.carrierCalls()) > 0) throw new Error('The carrier was called');
  const after = await creditsOf(service);
  if (after.available !== before.available || after.held !== before.held) {
    throw new Error(`Credits were lost: ${JSON.stringify({ before, after })}`);
  }
  return {
    recipients,
    release,
    releaseFloor: await releaseFloor(service, sending),
    usualRelease: await usualRelease(service, recipients),
    cancelSending,
    cancelScheduled,
    cancelFloor: await cancelFloor(service, recipients),
  };
}

/** Cancels through the API and sees to it that everything came back. */
async function cancel({ tenant }: HeldService, id: DispatchId, recipients: number): Promise<number> {
  let answer: unknown;
  const took = await secondsOf(async () => {
    answer = await tenant.post(`/v1/dispatches/${id}/cancel`);
  });
  const { canceled, dispatch } = canceledShape.parse(answer);
  if (canceled !== recipients || dispatch.credits.released !== recipients)
    throw new Error(`${id}: ${JSON.stringify(answer)}`);
  return took;
}

/** Seconds from the confirmation of a split dispatch to the mark of its last wave, the clock moved to each in turn. */
export async function runSplit(recipients: number, count: number): Promise<number> {
  const service = await heldService();
  const id = await prepared(service, recipients, { split: { count, intervalMinutes: 1 } });
  const took = await secondsOf(async () => {
    await service.tenant.post(`/v1/dispatches/${id}/send`, {});
    await until(async () => (await service.dispatches.read(id))?.plannedRevision === 1, 'its schedules');
    await service.cloud.control.advance(`PT${count}M`);
    await released(service, id, count);
  });
  await cancel(service, id, recipients);
  return took;
}

const creditsOf = async ({ tenant }: HeldService) => creditsShape.parse(await tenant.get('/v1/credits'));

/** Batches that wait for somebody who submits them. */
async function queuedOf({ cloud, sendQueueUrl }: HeldService): Promise<number> {
  const queue = (await cloud.control.queues()).find(({ name }) => sendQueueUrl.endsWith(`/${name}`));
  if (!queue) throw new Error(`There is no queue at ${sendQueueUrl}`);
  return queue.visible;
}
