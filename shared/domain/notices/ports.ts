import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import type { Due, NoticeKind, SentMark } from '../permissions/due.ts';
import type { Permission } from '../permissions/permission.ts';
import type { NoticeSender } from './notice-text.ts';

export interface DueQuery {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  /** The `next` of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

export interface DuePage<T> {
  readonly items: readonly T[];
  /** Null at the end. A page may be short of its limit and still have a next one. */
  readonly next: string | null;
}

/** A notice that was sent, word for word: kept as proof, until its person is deleted. */
export interface ToldNotice extends Due, SentMark {
  readonly text: string;
}

/**
 * One sending of notices of an owner: there is one at a time. It is begun before anybody is chosen and ended when
 * everybody it tells is marked; `made` is written in the transaction that makes its dispatch. So whoever meets it knows
 * whether there is somebody to mark, and a dispatch whose round was taken over can no longer be made.
 */
export interface Round {
  readonly dispatchId: DispatchId;
  readonly kind: NoticeKind;
  /** Until when it is its maker's, while its dispatch is not made. */
  readonly untilMs: number;
  readonly made: boolean;
}

export interface NoticeStore {
  /** Who has to be told, in order of due time. Each is read consistently; the newest may be missing for a moment. */
  due(owner: OwnerId, kind: NoticeKind, query: DueQuery): Promise<DuePage<Permission>>;
  /** What was told, in order of due time. */
  told(owner: OwnerId, kind: NoticeKind, query: DueQuery): Promise<DuePage<ToldNotice>>;
  /** Marks it as told where it still stands, and keeps the proof; telling it again changes nothing. */
  tell(owner: OwnerId, notice: ToldNotice): Promise<void>;
  /** Consistent. */
  round(owner: OwnerId): Promise<Round | null>;
  /** False: somebody else's stands there instead of `seen`. */
  begin(owner: OwnerId, seen: Round | null, round: Round): Promise<boolean>;
  /** Ends a round that stands as it was seen; any other stays. */
  end(owner: OwnerId, seen: Pick<Round, 'dispatchId' | 'made'>): Promise<void>;
}

export interface NoticeSenders {
  /** Who an owner is to the people it writes to. */
  read(owner: OwnerId): Promise<NoticeSender>;
}
