import type { DispatchId, OwnerId, TenantId, UploadId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { ByteSink } from './byte-writer.ts';
import type { PutFile, Upload, UploadMove } from './upload.ts';

/** What uploads ask of the world. A use case names only the ports it uses. */

export interface UploadStore {
  /** `exists`: an upload with this id is there already; nothing was written. */
  create(
    upload: Upload,
    record: IdempotencyRecord | null,
  ): Promise<{ readonly kind: 'created' } | { readonly kind: 'exists' } | Replayed>;
  /** Read consistently. */
  find(owner: OwnerId, id: UploadId): Promise<Upload | null>;
  /** Whose upload an id is; null if nobody's. */
  ownerOf(id: UploadId): Promise<OwnerId | null>;
  /** Newest first; `after` is the last id seen. */
  list(
    owner: OwnerId,
    question: UploadQuestion,
  ): Promise<{ readonly items: readonly Upload[]; readonly next: UploadId | null }>;
  /**
   * Writes `changes` if the stored upload is in a state that `move` may start from and still has `before`'s attempt.
   * What is attached does not expire.
   * Returns it as it is then, or, refused, as it is instead (null: absent).
   */
  change(
    before: Upload,
    move: UploadMove,
    changes: Partial<Upload>,
  ): Promise<Upload | { readonly refused: Upload | null }>;
  /** Ends an upload in whatever state, unless a dispatch or a consent uses it: nobody can validate or use it any more. */
  retire(owner: OwnerId, id: UploadId): Promise<'retired' | 'in_use' | 'absent'>;
  /** Removes a retired upload; absent is fine. */
  forget(owner: OwnerId, id: UploadId): Promise<void>;
}

export interface UploadQuestion {
  /** Created from then (inclusive) until then (exclusive), epoch ms. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly limit: number;
  readonly after: UploadId | null;
}

export const isRefused = (outcome: object): outcome is { readonly refused: Upload | null } => 'refused' in outcome;

/** Files as customers put them. Reading with an ETag throws `ObjectMissing` or `ObjectChanged`, told by name. */
export interface Files {
  head(key: string): Promise<{
    readonly eTag: string;
    readonly sizeBytes: number;
    readonly metadata: Readonly<Record<string, string>>;
  } | null>;
  range(key: string, offset: number, length: number, eTag: string): Promise<Uint8Array>;
  whole(key: string, eTag: string): Promise<Uint8Array>;
  stream(key: string, eTag: string): AsyncIterable<Uint8Array>;
  /** Removes the object if it is still the one with this ETag; nothing otherwise. */
  removeVersion(key: string, eTag: string): Promise<void>;
}

/** An object being written; it exists from `close` on. */
export interface FileSink extends ByteSink {
  close(): Promise<void>;
  abandon(): Promise<void>;
}

export interface FileWriter {
  open(key: string, contentType?: string): FileSink;
  put(key: string, bytes: Uint8Array, contentType?: string): Promise<void>;
}

export interface FileRemover {
  remove(keys: readonly string[]): Promise<void>;
  removeUnder(prefix: string): Promise<void>;
}

export interface UploadQueue {
  /** Announces a file again, as the object store would. */
  announce(key: string, file: PutFile, atMs: number): Promise<void>;
}

export interface InboxTenants {
  exists(tenant: TenantId): Promise<boolean>;
  /** Whether its identity is approved: until then nothing is made of what it drops. */
  isVerified(tenant: TenantId): Promise<boolean>;
}

export interface WaitingDispatches {
  /** A dispatch made from the upload need not wait any longer. */
  wake(id: DispatchId): Promise<void>;
}

export interface UploadLog {
  info(message: string, facts: Readonly<Record<string, string | number | null>>): void;
  warn(message: string, facts: Readonly<Record<string, string | number | null>>): void;
}
