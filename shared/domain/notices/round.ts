import type { OwnerId } from '../../contracts/ids.ts';
import type { DispatchStore, Time } from '../dispatches/ports.ts';
import { type NoticeRowPorts, noticesOf } from './notice-rows.ts';
import type { NoticeStore, Round, ToldNotice } from './ports.ts';

export interface RoundPorts extends NoticeRowPorts {
  readonly notices: Pick<NoticeStore, 'round' | 'begin' | 'end' | 'tell'>;
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly time: Time;
}

/** A round is its maker's a little longer than a request can take. */
export const roundMs = 30_000;

/** Begins a round once the one before is over; false while somebody else is at it. */
export async function beginRound(
  ports: RoundPorts,
  owner: OwnerId,
  round: Pick<Round, 'dispatchId' | 'kind'>,
): Promise<boolean> {
  const seen = await finishRound(ports, owner);
  const nowMs = ports.time.now();
  if (seen && seen.untilMs > nowMs) return false;
  return ports.notices.begin(owner, seen, { ...round, untilMs: nowMs + roundMs, made: false });
}

/**
 * Marks whom the dispatch of a round tells, if it was made: by the call that made it, or by whoever comes next should
 * that have ended before. Answers a round that is still open.
 */
export async function finishRound(ports: RoundPorts, owner: OwnerId): Promise<Round | null> {
  const round = await ports.notices.round(owner);
  if (!round?.made) return round;
  const dispatch = await ports.dispatches.read(round.dispatchId);
  if (dispatch) await tellAll(ports, owner, await noticesOf(ports, dispatch, round.kind));
  await ports.notices.end(owner, round);
  return null;
}

/** Marks are transactions of a few items each: so many at a time keep a full dispatch well below a request's time. */
const atOnce = 25;

async function tellAll({ notices }: RoundPorts, owner: OwnerId, told: readonly ToldNotice[]): Promise<void> {
  for (let start = 0; start < told.length; start += atOnce) {
    await Promise.all(told.slice(start, start + atOnce).map((notice) => notices.tell(owner, notice)));
  }
}
