import type { TenantId, UploadId } from '../../contracts/ids.ts';
import { servedAs } from '../evidence/judged-file.ts';
import type { ReportLinks } from '../uploads/error-report-link.ts';
import type { UploadStore } from '../uploads/ports.ts';
import { documentKey, documentOwner, type TakenDocument } from './document.ts';

/** Long enough to begin a download, or to look around. */
export const linkSeconds = { least: 60, most: 300 } as const;

export interface DocumentLinkPorts {
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly links: ReportLinks;
}

/** A link to a document that a case has taken, and what it is; null for everything else, and once it was removed. */
export async function documentLinkOf(
  { uploads, links }: DocumentLinkPorts,
  tenant: TenantId,
  id: UploadId,
  seconds: number,
): Promise<(Omit<TakenDocument, 'kind' | 'uploadId'> & { readonly url: string }) | null> {
  const upload = await uploads.find(documentOwner(tenant), id);
  if (upload?.purpose !== 'document' || upload.status !== 'ready' || upload.attachedAtMs === null) return null;
  if (upload.awaitsCopy) return null;
  const { evidence, format, fileName } = upload;
  if (evidence === null || (format !== 'pdf' && format !== 'jpeg' && format !== 'png')) {
    throw new Error(`${id} is held and was never judged`);
  }
  const url = await links.toDownload(documentKey(tenant, id), seconds, servedAs(id, format));
  return { url, fileName, format, sizeBytes: evidence.sizeBytes };
}
