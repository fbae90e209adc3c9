import type { ImportId, OwnerId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { ImportQueue, ImportStore, ImportUploads } from './ports.ts';
import { newImport, type RowImport } from './row-import.ts';
import type { ColumnProblem } from './row-work.ts';
import { workOf } from './works.ts';

export interface CreateImportPorts {
  readonly imports: Pick<ImportStore, 'create'>;
  /** Those of recipients. */
  readonly uploads: ImportUploads;
  readonly importQueue: ImportQueue;
  readonly ids: Ids;
}

export type ImportRequest = Pick<RowImport, 'kind' | 'uploadId' | 'onInvalidRows' | 'contacts'>;

export type CreateImportOutcome =
  | { readonly kind: 'created'; readonly made: RowImport }
  | Replayed
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: 'rejected' | 'expired' }
  | { readonly kind: 'columns'; readonly problem: ColumnProblem };

/** Makes an import of an upload, which may still be on its way, and asks for its first step. */
export async function createImport(
  ports: CreateImportPorts,
  owner: OwnerId,
  request: ImportRequest,
  nowMs: number,
  remember: Remember<RowImport>,
): Promise<CreateImportOutcome> {
  const upload = await ports.uploads.find(owner, request.uploadId);
  if (upload === null) return { kind: 'upload_not_found' };
  const { status, list } = upload;
  if (status === 'rejected' || status === 'expired') return { kind: 'upload_unusable', status };
  const problem = list && workOf(request.kind).columnProblem(request, list.columns);
  if (problem) return { kind: 'columns', problem };
  const id: ImportId = `imp_${ports.ids.ulid()}`;
  const made = newImport({ id, owner, ...request }, nowMs);
  const outcome = await ports.imports.create(made, remember(made));
  if (outcome.kind === 'replayed') return outcome;
  // It went between being looked up and being marked
  if (outcome.kind === 'upload_unusable') return { kind: 'upload_unusable', status: 'expired' };
  await ports.importQueue.step({ importId: id }, 0);
  return { kind: 'created', made };
}
