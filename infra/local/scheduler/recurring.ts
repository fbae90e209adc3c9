import type { DeclaredRule } from '../bus/event-bus.ts';
import type { Targets } from '../bus/targets.ts';
import type { Clock } from '../clock/clock.ts';
import type { Iam } from '../iam/iam.ts';
import { account, region } from '../template/names.ts';
import { ratePeriodMs } from './expressions.ts';
import { deliverScheduled, type ScheduleTarget } from './scheduler.ts';

/** Starts what the template wants done at a rate: schedules, and rules of EventBridge. */
export function startRecurring(
  schedules: { periodMs: number; target: ScheduleTarget }[],
  rules: DeclaredRule[],
  clock: Clock,
  targets: Targets,
  iam: Iam,
): void {
  for (const { periodMs, target } of schedules) {
    targets.check(target.Arn);
    clock.every(periodMs, () => deliverScheduled(target, targets, iam));
  }
  for (const { name, arn, ScheduleExpression, Targets } of rules) {
    if (ScheduleExpression === undefined) continue;
    const periodMs = ratePeriodMs(ScheduleExpression);
    if (periodMs === undefined) throw new Error(`rule ${name}: ${ScheduleExpression} is not a rate()`);
    clock.every(periodMs, () => {
      for (const { Arn, Input } of Targets)
        targets.deliver({ targetArn: Arn, input: Input ?? JSON.stringify(scheduledEvent(arn)) });
    });
  }
}

function scheduledEvent(ruleArn: string) {
  return {
    version: '0',
    id: 'scheduled',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: new Date().toISOString(),
    region,
    resources: [ruleArn],
    detail: {},
  };
}
