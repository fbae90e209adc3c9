import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import { listedAtMs } from '../erasures/erasure.ts';
import type { Erasures } from '../erasures/ports.ts';
import type { Dispatch } from './dispatch.ts';
import {
  firstMessage,
  type ListedMessage,
  type ListMessagesPorts,
  listMessages,
  type MessagePosition,
  messageAt,
} from './list-messages.ts';
import type { DispatchList, DispatchStore, NumberBook } from './ports.ts';
import type { ShownStatus } from './row-status.ts';

export interface SearchPorts {
  readonly dispatches: Pick<DispatchStore, 'read'> & DispatchList;
  readonly looking: ListMessagesPorts;
  readonly numbers: Pick<NumberBook, 'search'>;
  readonly erasures: Pick<Erasures, 'among'>;
}

export interface MessageSearch {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly status: ShownStatus | null;
  /** The `next` of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

export interface FoundMessage {
  readonly dispatch: Dispatch;
  readonly message: ListedMessage;
}
export interface FoundPage {
  readonly items: readonly FoundMessage[];
  readonly next: string | null;
}

/** Messages of all of an owner's dispatches, newest dispatch first. Null: `after` was never given out by this search. */
export const searchMessages = (
  ports: SearchPorts,
  owner: OwnerId,
  number: string | null,
  search: MessageSearch,
): Promise<FoundPage | null> =>
  number === null ? searchAll(ports, owner, search) : searchNumber(ports, owner, number, search);

async function searchNumber(
  ports: SearchPorts,
  owner: OwnerId,
  number: string,
  search: MessageSearch,
): Promise<FoundPage> {
  const { found, next } = await ports.numbers.search(
    owner,
    number.slice(1),
    search.fromMs,
    search.untilMs,
    search.after,
    search.limit,
  );
  const digits = number.slice(1);
  const deletedAtMs = (await ports.erasures.among(owner, [digits])).get(digits);
  const items: FoundMessage[] = [];
  for (const { place } of found) {
    const dispatch = await ports.dispatches.read(place.dispatchId);
    // The number book is written before its dispatch exists, so an entry may lead nowhere
    if (dispatch?.owner !== owner || !dispatch.prepared) continue;
    if (deletedAtMs !== undefined && deletedAtMs >= listedAtMs(dispatch)) continue;
    const message = await messageAt(ports.looking, dispatch, place);
    if (message && (search.status === null || message.status === search.status)) {
      const { text: _, ...listed } = message;
      items.push({ dispatch, message: listed });
    }
  }
  return { items, next };
}

/** A page looks into at most so many dispatches. */
const dispatchesAtMost = 50;

async function searchAll(ports: SearchPorts, owner: OwnerId, search: MessageSearch): Promise<FoundPage | null> {
  const start =
    search.after === null ? { dispatchId: null, after: null, position: firstMessage } : parsed(search.after);
  if (start === null) return null;
  const items: FoundMessage[] = [];
  let { after, position } = start;
  if (start.dispatchId !== null) {
    const dispatch = await ports.dispatches.read(start.dispatchId);
    if (dispatch?.owner === owner) {
      const next = await fill(ports, dispatch, position, search, items);
      if (next !== null) return { items, next: textOf(dispatch.id, after, next) };
    }
    // It was the last of the list, where no place behind it is known: to go on from none would begin again
    if (after === null) return { items, next: null };
  }
  for (let looked = 0; looked < dispatchesAtMost && items.length < search.limit; looked++) {
    const page = await ports.dispatches.list(owner, { ...search, status: null, after, limit: 1 });
    const [dispatch] = page.items;
    if (!dispatch) return { items, next: null };
    after = page.next;
    position = firstMessage;
    const next = await fill(ports, dispatch, position, search, items);
    if (next !== null) return { items, next: textOf(dispatch.id, after, next) };
    if (after === null) return { items, next: null };
  }
  return { items, next: textOf(null, after, firstMessage) };
}

/** Adds messages of one dispatch; answers where it goes on, or null if it is through. */
async function fill(
  ports: SearchPorts,
  dispatch: Dispatch,
  from: MessagePosition,
  search: MessageSearch,
  items: FoundMessage[],
) {
  const filter = { status: search.status, code: null };
  const page = await listMessages(ports.looking, dispatch, filter, from, search.limit - items.length, false);
  items.push(...page.items.map((message) => ({ dispatch, message })));
  return page.next;
}

/** `dispatch|kind|block|row|list position`: where the search goes on. The position is the list's own and checked there. */
const textOf = (id: DispatchId | null, after: string | null, { kind, block, row }: MessagePosition): string =>
  [id ?? '', kind, block, row, after ?? ''].join('|');

function parsed(text: string) {
  const match = /^(dsp_[0-9A-Z]{26})?\|([bx])\|([0-9]{1,6})\|([0-9]{1,3})\|(.*)$/.exec(text);
  if (!match) return null;
  const position: MessagePosition = { kind: match[2] as 'b' | 'x', block: Number(match[3]), row: Number(match[4]) };
  return {
    dispatchId: (match[1] ?? null) as DispatchId | null,
    after: match[5] === '' ? null : (match[5] ?? null),
    position,
  };
}
