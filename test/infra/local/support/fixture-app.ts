import { join } from 'node:path';
import { App, DefaultStackSynthesizer, Duration, Stack, Tags } from 'aws-cdk-lib';
import { type CfnRoute, CfnStage, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, EventSourceMapping, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { build } from 'esbuild';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** A small stack of our kind: one of each resource the local cloud interprets, with functions that do as they are told. */
export async function buildFixtureApp({ outdir }: { outdir: string }): Promise<{ app: App }> {
  const bundles = join(outdir, 'bundles');
  const names = ['api', 'worker', 'tick'];
  await build({
    entryPoints: names.map((name) => ({
      in: join(import.meta.dirname, 'handlers', `${name}.ts`),
      out: `${name}/index`,
    })),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  });
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Fixture', {
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });

  const table = new TableV2(stack, 'Table', {
    tableName: 'fixture-table',
    partitionKey: text('pk'),
    sortKey: text('sk'),
    globalSecondaryIndexes: [
      { indexName: 'by-owner', partitionKey: text('owner'), projectionType: ProjectionType.KEYS_ONLY },
    ],
  });
  const dead = new Queue(stack, 'Dead', { queueName: 'work-dead' });
  const work = new Queue(stack, 'Work', {
    queueName: 'work',
    visibilityTimeout: Duration.seconds(6),
    deadLetterQueue: { queue: dead, maxReceiveCount: 2 },
  });
  const plain = new Queue(stack, 'Plain', {
    queueName: 'plain',
    visibilityTimeout: Duration.seconds(30),
    deadLetterQueue: { queue: new Queue(stack, 'PlainDead', { queueName: 'plain-dead' }), maxReceiveCount: 2 },
  });
  const files = new Queue(stack, 'FileEvents', { queueName: 'file-events' });
  new QueuePolicy(stack, 'FileEventsPolicy', { queues: [files] }).document.addStatements(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [files.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  const bucket = new Bucket(stack, 'Bucket', { bucketName: 'fixture-bucket' });
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    queueConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        queue: files.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: 'uploads/' }] } },
      },
    ],
  };

  const secret = new Secret(stack, 'Carrier', {
    generateSecretString: {
      secretStringTemplate: '{"userId":"x"}',
      generateStringKey: 'key',
      excludePunctuation: true,
    },
  });
  Tags.of(secret).add('bongsu:local', 'carrier-credentials');
  const bus = new EventBus(stack, 'Bus', { eventBusName: 'fixture-bus' });
  new Rule(stack, 'OnSent', {
    eventBus: bus,
    eventPattern: { source: ['fixture'], detail: { kind: ['wanted'] } },
    targets: [new SqsQueue(plain)],
  });

  const group = new CfnScheduleGroup(stack, 'Group', { name: 'fixture' });
  const schedulerRole = new Role(stack, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
  });
  const made = (name: string, timeoutSeconds: number) =>
    new LambdaFunction(stack, name, {
      functionName: name,
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(join(bundles, name)),
      handler: 'index.handler',
      timeout: Duration.seconds(timeoutSeconds),
      environment: {
        TABLE_NAME: table.tableName,
        BUCKET_NAME: bucket.bucketName,
        WORK_QUEUE_URL: work.queueUrl,
        PLAIN_QUEUE_URL: plain.queueUrl,
        PLAIN_QUEUE_ARN: plain.queueArn,
        SCHEDULER_ROLE_ARN: schedulerRole.roleArn,
        SCHEDULE_GROUP: group.ref,
      },
    });
  const [api, worker, tick] = [made('api', 3), made('worker', 2), made('tick', 2)];
  const allow = (actions: string[], resources: string[]) =>
    new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
  const scheduleArn = `arn:aws:scheduler:${stack.region}:${stack.account}:schedule/fixture/*`;
  new Policy(stack, 'ApiPolicy', {
    roles: [api.role!],
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn]),
      allow(['s3:PutObject', 's3:GetObject'], [`${bucket.bucketArn}/uploads/*`]),
      allow(['sqs:SendMessage'], [work.queueArn, plain.queueArn]),
      allow(['scheduler:CreateSchedule', 'scheduler:GetSchedule', 'scheduler:DeleteSchedule'], [scheduleArn]),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [schedulerRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
      allow(['events:PutEvents'], [bus.eventBusArn]),
      allow(['secretsmanager:GetSecretValue'], [secret.secretArn]),
    ],
  });
  schedulerRole.addToPolicy(allow(['sqs:SendMessage'], [plain.queueArn]));
  schedulerRole.addToPolicy(allow(['lambda:InvokeFunction'], [tick.functionArn]));
  for (const lambda of [worker, tick]) lambda.addToRolePolicy(allow(['dynamodb:UpdateItem'], [table.tableArn]));
  worker.addToRolePolicy(allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [work.queueArn]));
  new EventSourceMapping(stack, 'Mapping', {
    target: worker,
    eventSourceArn: work.queueArn,
    batchSize: 5,
    reportBatchItemFailures: true,
    maxConcurrency: 2,
  });
  new CfnSchedule(stack, 'EveryMinute', {
    groupName: group.ref,
    scheduleExpression: 'rate(1 minute)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: { arn: tick.functionArn, roleArn: schedulerRole.roleArn, input: '{}' },
  });

  const http = new HttpApi(stack, 'Http', { createDefaultStage: false });
  new CfnStage(stack, 'Stage', { apiId: http.apiId, stageName: '$default', autoDeploy: true });
  const integration = new HttpLambdaIntegration('Integration', api);
  http.addRoutes({ path: '/v1/{proxy+}', integration });
  http.addRoutes({ path: '/things/{id}', integration });
  const fallback = http.addRoutes({ path: '/things/all', integration });
  (fallback[0]!.node.defaultChild as CfnRoute).routeKey = 'GET /things/all';
  return { app };
}
