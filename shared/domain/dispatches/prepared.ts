import type { SkipReason } from '../../contracts/codes.ts';
import { inlineBytesMax, inlineRowsMax } from '../../contracts/limits.ts';
import type { MessageType } from '../carriers/carrier.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';

/**
 * What prepare makes of a recipient list. Rows of one batch lie together in `rows.ndjson` (`[row, digits, ...cells]`,
 * one line each, no header), so that one ranged read brings exactly one batch. Rows are in file order within a
 * batch, and a row keeps its number in the file as its first entry.
 */
export interface PreparedBatch {
  readonly n: number;
  readonly type: MessageType;
  /** Credits for each of its messages: a batch is homogeneous. */
  readonly priceCredits: number;
  readonly rows: number;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Where its lines lie in `rows.ndjson`, bytes; both 0 when the rows lie in an item. */
  readonly offset: number;
  readonly length: number;
  readonly wave: number;
  /** Whether everybody in it consented to the night: where that makes batches of their own. */
  readonly night: boolean;
}

/**
 * A recipient left out at prepare: `[row, number as E.164 digits or as given, reason, ...cells]` in `excluded.ndjson`. Of
 * one that was refused with its list there are no cells, but the name of the column at fault.
 */
export type ExcludedRow = readonly [row: number, number: string, reason: SkipReason, ...cells: string[]];

/** A block of up to 500 excluded rows: lines of `excluded.ndjson`, bytes. */
export interface ExcludedBlock {
  readonly rows: number;
  readonly offset: number;
  readonly length: number;
}

/** The exact quote in numbers. `byType` counts sendable rows; `excluded` every row left out, by reason. */
export interface PreparedTotals {
  readonly recipients: number;
  readonly sendable: number;
  readonly excluded: Readonly<Partial<Record<SkipReason, number>>>;
  readonly byType: Readonly<Partial<Record<MessageType, number>>>;
  readonly credits: number;
  /** Messages whose text has syllables that only CP949 holds: carriers may not show them. */
  readonly cp949Only: number;
  /** Recipients of advertising of whom nobody knows whether they consented to it. */
  readonly consentUnknown: number;
}

/** Cost of all sendable rows up to and including file row `row`: one entry about every 500 sendable rows and at the end. */
export interface RunningCost {
  readonly row: number;
  readonly credits: number;
  /** Sendable rows up to here. */
  readonly rows: number;
}

/** Kept beside the rows as `manifest.json`: what readers of a prepared dispatch need besides its batches. */
export interface PreparedManifest {
  readonly columns: readonly string[];
  readonly excludedBlocks: readonly ExcludedBlock[];
  readonly runningCost: readonly RunningCost[];
}

/** Where prepared rows lie: in items beside the dispatch if one item surely holds them, so that a single message needs no object. */
export const rowsPlace = (rows: number, bytes: number): 'items' | 'objects' =>
  rows <= inlineRowsMax && bytes <= inlineBytesMax ? 'items' : 'objects';

export type { RecipientRow };
