import type { Moment, Zone } from './moment.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

interface Shown {
  readonly date: Date;
  readonly moment: Moment;
  readonly zone: Zone;
}

interface Conversion {
  readonly width: number;
  readonly pad: '0' | ' ';
  readonly of: (shown: Shown) => number | string;
}

const number = (width: number, pad: '0' | ' ', of: (date: Date) => number): Conversion => ({
  width,
  pad,
  of: ({ date }) => of(date),
});
const word = (of: (date: Date) => string): Conversion => ({ width: 0, pad: ' ', of: ({ date }) => of(date) });
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12;

function offset({ moment, zone }: Shown): string {
  const minutes = Math.round(zone.aheadMs(moment) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${String(rest).padStart(2, '0')}`;
}

const conversions: Readonly<Record<string, Conversion>> = {
  Y: number(4, '0', (date) => date.getUTCFullYear()),
  y: number(2, '0', (date) => date.getUTCFullYear() % 100),
  m: number(2, '0', (date) => date.getUTCMonth() + 1),
  d: number(2, '0', (date) => date.getUTCDate()),
  e: number(2, ' ', (date) => date.getUTCDate()),
  H: number(2, '0', (date) => date.getUTCHours()),
  k: number(2, ' ', (date) => date.getUTCHours()),
  I: number(2, '0', hour12),
  l: number(2, ' ', hour12),
  M: number(2, '0', (date) => date.getUTCMinutes()),
  S: number(2, '0', (date) => date.getUTCSeconds()),
  L: number(3, '0', (date) => date.getUTCMilliseconds()),
  u: number(0, '0', (date) => date.getUTCDay() || 7),
  w: number(0, '0', (date) => date.getUTCDay()),
  a: word((date) => days[date.getUTCDay()]!.slice(0, 3)),
  A: word((date) => days[date.getUTCDay()]!),
  b: word((date) => months[date.getUTCMonth()]!.slice(0, 3)),
  h: word((date) => months[date.getUTCMonth()]!.slice(0, 3)),
  B: word((date) => months[date.getUTCMonth()]!),
  p: word((date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')),
  P: word((date) => (date.getUTCHours() < 12 ? 'am' : 'pm')),
  z: { width: 0, pad: '0', of: offset },
  Z: { width: 0, pad: ' ', of: ({ zone }) => zone.name },
  s: {
    width: 0,
    pad: '0',
    of: ({ date, moment, zone }) => Math.floor((date.getTime() - zone.aheadMs(moment)) / 1000),
  },
  '%': { width: 0, pad: ' ', of: () => '%' },
};

/** Shows a moment in the zone the formatter was made for. */
export type Formatter = (moment: Moment) => string;

/**
 * Compiles a strftime format, as Liquid's `date` filter takes it, with the flags `-`, `_`, `0` and `^`. Names of months
 * and days are English. Answers the first conversion that is not known instead of printing it into a message.
 */
export function compileFormat(format: string, zone: Zone): Formatter | { readonly unknown: string } {
  const parts: (string | ((shown: Shown) => string))[] = [];
  const pattern = /%([-_0^]?)(.)?|[^%]+/gsu;
  for (const [whole, flag, letter] of format.matchAll(pattern)) {
    if (!whole.startsWith('%')) {
      parts.push(whole);
      continue;
    }
    const conversion = Object.hasOwn(conversions, letter ?? '') ? conversions[letter!] : undefined;
    if (!conversion) return { unknown: whole };
    const pad = flag === '_' ? ' ' : flag === '0' ? '0' : conversion.pad;
    const width = flag === '-' ? 0 : conversion.width;
    parts.push((shown) => {
      const text = String(conversion.of(shown)).padStart(width, pad);
      return flag === '^' ? text.toUpperCase() : text;
    });
  }
  return (moment) => {
    const shown = { date: new Date(zone.wallOf(moment)), moment, zone };
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : part(shown);
    return text;
  };
}
