import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { createAligoCarrier } from '../shared/adapters/carriers/aligo.ts';
import { createSimulatedCarrier } from '../shared/adapters/carriers/simulated.ts';
import { createBatchStore } from '../shared/adapters/dynamo/batch-store.ts';
import { createCampaignStore } from '../shared/adapters/dynamo/campaign-store.ts';
import { createCarrierAccounts } from '../shared/adapters/dynamo/carrier-accounts.ts';
import { openCategoryStore } from '../shared/adapters/dynamo/category-store.ts';
import { openCreditStore } from '../shared/adapters/dynamo/credit-store.ts';
import { createDispatchList } from '../shared/adapters/dynamo/dispatch-list.ts';
import { createDispatchStore } from '../shared/adapters/dynamo/dispatch-store.ts';
import { dueChecks } from '../shared/adapters/dynamo/due-checks.ts';
import { openIdempotencyStore } from '../shared/adapters/dynamo/idempotency.ts';
import { openKeyDoor } from '../shared/adapters/dynamo/key-store.ts';
import { createPermissionStore } from '../shared/adapters/dynamo/permission-store.ts';
import { createReleaseStore } from '../shared/adapters/dynamo/release-store.ts';
import { openSenderStore } from '../shared/adapters/dynamo/sender-store.ts';
import { openKeyRingStore } from '../shared/adapters/dynamo/settings-store.ts';
import { openTable, type Table } from '../shared/adapters/dynamo/table.ts';
import { openTemplates } from '../shared/adapters/dynamo/template-item.ts';
import { openTemplateStore } from '../shared/adapters/dynamo/template-store.ts';
import { createTenantChecks } from '../shared/adapters/dynamo/tenant-checks.ts';
import { openTenantStore } from '../shared/adapters/dynamo/tenant-store.ts';
import { openUploadStore } from '../shared/adapters/dynamo/upload-store.ts';
import { createEvents } from '../shared/adapters/eventbridge/events.ts';
import { createNumberBook } from '../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../shared/adapters/rows/prepared-writer.ts';
import { createImageFiles, createImageLoader } from '../shared/adapters/s3/images.ts';
import { openLinks } from '../shared/adapters/s3/links.ts';
import { createLists } from '../shared/adapters/s3/lists.ts';
import { openObjects } from '../shared/adapters/s3/objects.ts';
import { createSchedules } from '../shared/adapters/scheduler/schedules.ts';
import { openSecret } from '../shared/adapters/secrets.ts';
import { openCampaignQueue } from '../shared/adapters/sqs/campaign-queue.ts';
import { createQueues, type QueueUrls } from '../shared/adapters/sqs/queues.ts';
import { openUploadQueue } from '../shared/adapters/sqs/upload-queue.ts';
import { modeOf, type OwnerId } from '../shared/contracts/ids.ts';
import type { RunCampaignPorts } from '../shared/domain/campaigns/run-campaign.ts';
import { carrierNames } from '../shared/domain/carriers/carrier.ts';
import { currentPrices } from '../shared/domain/content/prices.ts';
import type { PollReportsPorts } from '../shared/domain/dispatches/poll-reports.ts';
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
} from '../shared/domain/dispatches/ports.ts';
import type { PreparePorts } from '../shared/domain/dispatches/prepare-dispatch.ts';
import type { ReleaseWavePorts } from '../shared/domain/dispatches/release-wave.ts';
import type { SendBatchPorts } from '../shared/domain/dispatches/send-batch.ts';
import type { SettlePorts } from '../shared/domain/dispatches/settle-dispatch.ts';
import { recipientUploads } from '../shared/domain/uploads/recipient-uploads.ts';
import type { ValidateUploadPorts } from '../shared/domain/uploads/validate-upload.ts';
import type { CampaignRouteDeps } from './api/campaign-routes.ts';
import type { ContentRouteDeps } from './api/content-routes.ts';
import type { CustomerDeps } from './api/customer-routes.ts';
import { openDocument } from './api/document.ts';
import type { DoorDeps } from './api/door.ts';
import type { OperatorDeps } from './api/operator-routes.ts';
import type { PermissionDeps } from './api/permission-routes.ts';
import { alarms, log } from './logger.ts';
import { optionalSettings, settings } from './settings.ts';

/**
 * The only place that joins adapters to the domain: a function of ports for every door. Each asks only for the
 * settings that its own function is given.
 */

/** Calls to AWS end; a hanging one must not eat the time of its function. */
const awsClient = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** What the operator writes into the carrier's secret. */
const aligoCredentials = z.object({ baseUrl: z.string(), key: z.string(), userId: z.string() });

const ulid = monotonicFactory();
const time: Time = { now: Date.now };
const ids: Ids = { ulid: () => ulid(Date.now()) };
const randomness: Randomness = { random: Math.random };
const patience: Patience = { wait: (ms) => sleep(ms) };

const table = (name: string) => openTable(name, new DynamoDBClient(awsClient));
const queues = (urls: Partial<QueueUrls>) => createQueues(new SQSClient(awsClient), urls);

/** Live messages go to Aligo, those of test keys to a carrier that only pretends. */
function carriersOf(secretArn: string): Carriers {
  const secret = openSecret(secretArn, new SecretsManagerClient(awsClient));
  const credentials = async () => aligoCredentials.parse(JSON.parse(await secret()));
  const live = createAligoCarrier({ credentials, now: time.now });
  const test = createSimulatedCarrier({ now: time.now, newId: ids.ulid });
  return { of: (owner) => (modeOf(owner) === 'live' ? live : test) };
}

/** The account of the live carrier may have a limit by contract; the pretended one takes whatever comes. */
function carrierLimits(): CarrierLimits {
  const { carrierMessagesPerSecond } = optionalSettings('carrierMessagesPerSecond');
  const live = z.coerce
    .number()
    .int()
    .min(1)
    .nullable()
    .parse(carrierMessagesPerSecond ?? null);
  return { messagesPerSecond: (owner) => (modeOf(owner) === 'live' ? live : null) };
}

const carrierNameOf = (owner: OwnerId): string => carrierNames[modeOf(owner)];

/** Ports that more than one worker of the pipeline uses. */
function pipeline(tableName: string, queueUrls: Partial<QueueUrls>) {
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

const objectsIn = (bucket: string) => openObjects(new S3Client(awsClient), bucket);
const rowsIn = (at: Table, bucket: string) => createRowStore(at, objectsIn(bucket));
/** A link to put must not carry the checksum of an empty body. */
const linkClient = () => new S3Client({ ...awsClient, requestChecksumCalculation: 'WHEN_REQUIRED' });
const balancesOf = (at: Table) => ({ read: openCreditStore(at).balance });
const eventsOf = (at: Table, bus: string) => createEvents(at, new EventBridgeClient(awsClient), bus);

/** For folds made where there is no way to the bus: the queue's next fold publishes what this one leaves. */
const eventsLater = (queues: Queues): Events => ({ publishWaiting: ({ id }) => queues.settle(id, 2) });

export function sendBatchPorts(): SendBatchPorts {
  const own = settings('table', 'bucket', 'sendQueue', 'authQueue', 'reportQueue', 'settleQueue', 'carrierSecret');
  const { sendQueue: send, authQueue: auth, reportQueue: report, settleQueue: settle } = own;
  const ports = pipeline(own.table, { send, auth, report, settle });
  const carriers = { ...carriersOf(own.carrierSecret), ...carrierLimits() };
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(ports.at, objects);
  const permissions = createPermissionStore(ports.at, ids);
  return { ...ports, rows, permissions, images: createImageLoader(objects), carriers, patience };
}

export function pollReportsPorts(): PollReportsPorts {
  const own = settings('table', 'bucket', 'reportQueue', 'settleQueue', 'carrierSecret');
  const ports = pipeline(own.table, { report: own.reportQueue, settle: own.settleQueue });
  return { ...ports, rows: rowsIn(ports.at, own.bucket), carriers: carriersOf(own.carrierSecret) };
}

export function releaseWavePorts(): ReleaseWavePorts & { readonly schedules: Schedules } {
  const queueUrls = settings('waveQueue', 'sendQueue', 'authQueue', 'settleQueue');
  const { waveQueue: wave, sendQueue: send, authQueue: auth, settleQueue: settle } = queueUrls;
  const own = settings('table', 'waveQueueArn');
  return { ...pipeline(own.table, { wave, send, auth, settle }), schedules: schedulesInto(own.waveQueueArn) };
}

/** Schedules that put a record into one queue. */
function schedulesInto(queueArn: string): Schedules {
  const own = settings('scheduleGroup', 'scheduleRole', 'scheduleDeadLetters');
  const { scheduleGroup: group, scheduleRole: roleArn, scheduleDeadLetters: deadLettersArn } = own;
  const waiting = { now: time.now, random: randomness.random, sleep };
  return createSchedules(new SchedulerClient(awsClient), { group, roleArn, queueArn, deadLettersArn }, waiting);
}

const campaignQueueAt = (url: string) => openCampaignQueue(new SQSClient(awsClient), url);

export function runCampaignPorts(): RunCampaignPorts {
  const queueUrls = settings('prepareQueue', 'waveQueue', 'settleQueue', 'campaignQueue');
  const { prepareQueue: prepare, waveQueue: wave, settleQueue: settle, campaignQueue } = queueUrls;
  const own = settings('table', 'bucket', 'campaignQueueArn');
  const ports = pipeline(own.table, { prepare, wave, settle });
  return {
    ...ports,
    campaigns: createCampaignStore(ports.at),
    uploads: recipientUploads(openUploadStore(ports.at)),
    images: createImageFiles(objectsIn(own.bucket)),
    priceVersion: currentPrices.version,
    events: eventsLater(ports.queues),
    campaignQueue: campaignQueueAt(campaignQueue),
    schedules: schedulesInto(own.campaignQueueArn),
  };
}

export function settlePorts(): SettlePorts {
  const own = settings('table', 'settleQueue', 'bus');
  const ports = pipeline(own.table, { settle: own.settleQueue });
  return { ...ports, events: eventsOf(ports.at, own.bus) };
}

export function validateUploadPorts(): ValidateUploadPorts {
  const own = settings('table', 'bucket', 'prepareQueue');
  const { at, queues, ...ports } = pipeline(own.table, { prepare: own.prepareQueue });
  const objects = objectsIn(own.bucket);
  const tenants = openTenantStore(at);
  return {
    ...ports,
    uploads: openUploadStore(at),
    files: objects,
    lists: objects,
    tenants: { exists: async (tenant) => (await tenants.find(tenant)) !== null },
    dispatches: { wake: (id) => queues.prepare(id, 0) },
    strayFile: () => alarms.raise('strayFile', {}),
  };
}

export function preparePorts(): PreparePorts {
  const own = settings('table', 'bucket', 'prepareQueue', 'waveQueue', 'sendQueue', 'authQueue', 'settleQueue');
  const { prepareQueue: prepare, waveQueue: wave, sendQueue: send, authQueue: auth, settleQueue: settle } = own;
  const ports = pipeline(own.table, { prepare, wave, send, auth, settle });
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(ports.at, objects);
  return {
    ...ports,
    rows,
    uploads: openUploadStore(ports.at),
    lists: createLists(objects),
    files: createPreparedFiles(ports.at, objects),
    numbers: createNumberBook(ports.at, objects, ports.dispatches, rows),
    permissions: createPermissionStore(ports.at, ids),
    carriers: carrierLimits(),
    balances: balancesOf(ports.at),
  };
}

/** What the sweeper looks after, and how it finds it. */
export function sweepPorts() {
  const own = settings(
    'table',
    'bucket',
    'uploadQueue',
    'prepareQueue',
    'waveQueue',
    'sendQueue',
    'authQueue',
    'reportQueue',
    'settleQueue',
    'campaignQueue',
    'bus',
  );
  const ports = pipeline(own.table, {
    prepare: own.prepareQueue,
    wave: own.waveQueue,
    send: own.sendQueue,
    auth: own.authQueue,
    report: own.reportQueue,
    settle: own.settleQueue,
  });
  return {
    ...ports,
    events: eventsOf(ports.at, own.bus),
    carriers: { nameOf: carrierNameOf },
    uploads: openUploadStore(ports.at),
    files: objectsIn(own.bucket),
    uploadQueue: openUploadQueue(new SQSClient(awsClient), own.uploadQueue),
    campaigns: createCampaignStore(ports.at),
    campaignQueue: campaignQueueAt(own.campaignQueue),
    due: (perShard: number) => dueChecks(ports.at, time.now(), perShard),
  };
}

export function apiPorts(): CustomerDeps & DoorDeps {
  const own = settings('table', 'bucket', 'prepareQueue', 'waveQueue', 'sendQueue', 'authQueue', 'settleQueue');
  const { prepareQueue: prepare, waveQueue: wave, sendQueue: send, authQueue: auth, settleQueue: settle } = own;
  const ports = pipeline(own.table, { prepare, wave, send, auth, settle });
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(at, objects);
  const balances = balancesOf(at);
  const dispatches = { ...ports.dispatches, ...createDispatchList(at, ports.dispatches) };
  const numbers = createNumberBook(at, objects, dispatches, rows);
  const uploads = openUploadStore(at);
  const images = createImageFiles(objects);
  const shared = { ...ports, rows, balances, numbers, images, priceVersion: currentPrices.version };
  return {
    ids,
    now: time.now,
    randomBytes,
    document: openDocument(import.meta.dirname),
    // keys and who calls
    keyDoor: openKeyDoor(at),
    operatorSecret: null,
    idempotency: openIdempotencyStore(at),
    // tenants
    tenants: openTenantStore(at),
    keyRings: openKeyRingStore(at),
    senders: openSenderStore(at),
    // credits
    credits: openCreditStore(at),
    balances,
    // uploads
    uploads,
    links: openLinks(linkClient(), own.bucket),
    objects,
    // dispatches and messages
    templates: openTemplates(at),
    dispatches,
    releases: ports.releases,
    numbers,
    looking: { batches: ports.batches, rows },
    creating: { ...shared, uploads: recipientUploads(uploads), lists: createLists(objects) },
    starting: shared,
    rescheduling: ports,
    sending: {
      ...shared,
      permissions: createPermissionStore(at, ids),
      files: createPreparedFiles(at, objects),
      carriers: carrierLimits(),
    },
    canceling: { ...ports, events: eventsLater(ports.queues) },
  };
}

/** Campaigns are planned here, and what is due with them runs elsewhere. */
export function campaignApiPorts(): CampaignRouteDeps & DoorDeps {
  const own = settings('table', 'bucket', 'prepareQueue', 'waveQueue', 'sendQueue', 'settleQueue', 'campaignQueue');
  const { prepareQueue: prepare, waveQueue: wave, sendQueue: send, settleQueue: settle } = own;
  const ports = pipeline(own.table, { prepare, wave, send, settle });
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(at, objects);
  const numbers = createNumberBook(at, objects, ports.dispatches, rows);
  const campaigns = createCampaignStore(at);
  const uploads = openUploadStore(at);
  const campaignQueue = campaignQueueAt(own.campaignQueue);
  const shared = {
    ...ports,
    campaigns,
    uploads: recipientUploads(uploads),
    campaignQueue,
    numbers,
    images: createImageFiles(objects),
    priceVersion: currentPrices.version,
  };
  return {
    now: time.now,
    keyDoor: openKeyDoor(at),
    operatorSecret: null,
    idempotency: openIdempotencyStore(at),
    tenants: openTenantStore(at),
    campaigns,
    uploads,
    templates: openTemplates(at),
    dispatches: ports.dispatches,
    numbers,
    looking: { batches: ports.batches, rows },
    planning: { ...shared, lists: createLists(objects) },
    publishing: shared,
    ending: { ...shared, events: eventsLater(ports.queues) },
    sending: {
      ...shared,
      permissions: createPermissionStore(at, ids),
      balances: balancesOf(at),
      carriers: carrierLimits(),
      files: createPreparedFiles(at, objects),
    },
  };
}

/** Texts are written here; nothing is sent. */
export function contentPorts(): ContentRouteDeps & DoorDeps {
  const at = table(settings('table').table);
  const templates = openTemplateStore(at);
  const tenants = createTenantChecks(at);
  return {
    now: time.now,
    keyDoor: openKeyDoor(at),
    operatorSecret: null,
    idempotency: openIdempotencyStore(at),
    tenants: openTenantStore(at),
    uploads: openUploadStore(at),
    templates,
    templating: { templates, tenants, ids, time },
    categorising: { categories: openCategoryStore(at), ids },
    previewing: { tenants, time, priceVersion: currentPrices.version },
  };
}

/** What people allow and refuse is recorded here; every send reads it for itself. */
export function permissionApiPorts(): PermissionDeps & DoorDeps {
  const at = table(settings('table').table);
  return {
    now: time.now,
    keyDoor: openKeyDoor(at),
    operatorSecret: null,
    idempotency: openIdempotencyStore(at),
    tenants: openTenantStore(at),
    permissions: createPermissionStore(at, ids),
  };
}

export function operatorPorts(): OperatorDeps & DoorDeps {
  const own = settings('table', 'operatorSecret');
  const at = table(own.table);
  return {
    ids,
    now: time.now,
    randomBytes,
    keyDoor: null,
    operatorSecret: openSecret(own.operatorSecret, new SecretsManagerClient(awsClient)),
    idempotency: openIdempotencyStore(at),
    tenants: openTenantStore(at),
    senders: openSenderStore(at),
    credits: openCreditStore(at),
  };
}
