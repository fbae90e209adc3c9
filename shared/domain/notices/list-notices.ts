import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import type { ShownStatus } from '../dispatches/row-status.ts';
import { type Due, dueOf, type NoticeKind, type SentMark } from '../permissions/due.ts';
import { type Outcome, outcomesOf } from './notice-rows.ts';
import { noticeText } from './notice-text.ts';
import type { DuePage, DueQuery, NoticeSenders, NoticeStore } from './ports.ts';
import { finishRound, type RoundPorts } from './round.ts';

export interface ListNoticesPorts extends RoundPorts {
  readonly notices: NoticeStore;
  readonly senders: NoticeSenders;
}

/** A notice with its finished text. */
export interface Notice extends Due {
  readonly text: string;
  readonly told: SentMark | null;
  /** What became of its message; null: not sent, or no longer known. */
  readonly status: ShownStatus | null;
}

/** Notices of an owner by due time: those to be sent, or those that were. Marks first what an ended process left over. */
export async function listNotices(
  ports: ListNoticesPorts,
  owner: OwnerId,
  kind: NoticeKind,
  sent: boolean,
  query: DueQuery,
): Promise<DuePage<Notice>> {
  await finishRound(ports, owner);
  return sent ? listTold(ports, owner, kind, query) : listDue(ports, owner, kind, query);
}

async function listDue(ports: ListNoticesPorts, owner: OwnerId, kind: NoticeKind, query: DueQuery) {
  const [{ items, next }, sender] = await Promise.all([
    ports.notices.due(owner, kind, query),
    ports.senders.read(owner),
  ]);
  const notices = items.flatMap((permission): Notice[] => {
    const due = dueOf(kind, permission);
    return due === null ? [] : [{ ...due, text: noticeText(due, permission, sender), told: null, status: null }];
  });
  return { items: notices, next };
}

async function listTold(ports: ListNoticesPorts, owner: OwnerId, kind: NoticeKind, query: DueQuery) {
  const { items, next } = await ports.notices.told(owner, kind, query);
  const outcomes = await outcomesByDispatch(
    ports,
    kind,
    items.map(({ dispatchId }) => dispatchId),
  );
  const notices = items.map(({ dispatchId, atMs, ...rest }): Notice => {
    const outcome = outcomes.get(dispatchId)?.get(rest.digits);
    return { ...rest, told: { dispatchId, atMs: outcome?.atMs ?? atMs }, status: outcome?.status ?? null };
  });
  return { items: notices, next };
}

const readAtOnce = 25;

/** What became of the messages of several dispatches; of one that is no longer kept, nothing is known. */
export async function outcomesByDispatch(
  ports: RoundPorts,
  kind: NoticeKind,
  dispatchIds: readonly DispatchId[],
): Promise<ReadonlyMap<DispatchId, ReadonlyMap<string, Outcome>>> {
  const found = new Map<DispatchId, ReadonlyMap<string, Outcome>>();
  const ids = [...new Set(dispatchIds)];
  for (let start = 0; start < ids.length; start += readAtOnce) {
    await Promise.all(
      ids.slice(start, start + readAtOnce).map(async (id) => {
        const dispatch = await ports.dispatches.read(id);
        if (dispatch) found.set(id, await outcomesOf(ports, dispatch, kind));
      }),
    );
  }
  return found;
}
