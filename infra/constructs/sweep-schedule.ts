import { Duration } from 'aws-cdk-lib';
import { CfnSchedule, type CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { sweepMinutes } from '../../shared/contracts/limits.ts';
import type { Alarms } from './alarms.ts';
import { scheduleRole } from './schedules.ts';
import type { ServiceFunction } from './service-function.ts';
import { DeadLetters } from './work-queue.ts';

export interface SweepScheduleProps {
  readonly alarms: Alarms;
  readonly group: CfnScheduleGroup;
  readonly sweep: ServiceFunction;
}

/** The minute's sweep. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, props: SweepScheduleProps) {
    super(scope, id);
    const { alarms, group, sweep } = props;
    const dead = new DeadLetters(this, 'Dead', {
      alarms,
      runbook:
        'Scheduler could not start a sweep. The next minute’s run makes up for it; if they keep coming, check the schedule’s role. Purge afterwards.',
    });
    const role = scheduleRole(this, {
      group,
      description: 'What the schedule of the sweep may start',
      grants: [
        { actions: ['lambda:InvokeFunction'], resources: [sweep.lambda.functionArn] },
        { actions: ['sqs:SendMessage'], resources: [dead.queue.queueArn] },
      ],
    });
    new CfnSchedule(this, 'EveryMinute', {
      description: 'Finds and restarts what has stalled',
      groupName: group.ref,
      scheduleExpression: sweepMinutes === 1 ? 'rate(1 minute)' : `rate(${sweepMinutes} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: sweep.lambda.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        deadLetterConfig: { arn: dead.queue.queueArn },
        // A sweep that could not start within its minute is replaced by the next one.
        retryPolicy: { maximumEventAgeInSeconds: Duration.minutes(sweepMinutes).toSeconds(), maximumRetryAttempts: 2 },
      },
    });
    // A failed run is not repeated: the next minute's does the same work. It has fired the error alarm.
    sweep.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(sweepMinutes) });
    alarms.addSilence(this, 'Silent', {
      metric: sweep.lambda.metricInvocations({ period: Duration.minutes(5), statistic: 'Sum' }),
      runbook:
        'Nothing has swept for five minutes: what stalls stays stalled. Check that the schedule is enabled and its role may start the function.',
    });
  }
}
