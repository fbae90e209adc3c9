import * as z from 'zod';
import type { Resource } from '../template/template.ts';
import { ratePeriodMs } from './expressions.ts';
import { type ScheduleTarget, targetShape } from './scheduler.ts';

const scheduleShape = z.looseObject({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: targetShape,
});

/** The template's enabled schedules. @throws for one that is not a `rate()`: those belong to the product's own code */
export function declaredSchedules(resources: Resource[]): { name: string; periodMs: number; target: ScheduleTarget }[] {
  return resources
    .filter(({ type }) => type === 'AWS::Scheduler::Schedule')
    .map(({ name, properties }) => ({ name, schedule: scheduleShape.parse(properties) }))
    .filter(({ schedule }) => schedule.State === 'ENABLED')
    .map(({ name, schedule }) => {
      const periodMs = ratePeriodMs(schedule.ScheduleExpression);
      if (periodMs === undefined) throw new Error(`schedule ${name}: ${schedule.ScheduleExpression} is not a rate()`);
      return { name, periodMs, target: schedule.Target };
    });
}
