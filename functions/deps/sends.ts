import { createCampaignStore } from '../../shared/adapters/dynamo/campaign-store.ts';
import { openContacts } from '../../shared/adapters/dynamo/contact-reader.ts';
import { createDispatchList } from '../../shared/adapters/dynamo/dispatch-list.ts';
import { createNoticeStore } from '../../shared/adapters/dynamo/notice-store.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { openTemplates } from '../../shared/adapters/dynamo/template-item.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { createNumberBook } from '../../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../../shared/adapters/rows/prepared-writer.ts';
import { createImageFiles } from '../../shared/adapters/s3/images.ts';
import { createLists } from '../../shared/adapters/s3/lists.ts';
import { tenantOf } from '../../shared/contracts/ids.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import type { Tenants } from '../../shared/domain/dispatches/ports.ts';
import type { NoticeSenders } from '../../shared/domain/notices/ports.ts';
import { recipientUploads } from '../../shared/domain/uploads/recipient-uploads.ts';
import type { CampaignRouteDeps } from '../api/campaign-routes.ts';
import type { CustomerDeps } from '../api/customer-routes.ts';
import { openDocument } from '../api/document.ts';
import type { DoorDeps } from '../api/door.ts';
import type { SideSendDeps } from '../api/side-send-routes.ts';
import { settings } from '../settings.ts';
import { customersDoor } from './door.ts';
import { balancesOf, campaignQueueAt, carrierLimits, eventsLater, ids, objectsIn, pipeline } from './world.ts';

/** The ports of the functions that answer requests to send. */

/** Dispatches and single messages are made, started, moved and called off here. */
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
