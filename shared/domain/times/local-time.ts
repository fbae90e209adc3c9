/** What a local time means in a zone. */
export type ZonedTime =
  | { readonly kind: 'instant'; readonly atMs: number }
  | { readonly kind: 'unknown_zone' }
  /** Clocks are put forward over it: no clock in the zone ever shows it. */
  | { readonly kind: 'skipped_by_daylight_saving' };

const dayMs = 86_400_000;

/**
 * The instant at which clocks in a zone show a local time. A time that they show twice, because they are put back over
 * it, is the earlier of the two.
 *
 * @param wallMs what the clocks show, as epoch milliseconds of the same date and time in UTC
 * @param timeZone an IANA name, such as `Asia/Seoul`; upper and lower case are the same
 */
export function instantOf(wallMs: number, timeZone: string): ZonedTime {
  const offsetAt = offsetsOf(timeZone);
  if (offsetAt === null) return { kind: 'unknown_zone' };
  // Offsets are below a day, and no zone changes twice within two days: the one in effect is that of the day before or
  // of the day after. Which of them, its own instant says.
  const around = [offsetAt(wallMs - dayMs), offsetAt(wallMs + dayMs)];
  const instants = around.filter((offset) => offsetAt(wallMs - offset) === offset).map((offset) => wallMs - offset);
  return instants.length > 0
    ? { kind: 'instant', atMs: Math.min(...instants) }
    : { kind: 'skipped_by_daylight_saving' };
}

/** How far ahead of UTC the zone's clocks are at an instant, in milliseconds; null without such a zone. */
function offsetsOf(timeZone: string): ((atMs: number) => number) | null {
  const format = formatOf(timeZone);
  if (format === null) return null;
  return (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = offsetPattern.exec(name) ?? [];
    return (sign === '-' ? -1_000 : 1_000) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
  };
}

/** `GMT+09:00`, `GMT-07:52:58` of old times, or `GMT` alone. */
const offsetPattern = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  if (/^[+-]/.test(timeZone)) return null; // Intl takes bare offsets for zones; they belong into the time
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return null; // RangeError: the only thing that can be wrong here is the name
  }
}
