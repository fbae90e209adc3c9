const dayMs = 24 * 3_600_000;
/** Korea has not put its clocks forward since 1988. */
const aheadMs = 9 * 3_600_000;

/** `2026-12-24T10:00:00`, what clocks in Seoul show. */
export const seoulLocal = (ms: number): string => new Date(ms + aheadMs).toISOString().slice(0, 19);

/** `2026-12-24 10:00`, likewise, for people. */
export const seoulTime = (ms: number): string => seoulLocal(ms).slice(0, 16).replace('T', ' ');

/** An hour of the day in Seoul, so many days after the one in which `ms` lies. */
export const seoulHour = (ms: number, daysLater: number, hour: number): number =>
  (Math.floor((ms + aheadMs) / dayMs) + daysLater) * dayMs + hour * 3_600_000 - aheadMs;
