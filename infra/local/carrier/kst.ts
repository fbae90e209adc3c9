const kstOffsetMs = 9 * 3_600_000;
export const dayMs = 24 * 3_600_000;

/** `2026-12-24 10:00:00`, Korean time, as the vendor writes times. */
export const kstTime = (ms: number): string => new Date(ms + kstOffsetMs).toISOString().slice(0, 19).replace('T', ' ');

/** Start of the Korean day `YYYYMMDD` in epoch ms, or null if there is no such day. */
export function kstDayStartMs(yyyymmdd: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(yyyymmdd);
  if (!match) return null;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(8, 10) !== match[3]) return null;
  return ms - kstOffsetMs;
}

/** Start of the Korean day in which `ms` lies. */
export const kstDayStartOf = (ms: number): number => Math.floor((ms + kstOffsetMs) / dayMs) * dayMs - kstOffsetMs;
