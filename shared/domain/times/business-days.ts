/** Days are those of Korea, which has no daylight saving, as `2026-11-27`. */

const dayMs = 86_400_000;
const aheadOfUtcMs = 9 * 3_600_000;

export const koreanDateOf = (atMs: number): string => dateOf(atMs + aheadOfUtcMs);

/** The day so many business days after another. Saturdays and Sundays are none; public holidays count as any day. */
export function businessDaysAfter(date: string, days: number): string {
  let atMs = Date.parse(`${date}T00:00:00Z`);
  for (let left = days; left > 0; ) {
    atMs += dayMs;
    const weekday = new Date(atMs).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return dateOf(atMs);
}

const dateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The same day so many months before, or the last of that month where it has none: what is three months old then. */
export function monthsBefore(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const lastOfMonth = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return dateOf(Date.UTC(year, month - 1 - months, Math.min(day, lastOfMonth)));
}
