import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { createAligoCarrier } from '../../shared/adapters/carriers/aligo.ts';
import { createSimulatedCarrier } from '../../shared/adapters/carriers/simulated.ts';
import { createBatchStore } from '../../shared/adapters/dynamo/batch-store.ts';
import { createCarrierAccounts } from '../../shared/adapters/dynamo/carrier-accounts.ts';
import { openCreditStore } from '../../shared/adapters/dynamo/credit-store.ts';
import { createDispatchStore } from '../../shared/adapters/dynamo/dispatch-store.ts';
import { createReleaseStore } from '../../shared/adapters/dynamo/release-store.ts';
import { openTable, type Table } from '../../shared/adapters/dynamo/table.ts';
import { createTenantChecks } from '../../shared/adapters/dynamo/tenant-checks.ts';
import { createEvents } from '../../shared/adapters/eventbridge/events.ts';
import { createRowStore } from '../../shared/adapters/rows/prepared-rows.ts';
import { openObjectKeys } from '../../shared/adapters/s3/object-keys.ts';
import { openObjects } from '../../shared/adapters/s3/objects.ts';
import { createSchedules } from '../../shared/adapters/scheduler/schedules.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import { openCampaignQueue } from '../../shared/adapters/sqs/campaign-queue.ts';
import { openEraseQueue } from '../../shared/adapters/sqs/erase-queue.ts';
import { openImportQueue } from '../../shared/adapters/sqs/import-queue.ts';
import { openOutcomeQueue } from '../../shared/adapters/sqs/outcome-queue.ts';
import { createQueues, type QueueUrls } from '../../shared/adapters/sqs/queues.ts';
import { modeOf, type OwnerId } from '../../shared/contracts/ids.ts';
import { carrierNames } from '../../shared/domain/carriers/carrier.ts';
import type {
  CarrierLimits,
  Carriers,
  Events,
  Ids,
  Patience,
  Queues,
  Randomness,
  Schedules,
  Time,
} from '../../shared/domain/dispatches/ports.ts';
import type { Outcomes } from '../../shared/domain/outcomes/outcome.ts';
import { alarms, log } from '../logger.ts';
import { optionalSettings, settings } from '../settings.ts';

/**
 * `deps` is the only place that joins adapters to the domain. Here is what several functions are joined to; each asks only
 * for the settings that its own function is given.
 */

/** Calls to AWS end; a hanging one must not eat the time of its function. */
export const awsClient = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** What the operator writes into the carrier's secret. */
const aligoCredentials = z.object({ baseUrl: z.string(), key: z.string(), userId: z.string() });

const ulid = monotonicFactory();
export const time: Time = { now: Date.now };
export const ids: Ids = { ulid: () => ulid(Date.now()) };
export const randomness: Randomness = { random: Math.random };
export const patience: Patience = { wait: (ms) => sleep(ms) };

export const table = (name: string) => openTable(name, new DynamoDBClient(awsClient));

export const queues = (urls: Partial<QueueUrls>) => createQueues(new SQSClient(awsClient), urls);

/** Live messages go to Aligo, those of test keys to a carrier that only pretends. */
export function carriersOf(secretArn: string): Carriers {
  const secret = openSecret(secretArn, new SecretsManagerClient(awsClient));
  const credentials = async () => aligoCredentials.parse(JSON.parse(await secret()));
  const live = createAligoCarrier({ credentials, now: time.now });
  const test = createSimulatedCarrier({ now: time.now, newId: ids.ulid });
  return { of: (owner) => (modeOf(owner) === 'live' ? live : test) };
}

/** The account of the live carrier may have a limit by contract; the pretended one takes whatever comes. */
export function carrierLimits(): CarrierLimits {
  const { carrierMessagesPerSecond } = optionalSettings('carrierMessagesPerSecond');
  const live = z.coerce
    .number()
    .int()
    .min(1)
    .nullable()
    .parse(carrierMessagesPerSecond ?? null);
  return { messagesPerSecond: (owner) => (modeOf(owner) === 'live' ? live : null) };
}

export const carrierNameOf = (owner: OwnerId): string => carrierNames[modeOf(owner)];

/** Ports that more than one worker of the pipeline uses. */
export function pipeline(tableName: string, queueUrls: Partial<QueueUrls>) {
  const at = table(tableName);
  return {
    at,
    dispatches: createDispatchStore(at, ids),
    batches: createBatchStore(at),
    releases: createReleaseStore(at),
    accounts: createCarrierAccounts(at),
    tenants: createTenantChecks(at),
    queues: queues(queueUrls),
    time,
    ids,
    randomness,
    alarms,
    log,
  };
}

export const objectsIn = (bucket: string) => openObjects(new S3Client(awsClient), bucket);

export const objectKeysIn = (bucket: string) => openObjectKeys(new S3Client(awsClient), bucket);

export const rowsIn = (at: Table, bucket: string) => createRowStore(at, objectsIn(bucket));

/** A link to put must not carry the checksum of an empty body. */
export const linkClient = () => new S3Client({ ...awsClient, requestChecksumCalculation: 'WHEN_REQUIRED' });

export const balancesOf = (at: Table) => ({ read: openCreditStore(at).balance });

export const eventsOf = (at: Table, bus: string) => createEvents(at, new EventBridgeClient(awsClient), bus);

/** For folds made where there is no way to the bus: the queue's next fold publishes what this one leaves. */
export const eventsLater = (queues: Queues): Events => ({ publishWaiting: ({ id }) => queues.settle(id, 2) });

/** Schedules that put a record into one queue. */
export function schedulesInto(queueArn: string): Schedules {
  const own = settings('scheduleGroup', 'scheduleRole', 'scheduleDeadLetters');
  const { scheduleGroup: group, scheduleRole: roleArn, scheduleDeadLetters: deadLettersArn } = own;
  const waiting = { now: time.now, random: randomness.random, sleep };
  return createSchedules(new SchedulerClient(awsClient), { group, roleArn, queueArn, deadLettersArn }, waiting);
}

export const campaignQueueAt = (url: string) => openCampaignQueue(new SQSClient(awsClient), url);

/** Makes outcomes known quickly. Nothing hangs on it: an outcome that is written is told, by the sweeper at last. */
export function outcomesSoon(url: string): Outcomes {
  const queue = outcomeQueueAt(url);
  return {
    async tell(id) {
      try {
        await queue.tell(id);
      } catch (error) {
        log.warn('an outcome is told later', { id, reason: (error as Error).name });
      }
    },
  };
}

export const outcomeQueueAt = (url: string) => openOutcomeQueue(new SQSClient(awsClient), url);

export const importQueueAt = (url: string) => openImportQueue(new SQSClient(awsClient), url);

export const eraseQueueAt = (url: string) => openEraseQueue(new SQSClient(awsClient), url);
