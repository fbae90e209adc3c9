import type { ImportId, OwnerId, UploadId } from '../../contracts/ids.ts';
import type { ImportMessage } from '../../contracts/queue-messages.ts';
import type { Refused } from '../dispatches/ports.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { FileSink } from '../uploads/ports.ts';
import type { Upload } from '../uploads/upload.ts';
import type { ImportKind, ImportMove, RowImport } from './row-import.ts';

/** What imports ask of the world. A use case names only the ports it uses. */

export interface ImportStore {
  /** Consistent. */
  read(id: ImportId): Promise<RowImport | null>;
  /** In one transaction with the mark that keeps its upload from being deleted. */
  create(
    made: RowImport,
    record: IdempotencyRecord | null,
  ): Promise<{ readonly kind: 'created' } | Replayed | { readonly kind: 'upload_unusable' }>;
  /** Writes `after` if the stored import is still at `before`'s version and in a state that `move` may start from. */
  move(before: RowImport, move: ImportMove, after: RowImport): Promise<RowImport | Refused<RowImport>>;
  /** Takes away the mark on its upload; doing it twice is harmless. */
  letUploadGo(over: RowImport): Promise<void>;
}

export interface ImportList {
  /** Imports of an owner, newest first; `after` is the `next` of the page before. */
  list(
    owner: OwnerId,
    kind: ImportKind,
    limit: number,
    after: string | null,
  ): Promise<{ readonly items: readonly RowImport[]; readonly next: string | null }>;
}

export interface ImportQueue {
  /** At most 900 seconds. */
  step(message: ImportMessage, delaySeconds: number): Promise<void>;
}

export interface ImportUploads {
  find(owner: OwnerId, id: UploadId): Promise<Pick<Upload, 'status' | 'expiresAtMs' | 'list'> | null>;
}

/** Objects of recipient lists, which are written once. */
export interface ImportRows {
  stream(key: string): AsyncIterable<Uint8Array>;
  /** Fewer bytes where the object ends. */
  range(key: string, offset: number, length: number): Promise<Uint8Array>;
}

export interface ImportReports {
  open(key: string, contentType: string): FileSink;
}
