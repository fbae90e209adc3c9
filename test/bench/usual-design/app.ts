import { join } from 'node:path';
import { App, CfnOutput, DefaultStackSynthesizer, Duration, Stack, Tags } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, EventSourceMapping, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { build } from 'esbuild';
import { env, outputs } from './contract.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });
const functionNames = ['fan-out', 'send-one', 'floor'] as const;

/** As in the product: Lambdas that wait for a carrier most of the time. */
const memoryMegabytes = 512;
const sendConcurrency = 20;

/**
 * How bulk messages are usually sent on AWS: a queue message, a carrier call and an item per recipient. Beside it, in
 * the same surroundings, the floor: carrier calls of 500 and the reads they need, and nothing else.
 */
export async function buildUsualDesign({ outdir }: { readonly outdir: string }): Promise<{ app: App }> {
  const bundles = join(outdir, 'bundles');
  await build({
    entryPoints: functionNames.map((name) => ({ in: join(import.meta.dirname, `${name}.ts`), out: `${name}/index` })),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  });
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'UsualDesign', {
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  const table = new TableV2(stack, 'Messages', {
    partitionKey: text('pk'),
    sortKey: text('sk'),
    billing: Billing.onDemand(),
    // "Which messages went to this number?", which the product answers too.
    globalSecondaryIndexes: [
      {
        indexName: 'by-number',
        partitionKey: text('to'),
        sortKey: text('at'),
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
  });
  const bucket = new Bucket(stack, 'Lists');
  const carrier = new Secret(stack, 'Carrier');
  Tags.of(carrier).add('bongsu:local', 'carrier-credentials');

  const queue = (name: string) =>
    new Queue(stack, name, {
      visibilityTimeout: Duration.seconds(120),
      deadLetterQueue: { queue: new Queue(stack, `${name}Dead`), maxReceiveCount: 3 },
    });
  const [fanOut, send, floor] = [queue('FanOutQueue'), queue('SendQueue'), queue('FloorQueue')];

  const made = (name: (typeof functionNames)[number], source: Queue, batchSize: number) => {
    const lambda = new LambdaFunction(stack, `${name}Function`, {
      functionName: name,
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(join(bundles, name)),
      handler: 'index.handler',
      timeout: Duration.seconds(60),
      memorySize: memoryMegabytes,
      environment: {
        [env.table]: table.tableName,
        [env.bucket]: bucket.bucketName,
        [env.sendQueue]: send.queueUrl,
        [env.secret]: carrier.secretArn,
      },
    });
    new EventSourceMapping(stack, `${name}Mapping`, {
      target: lambda,
      eventSourceArn: source.queueArn,
      batchSize,
      reportBatchItemFailures: true,
      maxConcurrency: sendConcurrency,
    });
    const consume = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    lambda.addToRolePolicy(new PolicyStatement({ actions: consume, resources: [source.queueArn] }));
    return (action: string, resource: string) =>
      lambda.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
  };
  const grantFanOut = made('fan-out', fanOut, 1);
  grantFanOut('s3:GetObject', bucket.arnForObjects('*'));
  grantFanOut('sqs:SendMessage', send.queueArn);
  // Ten records a run are what a queue gives without waiting.
  const grantSendOne = made('send-one', send, 10);
  grantSendOne('dynamodb:PutItem', table.tableArn);
  grantSendOne('secretsmanager:GetSecretValue', carrier.secretArn);
  const grantFloor = made('floor', floor, 1);
  grantFloor('s3:GetObject', bucket.arnForObjects('*'));
  grantFloor('secretsmanager:GetSecretValue', carrier.secretArn);

  new CfnOutput(stack, outputs.bucket, { value: bucket.bucketName });
  new CfnOutput(stack, outputs.table, { value: table.tableName });
  new CfnOutput(stack, outputs.fanOut, { value: fanOut.queueUrl });
  new CfnOutput(stack, outputs.floor, { value: floor.queueUrl });
  return { app };
}
