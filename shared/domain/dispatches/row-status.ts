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

interface Facts {
  readonly shown: ShownStatus;
  readonly next: readonly RowStatus[];
  /** `captured` was spent; `refunded` was spent and given back; `released` was never spent. */
  readonly credits: 'held' | 'released' | 'captured' | 'refunded';
  /** Whether somebody still has to do something about it. */
  readonly open: boolean;
}

const facts: Readonly<Record<RowStatus, Facts>> = {
  planned: {
    shown: 'planned',
    next: ['skipped', 'canceled', 'refused', 'unclear', 'submitted', 'no_report', 'delivered', 'failed'],
    credits: 'held',
    open: true,
  },
  skipped: { shown: 'skipped', next: [], credits: 'released', open: false },
  canceled: { shown: 'canceled', next: [], credits: 'released', open: false },
  refused: { shown: 'failed', next: [], credits: 'released', open: false },
  unclear: {
    shown: 'unknown',
    next: ['submitted', 'delivered', 'failed', 'unresolved'],
    credits: 'captured',
    open: true,
  },
  submitted: { shown: 'submitted', next: ['delivered', 'failed', 'no_report'], credits: 'captured', open: true },
  no_report: { shown: 'unknown', next: ['delivered', 'failed'], credits: 'captured', open: false },
  delivered: { shown: 'delivered', next: [], credits: 'captured', open: false },
  failed: { shown: 'failed', next: [], credits: 'refunded', open: false },
  unresolved: { shown: 'failed', next: [], credits: 'refunded', open: false },
};

export const factsOf = (status: RowStatus): Facts => facts[status];
export const mayBecome = (from: RowStatus, to: RowStatus): boolean => facts[from].next.includes(to);
