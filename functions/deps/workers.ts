import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createCampaignStore } from '../../shared/adapters/dynamo/campaign-store.ts';
import { createContactStore } from '../../shared/adapters/dynamo/contact-store.ts';
import { createDocumentCases } from '../../shared/adapters/dynamo/document-cases.ts';
import { dueChecks } from '../../shared/adapters/dynamo/due-checks.ts';
import { openErasureStore, openErasures } from '../../shared/adapters/dynamo/erasure-store.ts';
import { createFingerprintStore } from '../../shared/adapters/dynamo/fingerprint-store.ts';
import { openIdentityStore } from '../../shared/adapters/dynamo/identity-store.ts';
import { openImageRemovals } from '../../shared/adapters/dynamo/image-removals.ts';
import { createImportStore } from '../../shared/adapters/dynamo/import-store.ts';
import { openOutcomeStore } from '../../shared/adapters/dynamo/outcome-store.ts';
import { openPermissionEraser } from '../../shared/adapters/dynamo/permission-eraser.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { openSenderStore } from '../../shared/adapters/dynamo/sender-store.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { createOutcomeBus } from '../../shared/adapters/eventbridge/outcome-bus.ts';
import { createErasedItems } from '../../shared/adapters/rows/erased-items.ts';
import { createNumberBook } from '../../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../../shared/adapters/rows/prepared-writer.ts';
import { createImageFiles, createImageLoader } from '../../shared/adapters/s3/images.ts';
import { createLists } from '../../shared/adapters/s3/lists.ts';
import { createMail } from '../../shared/adapters/ses/mail.ts';
import { openUploadQueue } from '../../shared/adapters/sqs/upload-queue.ts';
import type { RunCampaignPorts } from '../../shared/domain/campaigns/run-campaign.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import type { PollReportsPorts } from '../../shared/domain/dispatches/poll-reports.ts';
import type { Schedules } from '../../shared/domain/dispatches/ports.ts';
import type { PreparePorts } from '../../shared/domain/dispatches/prepare-dispatch.ts';
import type { ReleaseWavePorts } from '../../shared/domain/dispatches/release-wave.ts';
import type { SendBatchPorts } from '../../shared/domain/dispatches/send-batch.ts';
import type { SettlePorts } from '../../shared/domain/dispatches/settle-dispatch.ts';
import type { RunErasurePorts } from '../../shared/domain/erasures/run-erasure.ts';
import type { RunImportPorts } from '../../shared/domain/imports/run-import.ts';
import type { TellOutcomePorts } from '../../shared/domain/outcomes/tell-outcome.ts';
import { recipientUploads } from '../../shared/domain/uploads/recipient-uploads.ts';
import type { ValidateUploadPorts } from '../../shared/domain/uploads/validate-upload.ts';
import { alarms, log } from '../logger.ts';
import { optionalSettings, settings } from '../settings.ts';
import {
  awsClient,
  balancesOf,
  campaignQueueAt,
  carrierLimits,
  carrierNameOf,
  carriersOf,
  eraseQueueAt,
  eventsLater,
  eventsOf,
  ids,
  importQueueAt,
  objectKeysIn,
  objectsIn,
  outcomeQueueAt,
  patience,
  pipeline,
  rowsIn,
  schedulesInto,
  table,
  time,
} from './world.ts';

/** The ports of every function that a queue or a schedule drives, in the order in which a send passes through them. */

export function sendBatchPorts(): SendBatchPorts {
  const own = settings('table', 'bucket', 'sendQueue', 'authQueue', 'reportQueue', 'settleQueue', 'carrierSecret');
  const { sendQueue: send, authQueue: auth, reportQueue: report, settleQueue: settle } = own;
  const ports = pipeline(own.table, { send, auth, report, settle });
  const carriers = { ...carriersOf(own.carrierSecret), ...carrierLimits() };
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(ports.at, objects);
  const permissions = createPermissionStore(ports.at, ids);
  const fingerprints = createFingerprintStore(ports.at);
  const erasures = openErasures(ports.at);
  return {
    ...ports,
    rows,
    permissions,
    erasures,
    fingerprints,
    images: createImageLoader(objects),
    carriers,
    patience,
  };
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
    permissions: createPermissionStore(ports.at, ids),
    priceVersion: currentPrices.version,
    events: eventsLater(ports.queues),
    campaignQueue: campaignQueueAt(campaignQueue),
    schedules: schedulesInto(own.campaignQueueArn),
  };
}

export function importPorts(): RunImportPorts {
  const own = settings('table', 'bucket', 'importQueue');
  const at = table(own.table);
  const objects = objectsIn(own.bucket);
  return {
    imports: createImportStore(at),
    uploads: recipientUploads(openUploadStore(at)),
    permissions: createPermissionStore(at, ids),
    contacts: createContactStore(at),
    rows: objects,
    reports: objects,
    importQueue: importQueueAt(own.importQueue),
    ...{ time, ids, log },
  };
}

export function tellOutcomePorts(): TellOutcomePorts {
  const own = settings('table', 'bus');
  const { mailFrom } = optionalSettings('mailFrom');
  if (mailFrom === undefined) log.info('no mail is sent: the stack has no address to send from', {});
  const at = table(own.table);
  return {
    outcomeStore: openOutcomeStore(at),
    bus: createOutcomeBus(new EventBridgeClient(awsClient), own.bus),
    mail: mailFrom === undefined ? null : createMail(new SESv2Client(awsClient), mailFrom),
    tenants: openTenantStore(at),
    ...{ time, alarms, log },
  };
}

export function erasePorts(): RunErasurePorts {
  const own = settings('table', 'bucket', 'eraseQueue');
  const { at, dispatches, batches } = pipeline(own.table, {});
  return {
    erasures: openErasureStore(at),
    permissions: { ...createPermissionStore(at, ids), ...openPermissionEraser(at, ids) },
    items: createErasedItems(at),
    objects: { ...objectsIn(own.bucket), ...objectKeysIn(own.bucket) },
    uploads: openUploadStore(at),
    imports: createImportStore(at),
    ...{ dispatches, batches },
    eraseQueue: eraseQueueAt(own.eraseQueue),
    ...{ time, log },
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
    tenants: {
      exists: async (tenant) => (await tenants.find(tenant)) !== null,
      isVerified: async (tenant) => (await tenants.find(tenant))?.identityStatus === 'approved',
    },
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
    erasures: openErasures(ports.at),
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
    'importQueue',
    'outcomeQueue',
    'eraseQueue',
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
  const tenants = openTenantStore(ports.at);
  return {
    ...ports,
    events: eventsOf(ports.at, own.bus),
    carriers: { nameOf: carrierNameOf },
    uploads: openUploadStore(ports.at),
    files: objectsIn(own.bucket),
    removals: openImageRemovals(ports.at),
    documentCases: createDocumentCases(openSenderStore(ports.at), openIdentityStore(ports.at, tenants)),
    documentTenants: tenants,
    uploadQueue: openUploadQueue(new SQSClient(awsClient), own.uploadQueue),
    campaigns: createCampaignStore(ports.at),
    campaignQueue: campaignQueueAt(own.campaignQueue),
    imports: createImportStore(ports.at),
    importQueue: importQueueAt(own.importQueue),
    outcomes: outcomeQueueAt(own.outcomeQueue),
    erasures: openErasureStore(ports.at),
    eraseQueue: eraseQueueAt(own.eraseQueue),
    due: (perShard: number) => dueChecks(ports.at, time.now(), perShard),
  };
}
