import { prefixes } from '../../contracts/environment.ts';
import type { OwnerId, TenantId, UploadId } from '../../contracts/ids.ts';
import type { EvidenceFormat } from '../evidence/check-evidence.ts';

/**
 * What a tenant hands in to prove who it is and what it may send from. Only operators see a document again: its tenant is
 * told its name and size. It is kept as long as a case refers to it, and a while longer.
 */

/** What refers to documents: the identity of their tenant, or one of its sender numbers. */
export type DocumentHolder = 'identity' | `sender:${string}`;

/** A document that was taken into a case; `kind` is what the case needs it for. */
export interface TakenDocument<K extends string = string> {
  readonly kind: K;
  readonly uploadId: UploadId;
  readonly fileName: string;
  readonly format: EvidenceFormat;
  readonly sizeBytes: number;
}

/** So long a document is kept after nothing in service refers to it: rejected, blocked, withdrawn, replaced, or the tenant closed. */
export const documentsKeptDays = 30;

const dayMs = 86_400_000;
export const documentsKeptMs = documentsKeptDays * dayMs;

/** How often the sweeper asks whether a document still serves; so much later than due one may be removed. */
export const documentLookMs = dayMs;

/** Where a document lies, encrypted; nobody can put anything there. Documents belong to the tenant, in no mode. */
export const documentKey = (tenant: TenantId, id: UploadId): string => `${prefixes.documents}${tenant}/${id}/file`;

/** Documents as objects. */
export interface DocumentFiles {
  /** The first so many bytes; null if the object is gone or does not have as many. */
  read(key: string, bytes: number): Promise<Uint8Array | null>;
  /** Writes an object that only who may use the key of documents can read. */
  keep(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Removes objects; absent ones are fine. */
  remove(keys: readonly string[]): Promise<void>;
}

/** The live owner is the tenant itself. */
export const documentOwner = (tenant: TenantId): OwnerId => tenant;
