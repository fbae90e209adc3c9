import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { type Grant, sendTo, statementOf } from './grants.ts';
import { DeadLetters, type WorkQueue } from './work-queue.ts';

/** A role that Scheduler takes on for the schedules of one group: nobody else's schedule may borrow it. */
export function scheduleRole(
  scope: Construct,
  props: { readonly group: CfnScheduleGroup; readonly description: string; readonly grants: readonly Grant[] },
): Role {
  return new Role(scope, 'Role', {
    description: props.description,
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnEquals: { 'aws:SourceArn': props.group.attrArn },
      },
    }),
    inlinePolicies: { work: new PolicyDocument({ statements: props.grants.map(statementOf) }) },
  });
}

/** The group of all schedules, and what those need that functions make: a role and dead letters. */
export class Schedules extends Construct {
  readonly group: CfnScheduleGroup;
  readonly role: Role;
  readonly deadLetters: Queue;

  /** `into`: the queues that schedules may put records into. */
  constructor(scope: Construct, id: string, props: { readonly alarms: Alarms; readonly into: readonly WorkQueue[] }) {
    super(scope, id);
    this.group = new CfnScheduleGroup(this, 'Group', { name: Stack.of(this).stackName });
    this.deadLetters = new DeadLetters(this, 'Dead', {
      alarms: props.alarms,
      runbook:
        'Scheduler could not tell a queue that the time of a wave or of a campaign had come. The sweeper does what was due all the same; check the schedules’ role and the queue. Purge afterwards.',
    }).queue;
    this.role = scheduleRole(this, {
      group: this.group,
      description: 'What schedules that functions make may put where',
      grants: [sendTo(...props.into), { actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }],
    });
  }
}
