import type { SkipReason } from '../../contracts/codes.ts';
import type { DispatchId, OwnerId, QuoteId, UploadId } from '../../contracts/ids.ts';
import type { MessageContent } from '../content/content.ts';
import type { SendableType } from '../content/message-type.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { PreparedTotals } from './prepared.ts';
import type { Cut, Totals } from './totals.ts';

export type DispatchState = 'preparing' | 'ready' | 'sending' | 'completed' | 'canceling' | 'canceled' | 'failed';

/** What is said and from which number: the snapshot that quote, preview and send all render from. */
export interface Message extends MessageContent {
  readonly type: SendableType;
  /** National digits of an approved sender number. */
  readonly from: string;
}

/** What prepare found out, exactly; present from `ready` on. */
export interface Prepared {
  readonly quoteId: QuoteId;
  /** Whose files under the dispatch are the real ones: the attempt that won. */
  readonly attempt: string;
  readonly rowsIn: 'items' | 'objects';
  readonly columns: readonly string[];
  readonly batches: number;
  readonly totals: PreparedTotals;
}

/** One run of sending: fixed content, fixed recipients, one hold of credits. */
export interface Dispatch {
  readonly id: DispatchId;
  readonly owner: OwnerId;
  readonly state: DispatchState;
  /** Rises by one with every change of the item. */
  readonly version: number;
  readonly name: string | null;
  readonly message: Message;
  /** Where the recipients come from: an upload, or the list made of those in the call. */
  readonly source: { readonly uploadId: UploadId } | { readonly list: RecipientList } | { readonly inline: number };
  readonly confirm: 'manual' | 'auto';
  readonly onShortfall: 'reject' | 'partial';
  readonly externalId: string | null;
  readonly tags: readonly string[];
  readonly priceVersion: string;
  readonly createdAtMs: number;
  /** `now` for everything that rendering asks the time for, frozen when prepare begins. */
  readonly renderedAtMs: number;
  /** Who prepares, until when nobody else may. */
  readonly lease: { readonly attempt: string; readonly untilMs: number } | null;
  /** Attempts to prepare so far: what ends its worker every time must not do so for ever. */
  readonly attempts: number;
  readonly preparedRows: number;
  readonly prepared: Prepared | null;
  /** Manual dispatches only: until when `ready` waits for the confirmation. */
  readonly confirmByMs: number | null;
  readonly startedAtMs: number | null;
  readonly cut: Cut | null;
  /** The last fold, and when it was. */
  readonly totals: Totals;
  readonly foldedAtMs: number;
  /** When a fold last found something changed. */
  readonly movedAtMs: number;
  /** When the sweeper has to look; null when there is nothing left to look after. */
  readonly nextCheckAtMs: number | null;
  readonly events: number;
  readonly failure: { readonly code: FailureReason; readonly detail: string } | null;
  readonly cancelReason: CancelReason | null;
  readonly completedAtMs: number | null;
  readonly settledAtMs: number | null;
}

export type FailureReason = 'upload_rejected' | 'upload_expired' | 'insufficient_credits' | 'too_many_attempts';
export type CancelReason = 'requested' | 'confirmation_expired';

/**
 * Every move a dispatch can make, and the states it may start from. Writers state the move by name; the store turns
 * `from` into the condition of the write.
 */
export const moves = {
  /** Prepare takes or renews its lease, or says how far it is. */
  preparing: { from: ['preparing'] },
  prepared: { from: ['preparing'] },
  start: { from: ['ready'] },
  fold: { from: ['sending', 'canceling', 'completed', 'canceled', 'failed'] },
  /** Nothing was ever released: the end comes at once. */
  cancelBeforeSending: { from: ['preparing', 'ready'] },
  cancelWhileSending: { from: ['sending'] },
  fail: { from: ['preparing', 'ready'] },
  /** The sweeper says when it looks again. */
  check: { from: ['preparing', 'ready', 'sending', 'canceling', 'completed', 'canceled', 'failed'] },
} as const satisfies Record<string, { from: readonly DispatchState[] }>;
export type Move = keyof typeof moves;

export const terminal: readonly DispatchState[] = ['completed', 'canceled', 'failed'];

/** How other consoles call the states. */
export function statusLabelOf(dispatch: Pick<Dispatch, 'state' | 'prepared' | 'source'>): string {
  const labels: Record<DispatchState, string> = {
    preparing: 'Preparing to send',
    ready: 'Ready',
    sending: 'Delivering',
    completed: 'Delivery completed',
    canceling: 'Canceling',
    canceled: 'Canceled',
    failed: 'Delivery failed',
  };
  return labels[dispatch.state];
}

/** What sending would cost now: nothing beyond what prepare found. Credits. */
export const costOf = (dispatch: Dispatch): number => dispatch.prepared?.totals.credits ?? 0;

/** Excluded rows by reason, as quoted. */
export const excludedOf = (dispatch: Dispatch): Readonly<Partial<Record<SkipReason, number>>> =>
  dispatch.prepared?.totals.excluded ?? {};
