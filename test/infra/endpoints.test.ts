import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { endpointOf } from '../../infra/stand-ins/endpoints.ts';

/** Bundles carry a short way to the services' endpoints; it must lead where the SDK's own rules lead. */

type Provider = (asked: object) => { url: URL; properties?: object; headers?: object };
const region = 'ap-northeast-2';
const providers = {
  dynamodb: new DynamoDBClient({ region }).config.endpointProvider,
  events: new EventBridgeClient({ region }).config.endpointProvider,
  scheduler: new SchedulerClient({ region }).config.endpointProvider,
  secretsmanager: new SecretsManagerClient({ region }).config.endpointProvider,
  email: new SESv2Client({ region }).config.endpointProvider,
  sqs: new SQSClient({ region }).config.endpointProvider,
  s3: new S3Client({ region }).config.endpointProvider,
} as unknown as Readonly<Record<string, Provider>>;

const regions = ['ap-northeast-2', 'us-east-1', 'eu-central-1', 'cn-north-1'];
const endpoints = [
  undefined,
  'http://127.0.0.1:4510',
  'http://127.0.0.1:4510/',
  'https://vpce-1.example.com',
  'http://[::1]:9000',
];
const buckets = ['bongsu-filesbucket-1a2b3c', 'abc', 'x'.repeat(63)];
/** A certificate covers one level of hosts. At an address of ours the SDK itself finds no way to such a bucket. */
const dotted = 'with.dots.in-it';

const asUsual = { UseFIPS: false, UseDualStack: false };
const placesOf = (service: string): object[] =>
  regions.flatMap((Region) =>
    endpoints.flatMap((Endpoint) => {
      const asked = { ...asUsual, Region, ...(Endpoint === undefined ? {} : { Endpoint }) };
      if (service !== 's3') return [asked];
      const s3 = { ...asked, Accelerate: false, UseGlobalEndpoint: false, DisableMultiRegionAccessPoints: false };
      const all = Endpoint === undefined ? [...buckets, dotted] : buckets;
      return all.flatMap((Bucket) => [false, true].map((ForcePathStyle) => ({ ...s3, Bucket, ForcePathStyle })));
    }),
  );

const told = (provider: Provider, asked: object) => {
  const { url, properties = {}, headers = {} } = provider(asked);
  return { url: url.href, properties, headers };
};

test.each(Object.keys(providers))(
  '%s is found where the SDK finds it, in every region and at every given endpoint',
  (service) => {
    const places = placesOf(service);
    for (const asked of places) {
      const usual = told(providers[service]!, asked);
      const { metricValues: _, ...properties } = usual.properties as { metricValues?: unknown };
      expect(told(endpointOf(service), asked), JSON.stringify(asked)).toEqual({ ...usual, properties });
    }
    expect(places.length).toBeGreaterThanOrEqual(20);
  },
);

test.each([{ UseFIPS: true }, { UseDualStack: true }, { Accelerate: true }, { Region: undefined }])(
  'what was left out is refused, not misled: %j',
  (asked) => {
    expect(() => endpointOf('s3')({ ...asUsual, Region: region, ...asked } as never)).toThrow('left out');
  },
);
