const longestSeconds = 86_400;

/** Seconds to wait that a `Retry-After` asks for, in either of its forms (seconds or an HTTP date); null if it says none. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const given = header.trim();
  const untilMs = Date.parse(given);
  const seconds = /^\d+$/.test(given) ? Number(given) : Math.ceil((untilMs - nowMs) / 1_000);
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(seconds, 0), longestSeconds);
}
