/** Hours in Korea, worked out by hand: what is tested must not be what tests it. */

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** From an hour of the evening to one of the morning, in minutes since midnight. */
export interface Night {
  readonly from: number;
  readonly until: number;
}

/** From nine in the evening to eight in the morning. */
export const nightOfTheLaw: Night = { from: 21 * 60, until: 8 * 60 };

/** Nine hours ahead of UTC, all year. */
const minutesSinceMidnight = (atMs: number): number => ((atMs + 9 * hourMs) % dayMs) / minuteMs;

export function isAtNight({ from, until }: Night, atMs: number): boolean {
  const minutes = minutesSinceMidnight(atMs);
  return minutes >= from || minutes < until;
}

/** Whether any of a few seconds falls into it. */
export const touches = (night: Night, fromMs: number, untilMs: number): boolean =>
  isAtNight(night, fromMs) || isAtNight(night, untilMs);

/** The night with the minute before it, in which nothing begins any more. */
export const withItsDusk = ({ from, until }: Night): Night => ({ from: from - 1, until });

const nextAt = (minutes: number, atMs: number): number =>
  atMs + ((minutes - minutesSinceMidnight(atMs) + 24 * 60) % (24 * 60)) * minuteMs;

/** The next evening and the next morning, now at the earliest. */
export const nextEvening = ({ from }: Night, atMs: number): number => nextAt(from, atMs);
export const nextMorning = ({ until }: Night, atMs: number): number => nextAt(until, atMs);
/** The morning before, now at the latest. */
export const lastMorning = ({ until }: Night, atMs: number): number => {
  const next = nextAt(until, atMs);
  return next === atMs ? next : next - dayMs;
};
