import { batchRowsMax, sendBatchSeconds } from '../../contracts/limits.ts';

/**
 * Our account at a carrier, which allows so many messages in any second, whoever sends them. Who submits holds a permit
 * from before the call until a second after its answer. Two messages that arrive within one second therefore both had a
 * permit when the later of them was asked for, however long either took to get there: what is promised to the carrier
 * holds without knowing anything about the network.
 */
export interface CarrierAccount {
  /** Rises with every new permit and every pause: a decision made on an older one is void. */
  readonly version: number;
  /** Nobody calls before; 0 when it never was paused. */
  readonly pausedUntilMs: number;
  /** Those that count, and some that no longer do. */
  readonly permits: readonly Permit[];
}

/** So many messages may be on their way. */
export interface Permit {
  readonly id: string;
  /** Whose messages they are: one tenant's bulk, or its authentication messages. */
  readonly holder: string;
  readonly messages: number;
  /** It counts until then, although its worker may have died. */
  readonly untilMs: number;
}

const windowMs = 1_000;
/** Workers read their own clocks; those of one region agree within a few milliseconds. */
const clockSkewMs = 100;

/** Until when a permit counts whose worker says nothing more: it can have called as long as it could run. */
export const permitDeadlineMs = (nowMs: number): number => nowMs + sendBatchSeconds * 1_000 + windowMs + clockSkewMs;

/** Until when a permit counts whose call was answered now. */
export const permitEndMs = (answeredAtMs: number): number => answeredAtMs + windowMs + clockSkewMs;

/** Messages a second kept free of bulk, so that the few of others get in while a million press. */
const reserveOf = (limit: number): number => Math.min(limit - 1, Math.max(1, Math.floor(limit / 10)));

/** Whether so many more messages may be on their way now, of an account that takes `limit` in any second. */
export function hasRoom(
  { permits, pausedUntilMs }: CarrierAccount,
  asked: Pick<Permit, 'holder' | 'messages'>,
  limit: number,
  nowMs: number,
): boolean {
  if (pausedUntilMs > nowMs) return false;
  const live = permits.filter(({ untilMs }) => untilMs > nowMs);
  const ofHolder = sum(live.filter(({ holder }) => holder === asked.holder));
  return sum(live) + asked.messages <= ceilingFor(asked.messages, ofHolder, limit);
}

/** Up to where the account may be filled by somebody who asks for `messages` and has `held` already. */
function ceilingFor(messages: number, held: number, limit: number): number {
  const reserve = reserveOf(limit);
  if (held + messages <= reserve) return limit;
  if (messages <= limit - reserve) return limit - reserve;
  // Batches outlive a setting that was lowered. What no second can take goes when hardly anything else does
  return messages <= limit ? limit : messages + reserve;
}

const sum = (permits: readonly Permit[]): number => permits.reduce((total, { messages }) => total + messages, 0);

/** Batches at once that fill an account to its reserve: fewer would leave it idle between their calls. */
const batchesAtOnce = 4;

/** The most rows of a batch that is to fit beside others into an account that takes `limit` messages in any second. */
export const batchRowsUnder = (limit: number | null): number =>
  limit === null
    ? batchRowsMax
    : Math.min(batchRowsMax, Math.max(1, Math.floor((limit - reserveOf(limit)) / batchesAtOnce)));
