import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const dynamo = new DynamoDBClient();
const sqs = new SQSClient();
const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
const scheduler = new SchedulerClient();
const bus = new EventBridgeClient();
const secrets = new SecretsManagerClient();
const { TABLE_NAME, BUCKET_NAME, WORK_QUEUE_URL, PLAIN_QUEUE_ARN, SCHEDULER_ROLE_ARN, SCHEDULE_GROUP } = process.env;

type Told = {
  key: string;
  at: string;
  name: string;
  group?: string;
  roleArn?: string;
  size: number;
  expiresSeconds: number;
  body: unknown;
  detail: unknown;
  arn: string;
};

const deeds: Record<string, (told: Told) => Promise<unknown>> = {
  now: async () => new Date().toISOString(),
  hang: () => sleep(60_000),
  crash: () => {
    setImmediate(() => process.exit(3));
    return sleep(60_000);
  },
  throw: async () => {
    throw new Error('as told');
  },
  environment: async () => process.env,
  write: (told) =>
    dynamo.send(new PutItemCommand({ TableName: TABLE_NAME, Item: { pk: { S: told.key }, sk: { S: '-' } } })),
  // Not granted.
  erase: (told) =>
    dynamo.send(new DeleteItemCommand({ TableName: TABLE_NAME, Key: { pk: { S: told.key }, sk: { S: '-' } } })),
  read: async (told) =>
    (await s3.send(new GetObjectCommand({ Bucket: BUCKET_NAME, Key: told.key }))).Body?.transformToString(),
  enqueue: (told) =>
    sqs.send(new SendMessageCommand({ QueueUrl: WORK_QUEUE_URL, MessageBody: JSON.stringify(told.body) })),
  presign: async (told) =>
    getSignedUrl(s3, new PutObjectCommand({ Bucket: BUCKET_NAME, Key: told.key, ContentLength: told.size }), {
      expiresIn: told.expiresSeconds,
      signableHeaders: new Set(['content-length', 'host']),
    }),
  schedule: (told) =>
    scheduler.send(
      new CreateScheduleCommand({
        Name: told.name,
        GroupName: told.group ?? SCHEDULE_GROUP,
        ScheduleExpression: `at(${told.at})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: PLAIN_QUEUE_ARN,
          RoleArn: told.roleArn ?? SCHEDULER_ROLE_ARN,
          Input: JSON.stringify({ name: told.name }),
        },
      }),
    ),
  emit: (told) =>
    bus.send(
      new PutEventsCommand({
        Entries: [
          { EventBusName: 'fixture-bus', Source: 'fixture', DetailType: 'told', Detail: JSON.stringify(told.detail) },
        ],
      }),
    ),
  secret: async (told) => (await secrets.send(new GetSecretValueCommand({ SecretId: told.arn }))).SecretString,
};

/** `POST /v1/<deed>` does the deed; everything else answers the event. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const deed = deeds[event.pathParameters?.proxy ?? ''];
  if (!deed) return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) };
  try {
    const result = await deed(JSON.parse(event.body ?? '{}') as Told);
    return { statusCode: 200, body: JSON.stringify(result ?? null) };
  } catch (error) {
    if (event.pathParameters?.proxy === 'throw') throw error;
    return {
      statusCode: 500,
      body: JSON.stringify({ name: (error as Error).name, message: (error as Error).message }),
    };
  }
}
