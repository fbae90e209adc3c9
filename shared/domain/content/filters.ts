import { josaOf, josaPairs } from './josa.ts';
import { parseMoment, zoneOf } from './moment.ts';
import { compileFormat } from './strftime.ts';

/** The filters a text may use, each as Liquid has it unless its comment says otherwise. */

/** An argument as it stands in the text. */
export type Argument =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  /** `position`: where it begins in the text, UTF-16 units from 0. */
  | { readonly kind: 'variable'; readonly name: string; readonly position: number };

/** What is wrong with a filter's arguments, as a sentence, or null. */
type Check = (args: readonly Argument[]) => string | null;

export interface Filter {
  /** How many arguments it takes. */
  readonly arguments: readonly [min: number, max: number];
  /** Whether an empty value stays empty: only then may a `default` still follow. */
  readonly emptyStays: (args: readonly Argument[]) => boolean;
  /** Arguments that must be written out, because the filter is compiled with them. Absent: variables are fine too. */
  readonly check?: Check;
  /** Compiled once where all arguments are written out, else once a row with their values. */
  readonly make: (args: readonly string[], frame: Frame) => (value: string) => string;
}

/** What is frozen when a dispatch is prepared. */
export interface Frame {
  readonly nowMs: number;
}

/** Thrown when a filter blows a value up beyond what any message could hold; the row is `too_long`. */
export class ValueTooLong extends Error {}
const valueLengthMax = 10_000;

function bounded(length: number): void {
  if (length > valueLengthMax) throw new ValueTooLong('A filter made a value longer than any message');
}

const always = () => true;
const never = () => false;
const literal = (args: readonly Argument[], at: number) => {
  const arg = args[at];
  return arg && arg.kind !== 'variable' ? String(arg.value) : null;
};

const isCount: Check = ([count, end]) => {
  if (count && (count.kind !== 'number' || !Number.isInteger(count.value) || count.value < 0))
    return 'its first argument must be a whole number';
  return end?.kind === 'variable' ? 'its second argument must be written out' : null;
};

const noArguments = (apply: (value: string) => string): Filter => ({
  arguments: [0, 0],
  emptyStays: always,
  make: () => apply,
});

function truncate(value: string, length: number, end: string): string {
  if (value.length <= length) return value;
  const characters = [...value];
  if (characters.length <= length) return value;
  return characters.slice(0, Math.max(length - [...end].length, 0)).join('') + end;
}

function truncateWords(value: string, count: number, end: string): string {
  const words = value.trimStart().split(/\s+/);
  const kept = Math.max(count, 1);
  return words.slice(0, kept).join(' ') + (words.length >= kept ? end : '');
}

function replaceAll(value: string, pattern: string, replacement: string): string {
  const parts = value.split(pattern);
  bounded(value.length + (parts.length - 1) * (replacement.length - pattern.length));
  return parts.join(replacement);
}

/** By hand, character by character: on a million rows a regular expression costs as much as all the rest. */
function delimitNumber(value: string, delimiter: string): string {
  const start = value.startsWith('-') || value.startsWith('+') ? 1 : 0;
  const end = digitsEnd(value, start);
  const fraction = value.charCodeAt(end) === 0x2e ? digitsEnd(value, end + 1) : end;
  const isNumber = end > start && fraction === value.length && fraction !== end + 1;
  if (!isNumber || end - start <= 3) return value;
  const first = start + ((end - start) % 3 || 3);
  let grouped = value.slice(0, first);
  for (let at = first; at < end; at += 3) grouped += delimiter + value.slice(at, at + 3);
  return grouped + value.slice(end);
}

function digitsEnd(value: string, from: number): number {
  let at = from;
  while (value.charCodeAt(at) >= 0x30 && value.charCodeAt(at) <= 0x39) at++;
  return at;
}

export const defaultZone = 'Asia/Seoul';

const checkDate: Check = ([format, zone]) => {
  if (format?.kind !== 'text') return 'its format must be written out';
  if (zone && zone.kind !== 'text') return 'its time zone must be written out';
  const found = zoneOf(zone?.value ?? defaultZone);
  if (!found) return `there is no time zone ${zone?.value}`;
  const compiled = compileFormat(format.value, found);
  return typeof compiled === 'function' ? null : `its format has no conversion ${compiled.unknown}`;
};

function formatDates(format: string, zoneName: string, { nowMs }: Frame): (value: string) => string {
  const compiled = compileFormat(format, zoneOf(zoneName)!);
  if (typeof compiled !== 'function') throw new Error('A date format that was not checked');
  return (value) => {
    const moment = parseMoment(value, nowMs);
    return moment ? compiled(moment) : value;
  };
}

const checkJosa: Check = ([pair]) => {
  if (pair?.kind !== 'text') return 'its particles must be written out in quotes';
  return josaOf(pair.value) ? null : `there is no pair of particles ${pair.value}; there are ${josaPairs.join(', ')}`;
};

const textFilters: Readonly<Record<string, Filter>> = {
  truncate: {
    arguments: [0, 2],
    emptyStays: always,
    check: isCount,
    make:
      ([length = '50', end = '...']) =>
      (value) =>
        truncate(value, Number(length), end),
  },
  truncatewords: {
    arguments: [0, 2],
    emptyStays: (args) => Number(literal(args, 0) ?? 15) > 1,
    check: isCount,
    make:
      ([count = '15', end = '...']) =>
      (value) =>
        truncateWords(value, Number(count), end),
  },
  replace: {
    arguments: [2, 2],
    emptyStays: always,
    make:
      ([from, to]) =>
      (value) =>
        replaceAll(value, from!, to!),
  },
  replace_first: {
    arguments: [2, 2],
    emptyStays: (args) => Boolean(literal(args, 0)),
    make:
      ([from, to]) =>
      (value) => {
        bounded(value.length + to!.length);
        return value.replace(from!, () => to!);
      },
  },
  remove: {
    arguments: [1, 1],
    emptyStays: always,
    make:
      ([part]) =>
      (value) =>
        value.split(part!).join(''),
  },
  append: {
    arguments: [1, 1],
    emptyStays: never,
    make:
      ([end]) =>
      (value) => {
        bounded(value.length + end!.length);
        return value + end;
      },
  },
  prepend: {
    arguments: [1, 1],
    emptyStays: never,
    make:
      ([start]) =>
      (value) => {
        bounded(value.length + start!.length);
        return start + value;
      },
  },
  upcase: noArguments((value) => value.toUpperCase()),
  downcase: noArguments((value) => value.toLowerCase()),
  capitalize: noArguments((value) => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()),
  strip: noArguments((value) => value.trim()),
  lstrip: noArguments((value) => value.trimStart()),
  rstrip: noArguments((value) => value.trimEnd()),
  strip_newlines: noArguments((value) => value.replace(/\r?\n/g, '')),
  squish: noArguments((value) => value.replace(/\s+/g, ' ').trim()),
  /** Groups the digits of a number by three, `,` unless told otherwise; leaves what is no number as it is. */
  number_with_delimiter: {
    arguments: [0, 1],
    emptyStays: always,
    make:
      ([delimiter = ',']) =>
      (value) =>
        delimitNumber(value, delimiter),
  },
  /** `josa: "은/는"`, not in Liquid: the value and behind it the particle that its last sound asks for, see `endingOf`. */
  josa: {
    arguments: [1, 1],
    emptyStays: always,
    check: checkJosa,
    make: ([pair]) => {
      const add = josaOf(pair!);
      if (!add) throw new Error('Particles that were not checked');
      return add;
    },
  },
  /** `date: format, zone`. Differs from Liquid in what it reads: see `parseMoment`. Unreadable values stay as they are. */
  date: {
    arguments: [1, 2],
    emptyStays: always,
    check: checkDate,
    make: ([format, zone = defaultZone], frame) => formatDates(format!, zone, frame),
  },
};

/** `default` is no `Filter`: it alone decides what a missing value becomes, so the compiler handles it itself. */
export const filterNames: readonly string[] = ['default', ...Object.keys(textFilters)];

/** The filter of that name, or null if texts may not use it. */
export const filterOf = (name: string): Filter | null => (Object.hasOwn(textFilters, name) ? textFilters[name]! : null);
