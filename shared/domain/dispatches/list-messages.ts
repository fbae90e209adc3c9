import type { FailureCode, SkipReason } from '../../contracts/codes.ts';
import type { MessagePlace } from '../../contracts/ids.ts';
import type { Batch } from './batch.ts';
import type { Dispatch } from './dispatch.ts';
import {
  hasShown,
  type MessageView,
  resultOf,
  type TextView,
  textOfRow,
  viewOfExcluded,
  viewOfRow,
} from './message-view.ts';
import type { BatchStore, RowStore } from './ports.ts';
import type { ExcludedRow, RecipientRow } from './prepared.ts';
import { type BoundContent, boundContentOf } from './renderer.ts';
import type { RowResult } from './result-page.ts';
import { factsOf, type Mark, type ShownStatus } from './row-status.ts';

export interface ListMessagesPorts {
  readonly batches: Pick<BatchStore, 'from' | 'read'>;
  readonly rows: RowStore;
}

export interface MessageFilter {
  readonly status: ShownStatus | null;
  readonly code: FailureCode | SkipReason | null;
  /** Default: whichever. */
  readonly mark?: Mark | null;
}

/** Where a list of a dispatch's messages goes on: sent ones first, in order of batches, then those left out. */
export type MessagePosition = Pick<MessagePlace, 'kind' | 'block' | 'row'>;
export const firstMessage: MessagePosition = { kind: 'b', block: 0, row: 0 };

export type ListedMessage = MessageView & Partial<TextView>;

export interface MessagePage {
  readonly items: readonly ListedMessage[];
  /** Null when there is no more. A page may be short of its limit and still have a next one. */
  readonly next: MessagePosition | null;
}

/** A filter that few messages pass must not read a million of them in one call. */
const blocksAtMost = 40;

export async function listMessages(
  ports: ListMessagesPorts,
  dispatch: Dispatch,
  filter: MessageFilter,
  from: MessagePosition,
  limit: number,
  withText: boolean,
): Promise<MessagePage> {
  const { prepared } = dispatch;
  if (!prepared) return { items: [], next: null };
  const items: ListedMessage[] = [];
  let at: MessagePosition | null = from;
  for (let blocks = 0; at !== null && blocks < blocksAtMost && items.length < limit; blocks++) {
    const here: MessagePosition = at;
    const block: Block =
      here.kind === 'b'
        ? await sentBlock(ports, dispatch, here.block, filter, withText)
        : await excludedBlock(ports, dispatch, here.block, filter);
    const rest = block.messages.filter((message) => message.place.row >= here.row);
    const taken = rest.slice(0, limit - items.length);
    items.push(...taken);
    const left = rest[taken.length];
    at = left ? { ...here, row: left.place.row } : block.next;
  }
  return { items, next: at };
}

interface Block {
  readonly messages: readonly ListedMessage[];
  readonly next: MessagePosition | null;
}

const passes = ({ status, code, mark = null }: MessageFilter, view: MessageView): boolean =>
  (status === null || view.status === status) &&
  (code === null || view.code === code || view.reason === code) &&
  (mark === null || view.mark === mark);

async function sentBlock(
  ports: ListMessagesPorts,
  dispatch: Dispatch,
  n: number,
  filter: MessageFilter,
  withText: boolean,
): Promise<Block> {
  const attempt = dispatch.prepared?.attempt ?? '';
  const [batch] = await ports.batches.from(dispatch.id, attempt, n, 1);
  if (!batch) return { messages: [], next: { kind: 'x', block: 0, row: 0 } };
  const next: MessagePosition = { kind: 'b', block: batch.n + 1, row: 0 };
  if (filter.status !== null && !hasShown(dispatch, batch, filter.status)) return { messages: [], next };
  const { code, mark } = filter;
  if (code !== null && !hasAny(dispatch, batch, (result) => result.code === code)) return { messages: [], next };
  if (mark && !hasAny(dispatch, batch, ({ status }) => factsOf(status).mark === mark)) return { messages: [], next };
  return {
    messages: (await messagesOf(ports, dispatch, batch, withText)).filter((view) => passes(filter, view)),
    next,
  };
}

const hasAny = (dispatch: Dispatch, batch: Batch, is: (result: RowResult) => boolean): boolean =>
  Array.from({ length: batch.rows }, (_, row) => resultOf(dispatch, batch, row)).some(is);

async function messagesOf(
  ports: ListMessagesPorts,
  dispatch: Dispatch,
  batch: Batch,
  withText: boolean,
): Promise<readonly ListedMessage[]> {
  const rows = await ports.rows.rowsOf(dispatch, batch);
  const content = withText || dispatch.message.subject !== null ? boundContentOf(dispatch) : null;
  return rows.map((row, position) => ({
    ...viewOfRow(dispatch, batch, row, position, content),
    ...(content !== null && withText ? textOfRow(content, batch, row) : {}),
  }));
}

async function excludedBlock(
  ports: ListMessagesPorts,
  dispatch: Dispatch,
  n: number,
  filter: MessageFilter,
): Promise<Block> {
  if ((filter.status !== null && filter.status !== 'skipped') || filter.mark) return { messages: [], next: null };
  const excluded = Object.values(dispatch.prepared?.totals.excluded ?? {}).reduce<number>(
    (sum, rows) => sum + (rows ?? 0),
    0,
  );
  if (n * excludedBlockRows >= excluded) return { messages: [], next: null };
  const rows = await ports.rows.excluded(dispatch, n);
  const views = rows.map((row, position) => viewOfExcluded(dispatch, row, n, position));
  const more = (n + 1) * excludedBlockRows < excluded;
  return {
    messages: views.filter((view) => passes(filter, view)),
    next: more ? { kind: 'x', block: n + 1, row: 0 } : null,
  };
}

/** Excluded rows lie in blocks of this many. */
export const excludedBlockRows = 500;

/** What lies at a place of a dispatch, with the message that it is shown as. */
export type Placed =
  | { readonly kind: 'x'; readonly row: ExcludedRow; readonly view: MessageView & TextView }
  | {
      readonly kind: 'b';
      readonly row: RecipientRow;
      readonly batch: Batch;
      readonly content: BoundContent;
      readonly view: MessageView & TextView;
    };

/** Null if the dispatch has nothing there. */
export async function placedAt(
  ports: Pick<ListMessagesPorts, 'rows'> & { readonly batches: Pick<BatchStore, 'read'> },
  dispatch: Dispatch,
  { kind, block, row: position }: MessagePosition,
): Promise<Placed | null> {
  if (!dispatch.prepared) return null;
  if (kind === 'x') {
    const row = (await ports.rows.excluded(dispatch, block))[position];
    return row ? { kind, row, view: { ...viewOfExcluded(dispatch, row, block, position), text: null } } : null;
  }
  const batch = await ports.batches.read(dispatch.id, dispatch.prepared.attempt, block);
  if (!batch) return null;
  const row = (await ports.rows.rowsOf(dispatch, batch))[position];
  if (!row) return null;
  const content = boundContentOf(dispatch);
  const view = { ...viewOfRow(dispatch, batch, row, position, content), ...textOfRow(content, batch, row) };
  return { kind, row, batch, content, view };
}

/** The message at a place, with its text; null if the dispatch has none there. */
export const messageAt = async (
  ports: ListMessagesPorts,
  dispatch: Dispatch,
  place: MessagePosition,
): Promise<(MessageView & TextView) | null> => (await placedAt(ports, dispatch, place))?.view ?? null;
