/**
 * Dates and times as they stand in cells. A time without a zone is the wall clock of the zone it is shown in, so a
 * cell that says 10:00 is never shown as 19:00; only a time with an offset is moved into that zone.
 */
export type Moment =
  | { readonly kind: 'wall'; readonly wallMs: number }
  | { readonly kind: 'instant'; readonly instantMs: number };

const pattern =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?: ?(Z|[+-]\d{2}:?\d{2}))?)?$/i;
const compactPattern = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/;
const epochSecondsPattern = /^\d{9,10}$/;

/**
 * Reads `2026-12-24`, `2026/12/24`, `2026.12.24`, `20261224`, each but the last also with a time (`10:00`, `10:00:00`)
 * and an offset, `20261224100000`, seconds since 1970 (9 or 10 digits), and `now` or `today`. Null for anything else
 * and for days that do not exist.
 */
export function parseMoment(text: string, nowMs: number): Moment | null {
  const given = text.trim();
  if (given === 'now' || given === 'today') return { kind: 'instant', instantMs: nowMs };
  if (epochSecondsPattern.test(given)) return { kind: 'instant', instantMs: Number(given) * 1000 };
  const compact = compactPattern.exec(given);
  if (compact) {
    const [, year, month, day, hour = 0, minute = 0, second = 0] = compact;
    return wall([year, month, day, hour, minute, second, 0].map(Number));
  }
  const match = pattern.exec(given);
  if (!match) return null;
  const [, year, , month, day, hour = 0, minute = 0, second = 0, fraction = '', offset] = match;
  const parsed = wall([year, month, day, hour, minute, second, fraction.padEnd(3, '0').slice(0, 3)].map(Number));
  if (!parsed || offset === undefined) return parsed;
  return { kind: 'instant', instantMs: parsed.wallMs - offsetMs(offset) };
}

/** What a clock shows; null for a day or a time that is none. Year, month, day, hour, minute, second, millisecond. */
export function wall(fields: readonly number[]): { readonly kind: 'wall'; readonly wallMs: number } | null {
  const [year, month, day, hour, minute, second, millisecond] = fields as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return null;
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const date = new Date(wallMs);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { kind: 'wall', wallMs } : null;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** A time zone that moves instants to its wall clock. Times are milliseconds; wall times count as if they were UTC. */
export interface Zone {
  readonly name: string;
  /** What clocks in the zone show at that instant. */
  wallOf(moment: Moment): number;
  /** How far the zone is ahead of UTC at that moment, milliseconds. */
  aheadMs(moment: Moment): number;
}

/** The zone of an IANA name, or null if there is none. */
export function zoneOf(name: string): Zone | null {
  const format = formatOf(name);
  if (!format) return null;
  const aheadAtInstant = (instantMs: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
    const { year, month, day, hour, minute, second } = part as Record<string, number>;
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
  };
  // A wall time's offset is that of the instant it would be in UTC, corrected once: exact but for the skipped hour.
  const aheadAtWall = (wallMs: number) => aheadAtInstant(wallMs - aheadAtInstant(wallMs));
  return {
    name,
    wallOf: (moment) => (moment.kind === 'wall' ? moment.wallMs : moment.instantMs + aheadAtInstant(moment.instantMs)),
    aheadMs: (moment) => (moment.kind === 'wall' ? aheadAtWall(moment.wallMs) : aheadAtInstant(moment.instantMs)),
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
