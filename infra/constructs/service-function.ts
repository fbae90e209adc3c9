import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, EventSourceMapping, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metrics } from '../../shared/contracts/environment.ts';
import type { Bundle } from '../bundle.ts';
import { acknowledge } from './acknowledge.ts';
import { type Alarms, alarmPeriod } from './alarms.ts';
import { memoryMebibytes, timeoutSeconds } from './function-sizes.ts';
import { type Grant, statementOf } from './grants.ts';
import type { WorkQueue } from './work-queue.ts';

/** The service all functions report metrics as; alarms on custom metrics watch this dimension. */
export const serviceName = 'bongsu';

export interface ServiceFunctionProps {
  readonly bundle: Bundle;
  readonly description: string;
  /** Who repeats a run that crashed. */
  readonly repeatedBy: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  readonly alarms: Alarms;
}

export interface ConsumeProps {
  readonly batchSize: number;
  /** How long to gather a batch. Default: not at all. */
  readonly window?: Duration;
  readonly concurrency: number;
}

/** One function with what a function needs: its own role and log group, and alarms on errors and throttles. */
export class ServiceFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { bundle, alarms } = props;
    const logGroup = new LogGroup(this, 'Log', {
      // A report may come three days late and a complaint a month later; a quarter covers both.
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const grants: readonly Grant[] = [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
      ...props.grants,
    ];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${bundle.name} may do`,
      inlinePolicies: { work: new PolicyDocument({ statements: grants.map(statementOf) }) },
    });
    for (const { prefix } of grants) {
      if (prefix) acknowledge(role, `IAM5[Resource::${prefix.finding}]`, `${bundle.name}: ${prefix.reason}`);
    }

    this.lambda = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle.directory),
      handler: 'index.handler',
      timeout: Duration.seconds(timeoutSeconds[bundle.name]),
      memorySize: memoryMebibytes[bundle.name],
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: serviceName,
        POWERTOOLS_METRICS_NAMESPACE: metrics.namespace,
      },
      role,
      logGroup,
    });

    alarms.add(this, 'Errors', {
      metric: this.lambda.metricErrors({ period: alarmPeriod }),
      atLeast: 1,
      runbook: `${bundle.name} crashed or ran out of time. ${props.repeatedBy} Read its log for the cause.`,
    });
    alarms.add(this, 'Throttles', {
      metric: this.lambda.metricThrottles({ period: alarmPeriod }),
      atLeast: 1,
      runbook: `${bundle.name} was refused a run: the account is at its concurrency limit. Ask AWS for more, or lower sendConcurrency.`,
    });
  }

  /** Lets the queue drive this function; each record of a batch fails alone. */
  consume(work: WorkQueue, props: ConsumeProps, id = 'Mapping'): void {
    new EventSourceMapping(this, id, {
      target: this.lambda,
      eventSourceArn: work.queue.queueArn,
      batchSize: props.batchSize,
      ...(props.window ? { maxBatchingWindow: props.window } : {}),
      maxConcurrency: props.concurrency,
      reportBatchItemFailures: true,
    });
  }
}
