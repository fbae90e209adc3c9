import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { sweepMinutes } from '../../shared/contracts/limits.ts';
import type { Alarms } from './alarms.ts';
import { statementOf } from './grants.ts';
import type { ServiceFunction } from './service-function.ts';
import { DeadLetters } from './work-queue.ts';

/** The schedule group with its role, and in it the minute's sweep. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, props: { readonly alarms: Alarms; readonly sweep: ServiceFunction }) {
    super(scope, id);
    const { alarms, sweep } = props;
    const stack = Stack.of(this);
    const group = new CfnScheduleGroup(this, 'Group', { name: stack.stackName });
    const dead = new DeadLetters(this, 'Dead', {
      alarms,
      runbook:
        'Scheduler could not start a sweep. The next minute’s run makes up for it; if they keep coming, check the schedule’s role. Purge afterwards.',
    });
    const role = new Role(this, 'Role', {
      description: 'What schedules of this stack may start',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Only for schedules of this group: nobody else's schedule may borrow the role.
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnEquals: { 'aws:SourceArn': group.attrArn },
        },
      }),
      inlinePolicies: {
        work: new PolicyDocument({
          statements: [
            statementOf({ actions: ['lambda:InvokeFunction'], resources: [sweep.lambda.functionArn] }),
            statementOf({ actions: ['sqs:SendMessage'], resources: [dead.queue.queueArn] }),
          ],
        }),
      },
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
