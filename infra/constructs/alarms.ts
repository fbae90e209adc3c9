import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic, TopicPolicy } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmProps {
  readonly metric: IMetric;
  /** The alarm fires when the metric is at or above this. */
  readonly atLeast: number;
  /** Periods in a row before it fires. Default 1: what these alarms watch should never happen. */
  readonly periods?: number;
  /** What it means and what to do, for whoever is woken by it. */
  readonly runbook: string;
}

/** The topic that every alarm goes to, and the one way to make an alarm: with a runbook line. */
export class Alarms extends Construct {
  readonly topic: Topic;

  /** `email`: who receives the alarms; without it somebody subscribes to the topic later. */
  constructor(scope: Construct, id: string, email: string | undefined) {
    super(scope, id);
    // CloudWatch cannot publish through SNS's own managed key, so the topic needs one whose policy lets it.
    const key = new Key(this, 'Key', {
      description: 'Encrypts alarm notifications',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // it protects notifications in flight, nothing that is kept
    });
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'], // in a key's own policy: this key
        conditions: ofThisAccount,
      }),
    );

    this.topic = new Topic(this, 'Topic', { masterKey: key });
    const policy = new TopicPolicy(this, 'TopicPolicy', { topics: [this.topic] });
    policy.document.addStatements(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: ofThisAccount,
      }),
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Fires at or above a bound. No data is no trouble: quiet queues and functions report nothing. */
  add(scope: Construct, id: string, props: AlarmProps): Alarm {
    return this.#notify(
      new Alarm(scope, id, {
        metric: props.metric,
        threshold: props.atLeast,
        evaluationPeriods: props.periods ?? 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: props.runbook,
      }),
    );
  }

  /** Fires when something that must go on has stopped: here no data is the trouble. */
  addSilence(scope: Construct, id: string, props: { readonly metric: IMetric; readonly runbook: string }): Alarm {
    return this.#notify(
      new Alarm(scope, id, {
        metric: props.metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
        alarmDescription: props.runbook,
      }),
    );
  }

  #notify(alarm: Alarm): Alarm {
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}

/** Alarms look at five minutes at a time: short enough to act on, long enough not to flap. */
export const alarmPeriod = Duration.minutes(5);
