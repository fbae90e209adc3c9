/**
 * The life of one message. Result pages store the number; moves only ever lead along `next`, whoever writes and in
 * whatever order; and where its credits are follows from the status alone.
 */
export const statuses = [
  'planned',
  'skipped',
  'canceled',
  'refused',
  'unclear',
  'submitted',
  'no_report',
  'delivered',
  'failed',
  'unresolved',
] as const;
export type RowStatus = (typeof statuses)[number];

/** What customers are shown. */
export type ShownStatus = 'planned' | 'skipped' | 'canceled' | 'submitted' | 'delivered' | 'failed' | 'unknown';

/** Whether a campaign reached its recipient: a carrier accepted the message, and did not tell later that it failed. */
export const marks = ['announced', 'withdrawn'] as const;
export type Mark = (typeof marks)[number];

interface Facts {
  readonly shown: ShownStatus;
  readonly next: readonly RowStatus[];
  /** `captured` was spent; `refunded` was spent and given back; `released` was never spent. */
  readonly credits: 'held' | 'released' | 'captured' | 'refunded';
  /** Whether somebody still has to do something about it. */
  readonly open: boolean;
  readonly mark: Mark | null;
}

const facts: Readonly<Record<RowStatus, Facts>> = {
  planned: {
    shown: 'planned',
    next: ['skipped', 'canceled', 'refused', 'unclear', 'submitted', 'no_report', 'delivered', 'failed'],
    credits: 'held',
    open: true,
    mark: null,
  },
  skipped: { shown: 'skipped', next: [], credits: 'released', open: false, mark: null },
  canceled: { shown: 'canceled', next: [], credits: 'released', open: false, mark: null },
  refused: { shown: 'failed', next: [], credits: 'released', open: false, mark: null },
  unclear: {
    shown: 'unknown',
    next: ['submitted', 'delivered', 'failed', 'unresolved'],
    credits: 'captured',
    open: true,
    mark: null,
  },
  submitted: {
    shown: 'submitted',
    next: ['delivered', 'failed', 'no_report'],
    credits: 'captured',
    open: true,
    mark: 'announced',
  },
  no_report: { shown: 'unknown', next: ['delivered', 'failed'], credits: 'captured', open: false, mark: 'announced' },
  delivered: { shown: 'delivered', next: [], credits: 'captured', open: false, mark: 'announced' },
  failed: { shown: 'failed', next: [], credits: 'refunded', open: false, mark: 'withdrawn' },
  unresolved: { shown: 'failed', next: [], credits: 'refunded', open: false, mark: null },
};

export const factsOf = (status: RowStatus): Facts => facts[status];
export const mayBecome = (from: RowStatus, to: RowStatus): boolean => facts[from].next.includes(to);
