import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openAuditLog } from '../../shared/adapters/dynamo/audit-log.ts';
import { createCampaignStore } from '../../shared/adapters/dynamo/campaign-store.ts';
import { openCategoryStore } from '../../shared/adapters/dynamo/category-store.ts';
import { openContacts } from '../../shared/adapters/dynamo/contact-reader.ts';
import { createContactStore } from '../../shared/adapters/dynamo/contact-store.ts';
import { openCreditStore } from '../../shared/adapters/dynamo/credit-store.ts';
import { createDispatchList } from '../../shared/adapters/dynamo/dispatch-list.ts';
import { openErasures } from '../../shared/adapters/dynamo/erasure-store.ts';
import { createFingerprintStore } from '../../shared/adapters/dynamo/fingerprint-store.ts';
import { openIdempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openIdentityStore } from '../../shared/adapters/dynamo/identity-store.ts';
import { openImageRemovals } from '../../shared/adapters/dynamo/image-removals.ts';
import { createImportStore } from '../../shared/adapters/dynamo/import-store.ts';
import { openKeyDoor, openOperatorKeyDoor } from '../../shared/adapters/dynamo/key-store.ts';
import { createNoticeStore } from '../../shared/adapters/dynamo/notice-store.ts';
import { openOperatorKeyStore } from '../../shared/adapters/dynamo/operator-key-store.ts';
import { openOptOutNumberStore } from '../../shared/adapters/dynamo/opt-out-number-store.ts';
import { openPermissionEraser } from '../../shared/adapters/dynamo/permission-eraser.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { openPhoneCheckStore } from '../../shared/adapters/dynamo/phone-check-store.ts';
import { openSenderStore } from '../../shared/adapters/dynamo/sender-store.ts';
import { openKeyRingStore } from '../../shared/adapters/dynamo/settings-store.ts';
import type { Table } from '../../shared/adapters/dynamo/table.ts';
import { openTemplates } from '../../shared/adapters/dynamo/template-item.ts';
import { openTemplateStore } from '../../shared/adapters/dynamo/template-store.ts';
import { createTenantChecks } from '../../shared/adapters/dynamo/tenant-checks.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { createNumberBook } from '../../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../../shared/adapters/rows/prepared-writer.ts';
import { createDocumentFiles } from '../../shared/adapters/s3/documents.ts';
import { createEvidenceFiles } from '../../shared/adapters/s3/evidence.ts';
import { createImageFiles } from '../../shared/adapters/s3/images.ts';
import { openLinks } from '../../shared/adapters/s3/links.ts';
import { createLists } from '../../shared/adapters/s3/lists.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import { tenantOf } from '../../shared/contracts/ids.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import type { Tenants } from '../../shared/domain/dispatches/ports.ts';
import { openOwnNumbers } from '../../shared/domain/identity/own-number.ts';
import type { NoticeSenders } from '../../shared/domain/notices/ports.ts';
import { openPhoneChecks } from '../../shared/domain/phone-checks/check-phone.ts';
import { recipientUploads } from '../../shared/domain/uploads/recipient-uploads.ts';
import type { AccountDeps } from '../api/account-routes.ts';
import type { CampaignRouteDeps } from '../api/campaign-routes.ts';
import type { ContactRouteDeps } from '../api/contact-routes.ts';
import type { ContentRouteDeps } from '../api/content-routes.ts';
import type { CustomerDeps } from '../api/customer-routes.ts';
import { openDocument } from '../api/document.ts';
import type { DoorDeps } from '../api/door.ts';
import { openOperatorDoor } from '../api/operator-door.ts';
import type { OperatorDeps } from '../api/operator-routes.ts';
import type { PermissionDeps } from '../api/permission-routes.ts';
import type { ResultDeps } from '../api/result-routes.ts';
import type { SenderRequestDeps } from '../api/sender-numbers.ts';
import type { SideSendDeps } from '../api/side-send-routes.ts';
import { settings } from '../settings.ts';
import {
  awsClient,
  balancesOf,
  campaignQueueAt,
  carrierLimits,
  eventsLater,
  ids,
  importQueueAt,
  linkClient,
  objectsIn,
  outcomesSoon,
  pipeline,
  table,
  time,
} from './world.ts';

/** The ports of every function that answers HTTP requests. */

/** How a customer's request is told and known again. */
export const customersDoor = (at: Table) => ({
  now: time.now,
  keyDoor: openKeyDoor(at),
  operators: null,
  signature: null,
  idempotency: openIdempotencyStore(at),
  tenants: openTenantStore(at),
});

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
  const permissions = createPermissionStore(at, ids);
  const shared = { ...ports, rows, balances, numbers, images, permissions, priceVersion: currentPrices.version };
  return {
    ...customersDoor(at),
    document: openDocument(import.meta.dirname),
    balances,
    uploads,
    templates: openTemplates(at),
    contacts: openContacts(at),
    dispatches,
    releases: ports.releases,
    creating: { ...shared, uploads: recipientUploads(uploads), lists: createLists(objects) },
    starting: shared,
    rescheduling: ports,
    sending: {
      ...shared,
      files: createPreparedFiles(at, objects),
      carriers: carrierLimits(),
    },
    canceling: { ...ports, events: eventsLater(ports.queues) },
  };
}

/** What became of messages is looked up here; nothing is written. */
export function resultPorts(): ResultDeps & DoorDeps {
  const own = settings('table', 'bucket');
  const ports = pipeline(own.table, {});
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(at, objects);
  const dispatches = { ...ports.dispatches, ...createDispatchList(at, ports.dispatches) };
  return {
    ...customersDoor(at),
    dispatches,
    campaigns: createCampaignStore(at),
    numbers: createNumberBook(at, objects, dispatches, rows),
    looking: { batches: ports.batches, rows },
    erasures: openErasures(at),
    explaining: {
      permissions: createPermissionStore(at, ids),
      fingerprints: createFingerprintStore(at),
      log: ports.log,
    },
  };
}

/** What an account has is managed here, and files are taken. */
export function accountPorts(): AccountDeps & DoorDeps {
  const own = settings('table', 'bucket');
  const at = table(own.table);
  return {
    ...customersDoor(at),
    ids,
    randomBytes,
    keyRings: openKeyRingStore(at),
    credits: openCreditStore(at),
    uploads: openUploadStore(at),
    templates: openTemplates(at),
    links: openLinks(linkClient(), own.bucket),
    objects: objectsIn(own.bucket),
  };
}

/** Campaigns are planned here, and what is due with them runs elsewhere. */
export function campaignApiPorts(): CampaignRouteDeps & DoorDeps {
  const own = settings('table', 'bucket', 'prepareQueue', 'waveQueue', 'settleQueue', 'campaignQueue');
  const { prepareQueue: prepare, waveQueue: wave, settleQueue: settle } = own;
  const ports = pipeline(own.table, { prepare, wave, settle });
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const campaigns = createCampaignStore(at);
  const uploads = openUploadStore(at);
  const campaignQueue = campaignQueueAt(own.campaignQueue);
  const shared = {
    ...ports,
    campaigns,
    uploads: recipientUploads(uploads),
    campaignQueue,
    images: createImageFiles(objects),
    permissions: createPermissionStore(at, ids),
    priceVersion: currentPrices.version,
  };
  return {
    ...customersDoor(at),
    campaigns,
    uploads,
    templates: openTemplates(at),
    contacts: openContacts(at),
    dispatches: ports.dispatches,
    planning: { ...shared, lists: createLists(objects) },
    publishing: shared,
    ending: { ...shared, events: eventsLater(ports.queues) },
  };
}

/** Texts are written here; nothing is sent. */
export function contentPorts(): ContentRouteDeps & DoorDeps {
  const own = settings('table', 'bucket');
  const at = table(own.table);
  const templates = openTemplateStore(at);
  const tenants = createTenantChecks(at);
  const uploads = openUploadStore(at);
  const images = createImageFiles(objectsIn(own.bucket));
  const removals = openImageRemovals(at);
  return {
    ...customersDoor(at),
    uploads,
    templates,
    templating: { templates, tenants, uploads, images, removals, ids, time },
    categorising: { categories: openCategoryStore(at), ids },
    previewing: { tenants, permissions: createPermissionStore(at, ids), time, priceVersion: currentPrices.version },
  };
}

/** Whom a customer knows is kept here, and texts for their own phones are finished. */
export function contactApiPorts(): ContactRouteDeps & DoorDeps {
  const own = settings('table', 'bucket', 'importQueue');
  const at = table(own.table);
  const imports = createImportStore(at);
  const uploads = recipientUploads(openUploadStore(at));
  const permissions = createPermissionStore(at, ids);
  return {
    ...customersDoor(at),
    contacts: createContactStore(at),
    permissions,
    eraser: openPermissionEraser(at, ids),
    ids,
    imports,
    importing: { imports, uploads, importQueue: importQueueAt(own.importQueue), ids },
    links: openLinks(linkClient(), own.bucket),
    templates: openTemplates(at),
    previewing: { tenants: createTenantChecks(at), permissions, time, priceVersion: currentPrices.version },
  };
}

/** What people allow and refuse is recorded here; every send reads it for itself. */
export function permissionApiPorts(): PermissionDeps & DoorDeps {
  const own = settings('table', 'bucket', 'importQueue');
  const at = table(own.table);
  const uploads = openUploadStore(at);
  const imports = createImportStore(at);
  const importQueue = importQueueAt(own.importQueue);
  return {
    ...customersDoor(at),
    permissions: createPermissionStore(at, ids),
    optOutNumbers: openOptOutNumberStore(at),
    ids,
    imports,
    importing: { imports, uploads: recipientUploads(uploads), importQueue, ids },
    proving: { uploads, ids, evidenceFiles: createEvidenceFiles(objectsIn(own.bucket)) },
    links: openLinks(linkClient(), own.bucket),
  };
}

/** What is sent beside dispatches and campaigns: people are told what came of their consents, marketers see their texts. */
export function sideSendPorts(): SideSendDeps & DoorDeps {
  const own = settings('table', 'bucket', 'waveQueue', 'sendQueue');
  const { waveQueue: wave, sendQueue: send } = own;
  const ports = pipeline(own.table, { wave, send });
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(at, objects);
  const sending = {
    ...ports,
    rows,
    balances: balancesOf(at),
    numbers: createNumberBook(at, objects, ports.dispatches, rows),
    images: createImageFiles(objects),
    permissions: createPermissionStore(at, ids),
    carriers: carrierLimits(),
    files: createPreparedFiles(at, objects),
    priceVersion: currentPrices.version,
  };
  return {
    ...customersDoor(at),
    campaigns: createCampaignStore(at),
    dispatches: ports.dispatches,
    sending,
    telling: { ...sending, notices: createNoticeStore(at), senders: noticeSendersOf(ports.tenants) },
  };
}

/** Who a tenant is to the people it writes to. */
const noticeSendersOf = (tenants: Pick<Tenants, 'advertiserOf' | 'openOptOutNumbers'>): NoticeSenders => ({
  async read(owner) {
    const open = tenants.openOptOutNumbers(tenantOf(owner));
    const [name, [first]] = await Promise.all([tenants.advertiserOf(owner), open]);
    return { name, optOutNumber: first?.number ?? null };
  },
});

/** What an account may send from is asked for here, and documents for it are taken. */
export function senderNumberPorts(): SenderRequestDeps & DoorDeps {
  const own = settings('table', 'bucket', 'documentsKey');
  const at = table(own.table);
  return {
    ...customersDoor(at),
    senders: openSenderStore(at),
    registering: {
      uploads: openUploadStore(at),
      documentFiles: createDocumentFiles(objectsIn(own.bucket), own.documentsKey),
      ids,
      phoneChecks: openOwnNumbers(openPhoneChecks(openPhoneCheckStore(at)), openIdentityStore(at, openTenantStore(at))),
    },
  };
}

export function operatorPorts(): OperatorDeps & DoorDeps {
  const own = settings('table', 'bucket', 'operatorSecret', 'outcomeQueue');
  const at = table(own.table);
  const tenants = openTenantStore(at);
  const log = openAuditLog(at);
  return {
    ids,
    now: time.now,
    randomBytes,
    keyDoor: null,
    signature: null,
    operators: openOperatorDoor({
      secret: openSecret(own.operatorSecret, new SecretsManagerClient(awsClient)),
      keyDoor: openOperatorKeyDoor(at),
      log,
      ids,
    }),
    operatorKeys: openOperatorKeyStore(at),
    auditLog: log,
    outcomes: outcomesSoon(own.outcomeQueue),
    idempotency: openIdempotencyStore(at),
    tenants,
    senders: openSenderStore(at),
    credits: openCreditStore(at),
    optOutNumbers: openOptOutNumberStore(at),
    identities: openIdentityStore(at, tenants),
    showing: { uploads: openUploadStore(at), links: openLinks(linkClient(), own.bucket) },
  };
}
