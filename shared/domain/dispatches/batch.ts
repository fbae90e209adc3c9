import type { PreparedBatch } from './prepared.ts';
import type { ResultPage } from './result-page.ts';

export type BatchState = 'planned' | 'claimed' | 'submitting' | 'recorded' | 'canceled';

/** Up to 500 recipients of a dispatch: what is queued, claimed, submitted and counted as one. */
export interface Batch extends PreparedBatch {
  readonly state: BatchState;
  /** Rises by one with every change of the item. */
  readonly version: number;
  /** Counts the claims so far; a worker writes only while its own claim is the last. */
  readonly claim: number;
  /** Until when the claim or the submit belongs to its worker; 0 when nobody holds it. */
  readonly leaseUntilMs: number;
  /** When the last submit began; 0 before. */
  readonly submittingAtMs: number;
  /** The carrier and its id of the accepted call, once known. */
  readonly carrier: string | null;
  readonly carrierId: string | null;
  readonly acceptedAtMs: number;
  /** Absent before the first result. */
  readonly page: ResultPage | null;
}

/** What a batch is when prepare writes it. */
export const plannedBatch = (prepared: PreparedBatch): Batch => ({
  ...prepared,
  state: 'planned',
  version: 1,
  claim: 0,
  leaseUntilMs: 0,
  submittingAtMs: 0,
  carrier: null,
  carrierId: null,
  acceptedAtMs: 0,
  page: null,
});

/** Whether nothing will change the batch's own state any more; reports still change its page. */
export const isDone = (batch: Pick<Batch, 'state'>): boolean =>
  batch.state === 'recorded' || batch.state === 'canceled';
