import { type TenantId, tenantOf, type UploadId } from '../../contracts/ids.ts';
import { evidenceKey } from '../evidence/keep-evidence.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { isRefused, type UploadStore } from '../uploads/ports.ts';
import { takingMs } from '../uploads/take-upload.ts';
import type { Upload } from '../uploads/upload.ts';
import { type DocumentFiles, documentKey, documentLookMs, documentsKeptMs } from './document.ts';

/** The cases that refer to documents. */
export interface DocumentCases {
  /** Since when this case does not need the document any more, epoch ms; null: it does; `unknown`: there is no such case. */
  letGoAtMs(tenant: TenantId, holder: string, id: UploadId): Promise<number | null | 'unknown'>;
}

export interface SweepDocumentPorts {
  readonly uploads: Pick<UploadStore, 'change'>;
  readonly files: Pick<DocumentFiles, 'remove'>;
  readonly documentCases: DocumentCases;
  readonly documentTenants: { find(tenant: TenantId): Promise<Pick<Tenant, 'closedAtMs'> | null> };
  readonly time: { now(): number };
}

/**
 * Asks of a document that was handed in whether it still serves, once a day: whatever ended a case, and however, is seen
 * here, so nothing has to be told that could get lost. It is let go before its object goes, so that no case takes it
 * over half gone, and done with after that, so that a crash leaves nothing behind. Doing it twice is harmless. Evidence
 * comes here only if whoever took it did not get so far as to copy it: what is copied stays for good.
 */
export async function sweepDocument(ports: SweepDocumentPorts, upload: Upload): Promise<void> {
  const nowMs = ports.time.now();
  if (upload.status === 'expired') return remove(ports, upload);
  const dueMs = await dueMsOf(ports, upload);
  if (dueMs > nowMs) {
    // Refused: a case took it meanwhile, and has said when to look
    await ports.uploads.change(upload, 'look', { checkAtMs: Math.min(nowMs + documentLookMs, dueMs) });
    return;
  }
  const gone = await ports.uploads.change(upload, 'letGo', { status: 'expired', expiresAtMs: nowMs, checkAtMs: nowMs });
  if (!isRefused(gone)) await remove(ports, gone);
}

async function remove({ uploads, files }: SweepDocumentPorts, upload: Upload): Promise<void> {
  await files.remove([keyOfCopy(upload), upload.objectKey]);
  await uploads.change(upload, 'forgetFile', { checkAtMs: null });
}

const keyOfCopy = ({ purpose, owner, id }: Upload): string =>
  purpose === 'evidence' ? evidenceKey(owner, id) : documentKey(tenantOf(owner), id);

/** When it is to go, as things stand. One that no call got so far as to copy, no case refers to. */
async function dueMsOf(ports: SweepDocumentPorts, upload: Upload): Promise<number> {
  if (upload.awaitsCopy) return (upload.attachedAtMs ?? 0) + takingMs;
  const letGoAtMs = await letGoAtMsOf(ports, upload);
  return letGoAtMs === null ? Number.POSITIVE_INFINITY : letGoAtMs + documentsKeptMs;
}

/** Since when nothing needs it: the latest of all cases, or the tenant's closing; null: something does. */
async function letGoAtMsOf(ports: SweepDocumentPorts, upload: Upload): Promise<number | null> {
  const tenant = tenantOf(upload.owner);
  const whole = await ports.documentTenants.find(tenant);
  if (whole !== null && whole.closedAtMs !== null) return whole.closedAtMs;
  const cases = await Promise.all(
    upload.heldBy.map((holder) => ports.documentCases.letGoAtMs(tenant, holder, upload.id)),
  );
  // A case that never came to be has let go of it when it was taken
  const times = cases.map((atMs) => (atMs === 'unknown' ? (upload.attachedAtMs ?? 0) : atMs));
  return times.includes(null) ? null : Math.max(upload.attachedAtMs ?? 0, ...times.map(Number));
}
