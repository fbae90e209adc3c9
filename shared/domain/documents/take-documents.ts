import type { TenantId, UploadId } from '../../contracts/ids.ts';
import type { EvidenceFormat } from '../evidence/check-evidence.ts';
import { contentTypes } from '../evidence/judged-file.ts';
import { sha256Of } from '../images/kept-images.ts';
import type { UploadStore } from '../uploads/ports.ts';
import { takeUpload } from '../uploads/take-upload.ts';
import type { Upload, UploadStatus } from '../uploads/upload.ts';
import {
  type DocumentFiles,
  type DocumentHolder,
  documentKey,
  documentLookMs,
  documentOwner,
  type TakenDocument,
} from './document.ts';

export interface TakeDocumentsPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'change'>;
  readonly documentFiles: DocumentFiles;
  readonly ids: { ulid(): string };
}

/** A document as it is handed in. */
export interface GivenDocument<K extends string = string> {
  readonly kind: K;
  readonly uploadId: UploadId;
}

export type DocumentRefusal =
  /** No upload of this tenant's live side, or one of something else. */
  'not_found' | Exclude<UploadStatus, 'ready'>;

export type TakeDocumentsOutcome<K extends string> =
  | { readonly kind: 'taken'; readonly documents: readonly TakenDocument<K>[] }
  /** Nothing was taken, or nothing that stays. `index` counts from 0 in what was given. */
  | { readonly kind: 'refused'; readonly index: number; readonly why: DocumentRefusal };

/**
 * Takes documents into a case that is about to refer to them: marks the uploads as held, copies the very bytes that were
 * checked to where they lie encrypted, and removes the customer's copies. Doing it again changes nothing. A document
 * that was held already, by this case or another, is taken as it lies. What a case that never came to be has taken, the
 * sweeper removes.
 */
export async function takeDocuments<K extends string>(
  ports: TakeDocumentsPorts,
  tenant: TenantId,
  holder: DocumentHolder,
  given: readonly GivenDocument<K>[],
  nowMs: number,
): Promise<TakeDocumentsOutcome<K>> {
  const owner = documentOwner(tenant);
  // All are looked at before one is taken
  const found = await Promise.all(given.map(({ uploadId }) => ports.uploads.find(owner, uploadId)));
  for (const [index, upload] of found.entries()) {
    const why = refusalOf(upload, nowMs);
    if (why !== null) return { kind: 'refused', index, why };
  }
  const documents: TakenDocument<K>[] = [];
  for (const [index, { kind, uploadId }] of given.entries()) {
    const upload = await take(ports, tenant, holder, uploadId, nowMs);
    if (typeof upload === 'string') return { kind: 'refused', index, why: upload };
    const { sizeBytes, format } = factsOf(upload);
    documents.push({ kind, uploadId, fileName: upload.fileName, format, sizeBytes });
  }
  return { kind: 'taken', documents };
}

function refusalOf(upload: Upload | null, nowMs: number): DocumentRefusal | null {
  if (upload?.purpose !== 'document') return 'not_found';
  if (upload.status !== 'ready') return upload.status;
  // The sweeper comes when it can; until then nobody counts on the file
  return upload.attachedAtMs === null && upload.expiresAtMs <= nowMs ? 'expired' : null;
}

async function take(
  ports: TakeDocumentsPorts,
  tenant: TenantId,
  holder: DocumentHolder,
  id: UploadId,
  nowMs: number,
): Promise<Upload | DocumentRefusal> {
  const { documentFiles } = ports;
  const copy = (upload: Upload) => copied(documentFiles, tenant, upload);
  const taking = { owner: documentOwner(tenant), id, holder, refusalOf, copy, lookMs: documentLookMs };
  const upload = await takeUpload(ports, taking, nowMs);
  if (typeof upload !== 'string') await documentFiles.remove([upload.objectKey]);
  return upload;
}

/** False: the customer's file is gone, or is not the one that was checked. */
async function copied(files: DocumentFiles, tenant: TenantId, upload: Upload): Promise<boolean> {
  const { sizeBytes, sha256, format } = factsOf(upload);
  const bytes = await files.read(upload.objectKey, sizeBytes);
  if (bytes === null || sha256Of(bytes) !== sha256) return false;
  await files.keep(documentKey(tenant, upload.id), bytes, contentTypes[format]);
  return true;
}

function factsOf({ id, evidence, format }: Upload) {
  if (evidence === null || (format !== 'pdf' && format !== 'jpeg' && format !== 'png')) {
    throw new Error(`${id} is ready and was never judged`);
  }
  return { ...evidence, format: format satisfies EvidenceFormat };
}
