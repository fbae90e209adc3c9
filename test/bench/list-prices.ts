import type { FunctionName } from '../../infra/bundle.ts';
import { memoryMebibytes } from '../../infra/constructs/function-sizes.ts';
import type { Use } from './clouds/use.ts';

/**
 * AWS's public list prices in US dollars, Asia Pacific (Seoul), on demand, without free tiers and volume discounts, as
 * of December 2025, noted by hand: check them before a decision hangs on them (DynamoDB's is the list price from before
 * November 2024, halved as announced then). Storage, logs and traffic are left out: they follow from what is kept, not
 * from how it is sent.
 */
export const listPrices = {
  asOf: '2025-12',
  dynamodbWritePerMillion: 0.6778,
  dynamodbReadPerMillion: 0.1356,
  sqsPerMillion: 0.4,
  /** On top, for requests that carry a message group on a standard queue. */
  sqsFairSurchargePerMillion: 0.1,
  s3WritePerThousand: 0.0045,
  s3ReadPerThousand: 0.00035,
  lambdaRequestsPerMillion: 0.2,
  /** arm64. */
  lambdaGbSecond: 0.0000133334,
  eventsPerMillion: 1,
  secretsPerTenThousand: 0.05,
  httpApiPerMillion: 1.23,
} as const;

const s3Writes = new Set([
  's3:PutObject',
  's3:CreateMultipartUpload',
  's3:UploadPart',
  's3:CompleteMultipartUpload',
  's3:ListBucket',
]);
const fairQueueSends = 'sqs:SendMessageBatch';

/**
 * What a use costs, by what is paid for. Durations of functions are those of this machine. `fairQueue`: whether batches
 * of records were sent with a message group.
 */
export function costOf(
  use: Use,
  fairQueue: boolean,
): Readonly<Record<'dynamodb' | 'sqs' | 's3' | 'lambda' | 'other' | 'total', number>> {
  const p = listPrices;
  const of = (service: string): number => use.requests[service] ?? 0;
  const writes = Object.entries(use.requestsByAction).reduce(
    (n, [action, count]) => n + (s3Writes.has(action) ? count : 0),
    0,
  );
  const runs = Object.entries(use.functions);
  const invocations = runs.reduce((n, [, run]) => n + run.invocations, 0);
  const gbSeconds = runs.reduce(
    (n, [name, run]) => n + (run.durationMs / 1_000) * (memoryMebibytesOf(name) / 1_024),
    0,
  );
  const apiCalls = runs.find(([name]) => functionOf(name) === 'api')?.[1].invocations ?? 0;
  const dynamodb = (use.writeUnits * p.dynamodbWritePerMillion + use.readUnits * p.dynamodbReadPerMillion) / 1e6;
  const fair = fairQueue ? (use.requestsByAction[fairQueueSends] ?? 0) : 0;
  const sqs = (of('sqs') * p.sqsPerMillion + fair * p.sqsFairSurchargePerMillion) / 1e6;
  const s3 = (writes * p.s3WritePerThousand + (of('s3') - writes) * p.s3ReadPerThousand) / 1e3;
  const lambda = (invocations * p.lambdaRequestsPerMillion) / 1e6 + gbSeconds * p.lambdaGbSecond;
  const other =
    (of('events') * p.eventsPerMillion + apiCalls * p.httpApiPerMillion) / 1e6 +
    (of('secretsmanager') * p.secretsPerTenThousand) / 1e4;
  return { dynamodb, sqs, s3, lambda, other, total: dynamodb + sqs + s3 + lambda + other };
}

const usualMebibytes = 512;

/** CDK names a function after its construct, in pascal case. */
function functionOf(name: string): FunctionName | undefined {
  const names = Object.keys(memoryMebibytes) as FunctionName[];
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '');
  return names.find((one) => plain(name).includes(`functions${plain(one)}function`));
}
const memoryMebibytesOf = (name: string): number => {
  const known = functionOf(name);
  return known === undefined ? usualMebibytes : memoryMebibytes[known];
};
