import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventBus as Bus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, ResourcePolicy, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { DeadLetters } from './work-queue.ts';

/** The bus on which the service says what happened, and a log group that keeps every event. */
export class EventBus extends Construct {
  readonly bus: Bus;

  constructor(scope: Construct, id: string, props: { readonly alarms: Alarms }) {
    super(scope, id);
    const stack = Stack.of(this);
    this.bus = new Bus(this, 'Bus', {
      description: `What happened in ${stack.stackName}: dispatches, uploads, credits`,
    });

    const log = new LogGroup(this, 'Log', {
      // Events about sending are the record of what was sent: kept over a year, as the qualification to send asks.
      retention: RetentionDays.THIRTEEN_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const deliverers = ['events.amazonaws.com', 'delivery.logs.amazonaws.com'].map(
      (name) => new ServicePrincipal(name),
    );
    const mayWrite = new ResourcePolicy(this, 'LogPolicy', {
      policyStatements: [
        new PolicyStatement({
          principals: deliverers,
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
      ],
    });

    const dead = new DeadLetters(this, 'Dead', {
      alarms: props.alarms,
      runbook:
        'An event could not be written to its log. Nothing was lost for customers; check the log group’s resource policy, then redrive.',
    });
    const rule = new Rule(this, 'KeepAll', {
      description: 'Keeps every event of this bus in a log group',
      eventBus: this.bus,
      eventPattern: { account: [stack.account] },
      targets: [
        {
          bind: () => ({
            // The target of a rule is the group's ARN without the `:*` that its own attribute ends with.
            arn: stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: log.logGroupName,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
            deadLetterConfig: { arn: dead.queue.queueArn },
            // An hour of a failing log service, then the event is better in the dead-letter queue where it can be seen.
            retryPolicy: { maximumEventAgeInSeconds: Duration.hours(1).toSeconds(), maximumRetryAttempts: 24 },
          }),
        },
      ],
    });
    rule.node.addDependency(mayWrite);
    dead.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [dead.queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }
}
