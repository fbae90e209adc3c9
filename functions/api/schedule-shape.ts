import * as z from 'zod';
import { splitCountMax, splitIntervalMinutesMax } from '../../shared/contracts/limits.ts';
import type { Schedule, ScheduleProblem, Split } from '../../shared/domain/dispatches/schedule.ts';
import { instantOf, type ZonedTime } from '../../shared/domain/times/local-time.ts';
import { fieldProblem, type Problem } from './problems.ts';
import { shownTime, timeShape } from './shapes.ts';

/** When something goes out and in how many parts, as it comes in and goes out. */

/** What a form can tell is told with the form; whether the time is in reach, only once the request is no replay. */
export type GivenTime = Exclude<ZonedTime, { kind: 'unknown_zone' }>;

const timeForms = 'must be a time with an offset (2026-12-24T10:00:00+09:00), or a local time beside timeZone';
const offsetPattern = /(?:Z|[+-]\d\d:\d\d)$/;

/** A time with an offset, or a local one that `timeZone` beside it places. */
export const zonedTimeShape = (limits: string) =>
  z.iso
    .datetime({ offset: true, local: true, error: ({ code }) => (code === 'invalid_format' ? timeForms : undefined) })
    .meta({
      description: `RFC 3339 with an offset; or a local time, with \`timeZone\`. ${limits}`,
      example: '2026-12-24T10:00:00+09:00',
    });

export const timeZoneShape = z.string().max(64).nullable().default(null).meta({
  description:
    'IANA name of the zone of a local time. A time that clocks there show twice is the earlier of the two; one that daylight saving skips is refused',
  example: 'Asia/Seoul',
});

/** Reads `field` of an object that also has a `timeZone`. */
export function readZoned(
  field: string,
  text: string,
  timeZone: string | null,
  context: z.core.$RefinementCtx,
): GivenTime {
  const refused = (path: string, message: string, code: string) => {
    context.addIssue({ code: 'custom', path: [path], message, params: { code } });
    return z.NEVER;
  };
  if (offsetPattern.test(text)) {
    if (timeZone === null) return { kind: 'instant', atMs: Date.parse(text) };
    return refused('timeZone', `Give either an offset in \`${field}\` or a timeZone.`, 'no_effect');
  }
  if (timeZone === null) {
    return refused(field, 'Say where: add an offset such as +09:00, or a timeZone such as Asia/Seoul.', 'missing');
  }
  const zoned = instantOf(Date.parse(`${text}Z`), timeZone);
  if (zoned.kind !== 'unknown_zone') return zoned;
  return refused('timeZone', 'is no IANA time zone, such as Asia/Seoul', 'invalid_value');
}

export const givenScheduleShape = z
  .strictObject({ at: zonedTimeShape('Later than now, at most 60 days ahead'), timeZone: timeZoneShape })
  .transform(({ at, timeZone }, context) => readZoned('at', at, timeZone, context))
  .nullable();

export const givenSplitShape = z
  .strictObject({
    count: z.int().min(2).max(splitCountMax).meta({ description: 'Parts of (nearly) equal size' }),
    intervalMinutes: z.int().min(1).max(splitIntervalMinutesMax).meta({ description: 'Between two parts' }),
  })
  .nullable()
  .default(null)
  .meta({ description: 'Sends in several parts; the last one goes at most 60 days from now' });

export const scheduleShape = z.object({ at: timeShape }).nullable();
export const splitShape = z.object({ count: z.int(), intervalMinutes: z.int() }).nullable();

export const shownSchedule = (schedule: Schedule | null) => schedule && { at: shownTime(schedule.atMs) };
export const shownSplit = (split: Split | null) => split && { ...split };

/** Until when a request is known that made something go out later: a day after it did. */
export const keptUntilMs = ({ schedule }: { readonly schedule: Schedule | null }): number =>
  schedule === null ? 0 : schedule.atMs + 86_400_000;

/** The time meant, or why there is no such time. */
export function scheduleOf(given: GivenTime | null): { readonly schedule: Schedule | null } | Problem {
  if (given === null) return { schedule: null };
  return given.kind === 'instant' ? { schedule: { atMs: given.atMs } } : skippedTime('/schedule/at');
}

export const skippedTime = (pointer: string): Problem =>
  fieldProblem(
    'invalid_schedule',
    pointer,
    'skipped_time',
    'No clock there shows this time: they are put forward over it. Give an earlier or a later one.',
  );

/** How it is answered that something cannot go out then. @param splitPointer what to shorten if the split is too long */
export function planProblem(refused: ScheduleProblem, splitPointer: '/split' | '/schedule/at'): Problem {
  switch (refused.kind) {
    case 'in_the_past':
      return fieldProblem('invalid_schedule', '/schedule/at', 'in_the_past', 'This time has passed.');
    case 'too_far':
      return fieldProblem(
        'invalid_schedule',
        '/schedule/at',
        'too_big',
        `The latest possible time is ${shownTime(refused.latestMs)}.`,
      );
    case 'split_too_long': {
      const { latestMs, lastMs } = refused;
      const detail = `The last part would go at ${shownTime(lastMs)}; the latest possible time is ${shownTime(latestMs)}.`;
      return fieldProblem('invalid_schedule', splitPointer, 'too_big', detail);
    }
  }
}
