const offsetMs = 9 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** Epoch ms of `2026-12-24 10:00:00` in Korean time (which knows no summer time); null if it is no time. */
export function msOfKst(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})/.exec(text);
  if (!match || match[1] === '0000') return null;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}+09:00`);
  return Number.isNaN(ms) ? null : ms;
}

/** The Korean days, `YYYYMMDD`, that a span of time touches. */
export function kstDays(fromMs: number, untilMs: number): string[] {
  const days: string[] = [];
  const last = Math.floor((untilMs + offsetMs) / dayMs);
  for (let day = Math.floor((fromMs + offsetMs) / dayMs); day <= last; day++) {
    days.push(new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', ''));
  }
  return days;
}
