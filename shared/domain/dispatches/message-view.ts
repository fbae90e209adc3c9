import type { FailureCode, SkipReason } from '../../contracts/codes.ts';
import type { MessagePlace } from '../../contracts/ids.ts';
import type { MessageType } from '../carriers/carrier.ts';
import { RowCells } from '../content/bind.ts';
import type { BoundContent } from '../content/content.ts';
import { renderForSend, renderSubject } from '../content/render.ts';
import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import type { ExcludedRow, RecipientRow } from './prepared.ts';
import { type RowResult, resultAt, statusAt } from './result-page.ts';
import { factsOf, type Mark, type ShownStatus } from './row-status.ts';
import { rowsWithin } from './totals.ts';

/** One message as its sender sees it. */
export interface MessageView {
  readonly place: MessagePlace;
  /** Row of the file or of the list, as a spreadsheet counts. */
  readonly row: number;
  /** E.164; a number that is none, as it was given. Null: the person was deleted. */
  readonly to: string | null;
  readonly type: MessageType | null;
  /** As this recipient gets it; null where there is none. */
  readonly subject: string | null;
  readonly status: ShownStatus;
  readonly code: FailureCode | null;
  readonly reason: SkipReason | null;
  /** What it cost, after a refund. */
  readonly credits: number;
  readonly requestedAtMs: number;
  readonly submittedAtMs: number | null;
  readonly settledAtMs: number | null;
  readonly carrier: string | null;
  readonly mark: Mark | null;
}

export interface TextView {
  readonly text: string | null;
}

/** What became of row `row` of a batch; `rows` beyond what could be afforded were never held for. */
export function resultOf(dispatch: Dispatch, batch: Batch, row: number): RowResult {
  if (row >= rowsWithin(batch, dispatch.cut)) return { status: 'skipped', code: 'insufficient_credits', atMs: 0 };
  if (batch.page !== null) return resultAt(batch.page, row);
  // A dispatch that ended before it sent anything has batches that nobody ever touched
  const never = batch.state === 'canceled' || (dispatch.startedAtMs === null && dispatch.completedAtMs !== null);
  return { status: never ? 'canceled' : 'planned', code: null, atMs: 0 };
}

/** Whether any row of the batch is shown with this status, told without reading the rows. */
export function hasShown(dispatch: Dispatch, batch: Batch, shown: ShownStatus): boolean {
  const within = rowsWithin(batch, dispatch.cut);
  if (within < batch.rows && shown === 'skipped') return true;
  if (batch.page === null) return within > 0 && factsOf(resultOf(dispatch, batch, 0).status).shown === shown;
  for (let row = 0; row < within; row++) if (factsOf(statusAt(batch.page, row)).shown === shown) return true;
  return false;
}

/** `content`: what renders the dispatch's rows; null if its messages have no subject. */
export function viewOfRow(
  dispatch: Dispatch,
  batch: Batch,
  row: RecipientRow,
  position: number,
  content: BoundContent | null,
): MessageView {
  const { status, code, atMs } = resultOf(dispatch, batch, position);
  const { shown, credits, mark } = factsOf(status);
  const wentOut = shown !== 'planned' && shown !== 'skipped' && shown !== 'canceled';
  const final = shown === 'delivered' || shown === 'failed' || shown === 'skipped';
  return {
    place: { dispatchId: dispatch.id, kind: 'b', block: batch.n, row: position },
    row: row[0],
    to: isBlank(row) ? null : `+${row[1]}`,
    type: batch.type,
    subject: content && !isBlank(row) ? renderSubject(content, new RowCells(row)) : null,
    status: shown,
    code: shown === 'failed' ? ((code ?? 'unknown') as FailureCode) : null,
    reason: shown === 'skipped' ? (code as SkipReason) : null,
    credits: credits === 'captured' ? batch.priceCredits : 0,
    requestedAtMs: dispatch.createdAtMs,
    submittedAtMs: wentOut && batch.submittingAtMs > 0 ? batch.submittingAtMs : null,
    // Pages know whole seconds; nothing settles before it was submitted
    settledAtMs: final && atMs > 0 ? Math.max(atMs, batch.submittingAtMs) : null,
    carrier: wentOut ? batch.carrier : null,
    mark,
  };
}

export function viewOfExcluded(dispatch: Dispatch, row: ExcludedRow, block: number, position: number): MessageView {
  const [fileRow, number, reason] = row;
  return {
    place: { dispatchId: dispatch.id, kind: 'x', block, row: position },
    row: fileRow,
    to: numberOf(reason, number),
    type: null,
    subject: null,
    status: 'skipped',
    code: null,
    reason,
    credits: 0,
    requestedAtMs: dispatch.createdAtMs,
    submittedAtMs: null,
    settledAtMs: null,
    carrier: null,
    mark: null,
  };
}

/** A row refused for its number keeps what was given; all others have E.164 digits, or nothing: deleted people's. */
function numberOf(reason: SkipReason, number: string): string | null {
  if (reason === 'invalid_number' || reason === 'missing_number') return number;
  if (number === '') return null;
  return /^[1-9][0-9]{6,14}$/.test(number) ? `+${number}` : number;
}

/** Nothing is left of whoever it was for but what became of it. */
export const isBlank = ([, digits]: RecipientRow): boolean => digits === '';

/** The text that a message has or would have: rendered again, exactly as it is sent. None of a deleted person's. */
export function textOfRow(content: BoundContent, batch: Batch, row: RecipientRow): TextView {
  if (isBlank(row)) return { text: null };
  const rendered = renderForSend(content, row, batch.type);
  return { text: rendered.skip === null ? rendered.text : null };
}
