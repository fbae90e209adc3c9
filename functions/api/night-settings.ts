import * as z from 'zod';
import {
  defaultNightRule,
  korea,
  koreanBounds,
  type NightRule,
  nightPolicies,
} from '../../shared/domain/times/night-window.ts';

/** The rules of the night as a tenant sets them and sees them. */

/** Minutes since midnight as clocks show them. */
export const wallClock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

const clockShape = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is no time of day such as 20:00')
  .meta({ example: '20:00' });
const windowShape = z.strictObject({ start: clockShape, end: clockShape });

const { start, end } = koreanBounds;
type Range = typeof start | typeof end;
const range = ({ from, until }: Range) => `from ${wallClock(from)} to ${wallClock(until)}`;
const isWithin = (clock: string, { from, until }: Range) => minutesOf(clock) >= from && minutesOf(clock) <= until;

const isZone = (zone: string): boolean => {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    // Korea’s window counts under its one name; another would set nothing
    return zone === korea || timeZone !== korea;
  } catch {
    return false; // RangeError: there is no such zone
  }
};

const zonesMax = 50;
const usual = shownWindows(defaultNightRule.windows)[korea];

export const nightSettings = {
  nightPolicy: z.enum(nightPolicies).meta({
    description:
      'What becomes of advertisements that would go at night to people who did not consent to that. `fail`: they are ' +
      'skipped as `night_window`, and a send that would lie wholly in the night is refused. `wait`: they go when the ' +
      `night has ended. A dispatch keeps the rule it was created under. Default ${defaultNightRule.policy}.`,
  }),
  nightWindows: z
    .record(z.string().max(60).refine(isZone, `is no time zone, or another name for ${korea}`), windowShape)
    .refine((windows) => Object.keys(windows).length <= zonesMax, `has more than ${zonesMax} zones`)
    .refine(({ [korea]: window }) => !window || isWithin(window.start, start), {
      path: [korea, 'start'],
      message: `In Korea the night starts ${range(start)}.`,
    })
    .refine(({ [korea]: window }) => !window || isWithin(window.end, end), {
      path: [korea, 'end'],
      message: `In Korea the night ends ${range(end)}.`,
    })
    .refine((windows) => Object.values(windows).every((window) => window.start !== window.end), {
      message: 'A night ends at another time than it starts.',
    })
    .meta({
      description:
        `The night by time zone of the recipient, in local time. ${korea}: start ${range(start)}, end ${range(end)}; ` +
        `default ${usual?.start} to ${usual?.end}. Zones that are given are set, the others stay. Nothing begins in the ` +
        'last minute before a night. Numbers abroad are not sent to yet.',
    }),
};

function shownWindows(windows: NightRule['windows']): Record<string, z.output<typeof windowShape>> {
  return Object.fromEntries(
    Object.entries(windows).map(([zone, { startMinute, endMinute }]) => [
      zone,
      { start: wallClock(startMinute), end: wallClock(endMinute) },
    ]),
  );
}

export const shownNightSettings = ({ policy, windows }: NightRule) => ({
  nightPolicy: policy,
  nightWindows: shownWindows(windows),
});

/** What is given of a rule, as `changeSettings` takes it. */
export function givenNight(
  policy: NightRule['policy'] | undefined,
  windows: z.output<typeof nightSettings.nightWindows> | undefined,
): { readonly [K in keyof NightRule]?: NightRule[K] | undefined } {
  const given = Object.entries(windows ?? {}).map(([zone, window]) => [
    zone,
    { startMinute: minutesOf(window.start), endMinute: minutesOf(window.end) },
  ]);
  return { policy, windows: Object.fromEntries(given) };
}
