import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type Alarms, alarmPeriod } from './alarms.ts';

/** The longest SQS keeps a message: a long weekend and a week to find the cause and redrive. */
const deadLetterRetention = Duration.days(14);
/** Shorter than the dead letters': SQS counts a dead letter's age from when it was first sent. */
const workRetention = Duration.days(4);

export interface DeadLettersProps {
  readonly alarms: Alarms;
  /** What a dead letter here means and what to do. */
  readonly runbook: string;
}

/** Where messages end that nobody could process; any message here fires an alarm. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: deadLetterRetention,
    });
    acknowledge(this.queue, 'SQS3', 'This is the end of the line: people read it, no consumer does.');
    props.alarms.add(this, 'NotEmpty', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod, statistic: 'Maximum' }),
      atLeast: 1,
      runbook: props.runbook,
    });
  }
}

export interface WorkQueueProps {
  readonly alarms: Alarms;
  /** How long a received message stays hidden. Longer than its consumer may run, or two would work on it at once. */
  readonly visibility: Duration;
  /** Receives before a message is dead. Waiting does not count: a wait is a new message. */
  readonly receives: number;
  /** Age of the oldest message that nobody should see in normal operation, the longest delay (15 min) included. */
  readonly lateAfter: Duration;
  /** What a dead letter means and what to do; what a late queue means and what to do. */
  readonly runbook: { readonly dead: string; readonly late: string };
}

/** A queue with what a queue needs: dead letters, both alarms, encryption, TLS only. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'Dead', { alarms: props.alarms, runbook: props.runbook.dead }).queue;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: workRetention,
      visibilityTimeout: props.visibility,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.receives },
    });
    props.alarms.add(this, 'Late', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: alarmPeriod, statistic: 'Maximum' }),
      atLeast: props.lateAfter.toSeconds(),
      runbook: props.runbook.late,
    });
  }
}
