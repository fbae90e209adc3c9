import { createHash } from 'node:crypto';
import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import { sendBatchSeconds } from '../../contracts/limits.ts';
import type { CarrierMessage } from '../carriers/carrier.ts';
import type { About } from '../permissions/why-not.ts';
import type { Batch } from './batch.ts';
import { aboutOf, type Dispatch } from './dispatch.ts';
import { statusAt } from './result-page.ts';
import { factsOf } from './row-status.ts';

/** What the messages of a batch have in common. */
export interface Likeness {
  readonly type: Batch['type'];
  readonly about: About;
  /** The sender number. */
  readonly from: string;
  readonly subject: string | null;
  /** SHA-256 of each, in order. */
  readonly images: readonly string[];
}

export const likenessOf = (
  dispatch: Pick<Dispatch, 'purpose' | 'campaignId' | 'message'>,
  type: Batch['type'],
  subject: string | null,
): Likeness => ({
  type,
  about: aboutOf(dispatch),
  from: dispatch.message.from,
  subject,
  images: dispatch.message.images.map(({ sha256 }) => sha256),
});

/** The same for two messages exactly if one repeats the other. Texts are finished ones: normalised and substituted. */
export const fingerprintOf = ({ type, about, from, subject, images }: Likeness, { to, text }: CarrierMessage): string =>
  createHash('sha256')
    .update(JSON.stringify([type, about, from, to, subject, text, images]))
    .digest('base64url');

/** That a batch was about to send a message. Whether it did is told by the batch alone. */
export interface FingerprintClaim {
  readonly dispatchId: DispatchId;
  readonly attempt: string;
  readonly batch: number;
  /** Which claim of the batch it was: they count up. */
  readonly claim: number;
  /** The message's position in the batch. */
  readonly row: number;
  readonly atMs: number;
}

/** Claims that stand in nobody's way: made at a time or before, or the very one that was looked into. */
export interface Over {
  readonly untilMs: number;
  readonly seen: FingerprintClaim | null;
}

export interface FingerprintStore {
  /**
   * Writes the claim if none is there, or one that is over, or an earlier one of the same batch; made again it holds
   * again. Else nothing is written, and what is there is told. `busy`: it may be written or not, and took long enough.
   */
  claim(
    owner: OwnerId,
    fingerprint: string,
    claim: FingerprintClaim,
    over: Over,
  ): Promise<'claimed' | 'busy' | { readonly refused: FingerprintClaim }>;
  /** The last claim, for as long as results are kept; null: there was none. */
  find(owner: OwnerId, fingerprint: string): Promise<FingerprintClaim | null>;
}

/** How long after a claim its message may still arrive: whoever made it ends by then. */
export const arrivesWithinMs = sendBatchSeconds * 1_000;

/**
 * What a claim means for an equal message, by how its batch stands: `repeated`, the message went within the block or may
 * have; `in_flight`, that is not decided yet; `over`, it never went or did before. A claim is never taken back: the batch
 * of a message that did not go says so, whoever ended when.
 */
export function standingOf(
  claim: FingerprintClaim,
  batch: Batch | null,
  blockMs: number,
  nowMs: number,
): 'repeated' | 'in_flight' | 'over' {
  if (batch === null) return 'repeated';
  if (batch.state === 'submitting') return batch.leaseUntilMs > nowMs ? 'in_flight' : 'repeated';
  if (batch.state !== 'recorded' || batch.page === null) return 'over';
  const { credits } = factsOf(statusAt(batch.page, claim.row));
  if (credits === 'held' || credits === 'released') return 'over';
  const latestMs = claim.atMs + arrivesWithinMs;
  // The time of an unclear submit that was found later is by the carrier's clock
  const takenAtMs = batch.acceptedAtMs > 0 ? Math.min(Math.max(batch.acceptedAtMs, claim.atMs), latestMs) : latestMs;
  return takenAtMs + blockMs > nowMs ? 'repeated' : 'over';
}
