import type { ImportId, UploadId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { ImportList, ImportStore } from '../../../shared/domain/imports/ports.ts';
import { moves, type RowImport } from '../../../shared/domain/imports/row-import.ts';
import type { Upload } from '../../../shared/domain/uploads/upload.ts';

export interface FakeImportStore extends ImportStore, ImportList {
  readonly all: ReadonlyMap<ImportId, RowImport>;
  /** Which imports keep which upload. */
  readonly kept: ReadonlyMap<UploadId, ReadonlySet<ImportId>>;
}

/** Imports in memory, with the conditions and transactions of the table. */
export function createFakeImportStore(statusOf: (upload: UploadId) => Upload['status'] | null): FakeImportStore {
  const all = new Map<ImportId, RowImport>();
  const kept = new Map<UploadId, Set<ImportId>>();
  const remembered = new Set<string>();
  const nameOf = ({ scope, key }: IdempotencyRecord) => `${scope}|${key}`;
  const positionOf = ({ createdAtMs, id }: RowImport) => `${new Date(createdAtMs).toISOString()}#${id}`;
  return {
    all,
    kept,
    read: async (id) => all.get(id) ?? null,

    async create(made, record) {
      if (record && remembered.has(nameOf(record))) return { kind: 'replayed' };
      if (all.has(made.id)) throw new Error(`${made.id} exists already`);
      const status = statusOf(made.uploadId);
      if (status === null || status === 'rejected' || status === 'expired') return { kind: 'upload_unusable' };
      all.set(made.id, made);
      kept.set(made.uploadId, (kept.get(made.uploadId) ?? new Set()).add(made.id));
      if (record) remembered.add(nameOf(record));
      return { kind: 'created' };
    },

    async move(before, move, after) {
      const stored = all.get(before.id) ?? null;
      const from: readonly string[] = moves[move].from;
      if (stored === null || stored.version !== before.version || !from.includes(stored.state)) {
        return { refused: stored };
      }
      const next = { ...after, version: before.version + 1 };
      all.set(next.id, next);
      return next;
    },

    async letUploadGo({ id, uploadId }) {
      kept.get(uploadId)?.delete(id);
    },

    async list(owner, kind, limit, after) {
      const own = [...all.values()]
        .filter((made) => made.owner === owner && made.kind === kind && (after === null || positionOf(made) < after))
        .sort((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1));
      const items = own.slice(0, limit);
      return { items, next: own.length > limit ? positionOf(items.at(-1)!) : null };
    },
  };
}
