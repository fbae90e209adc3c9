import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { env } from '../../shared/contracts/environment.ts';
import type { FunctionName } from '../bundle.ts';
import { doorAccessOf } from './door-access.ts';
import type { Grant } from './grants.ts';
import type { Queues } from './queues.ts';
import type { Schedules } from './schedules.ts';
import type { Secrets } from './secrets.ts';
import { workerAccessOf } from './worker-access.ts';

/** What functions work on. */
export interface Resources {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly documentsKey: Key;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly bus: EventBus;
  readonly schedules: Schedules;
}

/** What one function is told and may do; nothing else reaches it. */
export interface Access {
  readonly description: string;
  /** Who repeats a run that crashed: what to tell whoever the error alarm wakes. */
  readonly repeatedBy: string;
  readonly settings: readonly (keyof typeof env)[];
  readonly grants: readonly Grant[];
}

/** Function by function. */
export const accessOf = (
  resources: Resources,
  mailFrom: string | undefined,
): Readonly<Record<FunctionName, Access>> => ({ ...doorAccessOf(resources), ...workerAccessOf(resources, mailFrom) });
