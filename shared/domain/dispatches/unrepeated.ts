import { batchLeaseSeconds } from '../../contracts/limits.ts';
import type { CarrierMessage } from '../carriers/carrier.ts';
import { type AfterSubmitPorts, backOffSeconds, planAgain, waitSeconds } from './after-submit.ts';
import type { Batch } from './batch.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import {
  arrivesWithinMs,
  type FingerprintClaim,
  type FingerprintStore,
  fingerprintOf,
  type Likeness,
  likenessOf,
  standingOf,
} from './fingerprint.ts';
import type { Offered } from './offered.ts';
import type { BatchStore, Patience } from './ports.ts';
import type { RowChange } from './result-page.ts';

export interface UnrepeatedPorts extends AfterSubmitPorts {
  readonly batches: Pick<BatchStore, 'read' | 'change'>;
  readonly fingerprints: Pick<FingerprintStore, 'claim'>;
  readonly patience: Patience;
}

/** A full batch is twenty rounds of a write: a fraction of a second. */
const atOnce = 25;
/** From `submitting` to the last claim: a run has its time for the carrier call and its answer after that. */
const claimedWithinMs = 15_000;
/** How long, about, before a claim is made again that the table had no room for. */
const busyMs = 200;
/** A submit that another's worker died in is open for a lease. */
const inFlightSecondsMax = batchLeaseSeconds / 2;
/** How many claims of others are looked into over one message before we make way. */
const looksMax = 5;

type Verdict = 'first' | 'repeated';
/** Why a batch cannot go now: it is open whether an equal message goes, or claims took too long. */
type Stop = 'in_flight' | 'late';

/**
 * Leaves out messages that equal one which went within the block, or may have. Asked once the batch is submitting and
 * before anything is offered: a claim for each message says so to whoever comes with an equal one. While it is open
 * whether another's goes, the batch is planned again and comes back; null then.
 */
export async function unrepeated(
  ports: UnrepeatedPorts,
  dispatch: Dispatch,
  submitting: Batch,
  subject: string | null,
  offered: Offered,
): Promise<Offered | null> {
  if (dispatch.duplicateBlockMinutes === 0) return offered;
  const likeness = likenessOf(dispatch, submitting.type, subject);
  const verdicts = await claimAll(ports, dispatch, submitting, likeness, offered).catch(async (error: unknown) => {
    await planAgain(ports, dispatch, submitting, null);
    throw error;
  });
  if (typeof verdicts === 'string') {
    await comeBack(ports, dispatch, submitting, verdicts);
    return null;
  }
  const atMs = ports.time.now();
  const { messages, sent, skipped } = offered;
  const left = sent.flatMap((row, i): RowChange[] =>
    verdicts[i] === 'first' ? [] : [{ row, status: 'skipped', code: 'duplicate_content', atMs }],
  );
  return {
    messages: messages.filter((_, i) => verdicts[i] === 'first'),
    sent: sent.filter((_, i) => verdicts[i] === 'first'),
    skipped: [...skipped, ...left],
  };
}

/** Nothing was offered. What was claimed hinders nobody: the batch is not submitting. */
async function comeBack(ports: UnrepeatedPorts, dispatch: Dispatch, batch: Batch, stop: Stop): Promise<void> {
  const { randomness } = ports;
  if (stop === 'late') ports.log.warn('claims of messages took too long', { dispatchId: dispatch.id, batch: batch.n });
  if (!(await planAgain(ports, dispatch, batch, null))) return;
  // Two that are in each other's way come back apart, and both rarely if it takes long
  const seconds =
    stop === 'in_flight'
      ? 1 + Math.floor(randomness.random() * Math.min(inFlightSecondsMax, 2 ** batch.claim))
      : waitSeconds(backOffSeconds(batch.claim), randomness);
  await ports.queues.send(dispatch.owner, [{ dispatchId: dispatch.id, batch: batch.n }], seconds, laneOf(dispatch));
}

/** A verdict on each message, or why there is none. Everything begun has ended then. */
async function claimAll(
  ports: UnrepeatedPorts,
  dispatch: Dispatch,
  submitting: Batch,
  likeness: Likeness,
  { messages, sent }: Offered,
): Promise<readonly Verdict[] | Stop> {
  const untilMs = submitting.submittingAtMs + claimedWithinMs;
  const isLate = () => ports.time.now() > untilMs;
  const claimant = claimantOf(ports, dispatch, submitting, isLate);
  const verdicts: Verdict[] = [];
  const met = new Set<string>();
  let next = 0;
  let stop: Stop | 'broken' | null = null;

  const judge = async (one: CarrierMessage, row: number): Promise<Verdict | Stop> => {
    const fingerprint = fingerprintOf(likeness, one);
    if (met.has(fingerprint)) return 'repeated';
    met.add(fingerprint);
    return claimant(fingerprint, row);
  };
  const work = async (): Promise<void> => {
    while (stop === null && next < messages.length) {
      const i = next++;
      const verdict = await judge(messages[i] as CarrierMessage, sent[i] as number).catch((error: unknown) => {
        stop = 'broken';
        throw error;
      });
      if (verdict === 'first' || verdict === 'repeated') verdicts[i] = verdict;
      else stop = verdict;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, messages.length) }, work));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken) throw broken.reason;
  return stop ?? (isLate() ? 'late' : verdicts);
}

/** Claims messages for a batch, one at a time or many. How another's batch stands is read once for each claim of it. */
function claimantOf(
  ports: UnrepeatedPorts,
  { id: dispatchId, owner, prepared, duplicateBlockMinutes }: Dispatch,
  { n, claim }: Batch,
  isLate: () => boolean,
): (fingerprint: string, row: number) => Promise<Verdict | Stop> {
  const atMs = ports.time.now();
  const blockMs = duplicateBlockMinutes * 60_000;
  const untilMs = atMs - blockMs - arrivesWithinMs;
  const own = { dispatchId, attempt: prepared?.attempt ?? '', batch: n, claim, atMs };
  const read = new Map<string, Promise<Batch | null>>();
  const batchOf = (other: FingerprintClaim): Promise<Batch | null> => {
    const key = `${other.dispatchId} ${other.batch} ${other.claim}`;
    const found = read.get(key) ?? ports.batches.read(other.dispatchId, other.attempt, other.batch);
    read.set(key, found);
    return found;
  };

  return async (fingerprint, row) => {
    let seen: FingerprintClaim | null = null;
    for (let looks = 0; looks < looksMax && !isLate(); ) {
      const outcome = await ports.fingerprints.claim(owner, fingerprint, { ...own, row }, { untilMs, seen });
      if (outcome === 'claimed') return 'first';
      if (outcome === 'busy') {
        await ports.patience.wait(busyMs * (0.5 + ports.randomness.random()));
        continue;
      }
      seen = outcome.refused;
      if (seen.dispatchId === dispatchId && seen.batch === n) throw new Error(`${dispatchId}#${n} was claimed again`);
      const standing = standingOf(seen, await batchOf(seen), blockMs, ports.time.now());
      if (standing !== 'over') return standing;
      looks++;
    }
    return isLate() ? 'late' : 'in_flight';
  };
}
