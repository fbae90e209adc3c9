import { randomBytes } from 'node:crypto';
import { openCategoryStore } from '../../shared/adapters/dynamo/category-store.ts';
import { createContactStore } from '../../shared/adapters/dynamo/contact-store.ts';
import { openCreditStore } from '../../shared/adapters/dynamo/credit-store.ts';
import { openImageRemovals } from '../../shared/adapters/dynamo/image-removals.ts';
import { createImportStore } from '../../shared/adapters/dynamo/import-store.ts';
import { openOptOutNumberStore } from '../../shared/adapters/dynamo/opt-out-number-store.ts';
import { openPermissionEraser } from '../../shared/adapters/dynamo/permission-eraser.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { openKeyRingStore } from '../../shared/adapters/dynamo/settings-store.ts';
import { openTemplates } from '../../shared/adapters/dynamo/template-item.ts';
import { openTemplateStore } from '../../shared/adapters/dynamo/template-store.ts';
import { createTenantChecks } from '../../shared/adapters/dynamo/tenant-checks.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { createEvidenceFiles } from '../../shared/adapters/s3/evidence.ts';
import { createImageFiles } from '../../shared/adapters/s3/images.ts';
import { openLinks } from '../../shared/adapters/s3/links.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import { recipientUploads } from '../../shared/domain/uploads/recipient-uploads.ts';
import type { AccountDeps } from '../api/account-routes.ts';
import type { ContactRouteDeps } from '../api/contact-routes.ts';
import type { ContentRouteDeps } from '../api/content-routes.ts';
import type { DoorDeps } from '../api/door.ts';
import type { PermissionDeps } from '../api/permission-routes.ts';
import { settings } from '../settings.ts';
import { customersDoor } from './door.ts';
import { ids, importQueueAt, linkClient, objectsIn, table, time } from './world.ts';

/** The ports of the functions that answer requests about what an account has: nothing is sent there. */

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
