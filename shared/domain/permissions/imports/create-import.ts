import type { ImportId, OwnerId } from '../../../contracts/ids.ts';
import type { Ids } from '../../dispatches/ports.ts';
import type { Remember, Replayed } from '../../idempotency/idempotency.ts';
import { missingColumns } from './judge-row.ts';
import { newImport, type PermissionImport } from './permission-import.ts';
import type { ImportQueue, ImportStore, ImportUploads } from './ports.ts';

export interface CreateImportPorts {
  readonly imports: Pick<ImportStore, 'create'>;
  /** Those of recipients. */
  readonly uploads: ImportUploads;
  readonly importQueue: ImportQueue;
  readonly ids: Ids;
}

export type ImportRequest = Pick<PermissionImport, 'kind' | 'uploadId' | 'onInvalidRows'>;

export type CreateImportOutcome =
  | { readonly kind: 'created'; readonly made: PermissionImport }
  | Replayed
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: 'rejected' | 'expired' }
  | { readonly kind: 'columns_missing'; readonly columns: readonly string[] };

/** Makes an import of an upload, which may still be on its way, and asks for its first step. */
export async function createImport(
  ports: CreateImportPorts,
  owner: OwnerId,
  request: ImportRequest,
  nowMs: number,
  remember: Remember<PermissionImport>,
): Promise<CreateImportOutcome> {
  const upload = await ports.uploads.find(owner, request.uploadId);
  if (upload === null) return { kind: 'upload_not_found' };
  const { status, list } = upload;
  if (status === 'rejected' || status === 'expired') return { kind: 'upload_unusable', status };
  const columns = list === null ? [] : missingColumns(request.kind, list.columns);
  if (columns.length > 0) return { kind: 'columns_missing', columns };
  const id: ImportId = `imp_${ports.ids.ulid()}`;
  const made = newImport({ id, owner, ...request }, nowMs);
  const outcome = await ports.imports.create(made, remember(made));
  if (outcome.kind === 'replayed') return outcome;
  // It went between being looked up and being marked
  if (outcome.kind === 'upload_unusable') return { kind: 'upload_unusable', status: 'expired' };
  await ports.importQueue.step({ importId: id }, 0);
  return { kind: 'created', made };
}
