import { defaultZone } from './filters.ts';
import { type Moment, parseMoment, wall, zoneOf } from './moment.ts';
import { compileFormat } from './strftime.ts';

/** What a customer says about a variable: how its cells read and are shown, and what stands in for an empty one. */
export interface DeclaredVariable {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'decimal' | 'date' | 'datetime';
  /** Only for dates: one of `dateFormats`; for `datetime` one of `timeFormats` may follow after a space. */
  readonly format: string | null;
  /** Shown as it is, unformatted. Null: none, an empty cell leaves the row out. */
  readonly default: string | null;
}

export const dateFormats = {
  'YYYY-MM-DD': '%Y-%m-%d',
  'YY-MM-DD': '%y-%m-%d',
  'YYYY-MM': '%Y-%m',
  'DD/MM/YYYY': '%d/%m/%Y',
  'DD/MM/YY': '%d/%m/%y',
  'MM/YYYY': '%m/%Y',
} as const;
export const timeFormats = { 'hh:mm': '%H:%M', 'hh:mm:ss': '%H:%M:%S', hh: '%H' } as const;

/** The text of a cell as its type shows it, or null if the cell is not of that type: then it has no value. */
export interface CellReader {
  (cell: string): string | null;
  /** Of dates: as the `date` filter reads it. That filter says itself how they are shown. */
  readonly forDateFilter?: (cell: string) => string | null;
}

/** How cells of a declared variable are read, or a sentence saying why its format is refused. */
export function cellReader({ type, format }: DeclaredVariable): CellReader | { readonly wrong: string } {
  if (type === 'date' || type === 'datetime') return dateReader(type, format);
  if (format !== null) return { wrong: `a variable of type ${type} has no format` };
  if (type === 'text') return (cell) => cell;
  const pattern = type === 'integer' ? /^([+-]?\d+)(?:\.0+)?$/ : /^([+-]?\d+(?:\.\d+)?)$/;
  return (cell) => pattern.exec(cell.trim().replace(/,(?=\d{3}(?:\D|$|,|\d{3}))/g, ''))?.[1] ?? null;
}

function dateReader(type: 'date' | 'datetime', format: string | null): CellReader | { readonly wrong: string } {
  const [date = '', time, ...rest] = (format ?? (type === 'date' ? 'YYYY-MM-DD' : 'YYYY-MM-DD hh:mm')).split(' ');
  const known =
    Object.hasOwn(dateFormats, date) &&
    rest.length === 0 &&
    (time === undefined || (type === 'datetime' && Object.hasOwn(timeFormats, time)));
  if (!known) {
    const times = type === 'datetime' ? `, then one of ${Object.keys(timeFormats).join(', ')} or nothing` : '';
    return { wrong: `a ${type} has one of the formats ${Object.keys(dateFormats).join(', ')}${times}` };
  }
  const pattern = [
    dateFormats[date as keyof typeof dateFormats],
    ...(time === undefined ? [] : [timeFormats[time as keyof typeof timeFormats]]),
  ].join(' ');
  const show = compileFormat(pattern, zoneOf(defaultZone)!);
  if (typeof show !== 'function') throw new Error(`A date format that does not compile: ${pattern}`);
  const readOwn = ownReader(date);
  const read: CellReader = (cell) => {
    const moment = momentOf(cell) ?? readOwn(cell);
    return moment ? show(moment) : null;
  };
  const forDateFilter = (cell: string) => (momentOf(cell) ? cell : (readOwn(cell)?.text ?? null));
  return Object.assign(read, { forDateFilter });
}

/** `now` is a word for the `date` filter, not something a cell can say about a date. */
const momentOf = (cell: string): Moment | null => (/\d/.test(cell) ? parseMoment(cell, 0) : null);

/** How the parts of a date format stand in a cell. */
const partPatterns = { YYYY: String.raw`(?<year>\d{4})`, YY: String.raw`(?<year>\d\d)` } as const;
const shortPatterns = { MM: String.raw`(?<month>\d{1,2})`, DD: String.raw`(?<day>\d{1,2})` } as const;
const timePattern = String.raw`(?: (?<hour>\d{1,2})(?::(?<minute>\d\d)(?::(?<second>\d\d))?)?)?`;

type WallMoment = Extract<Moment, { kind: 'wall' }>;

/**
 * Reads cells that are written in the format they are shown in, with a time behind or without: what others exported so.
 * Two digits of a year are of this century; a month without a day is its first.
 */
function ownReader(format: string): (cell: string) => (WallMoment & { readonly text: string }) | null {
  const parts: Readonly<Record<string, string>> = { ...partPatterns, ...shortPatterns };
  const dates = format.replace(/YYYY|YY|MM|DD/g, (part) => parts[part]!);
  const pattern = new RegExp(`^${dates}${timePattern}$`);
  return (cell) => {
    const found = pattern.exec(cell.trim())?.groups;
    if (!found) return null;
    const { year = '', month, day = 1, hour = 0, minute = 0, second = 0 } = found;
    const century = year.length === 2 ? 2_000 : 0;
    const moment = wall([
      century + Number(year),
      Number(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      0,
    ]);
    return moment && { ...moment, text: new Date(moment.wallMs).toISOString().slice(0, 19) };
  };
}
