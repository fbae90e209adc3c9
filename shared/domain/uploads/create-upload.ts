import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { uploadUrlSeconds } from '../../contracts/limits.ts';
import type { TemplateProblem } from '../content/template.ts';
import { parseTemplate } from '../content/template.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { fileKey } from './file-place.ts';
import type { UploadStore } from './ports.ts';
import { newUpload, type Upload, type UploadOptions } from './upload.ts';

export interface CreateUploadPorts {
  readonly uploads: Pick<UploadStore, 'create'>;
  /** A link that takes a file of any size, or of this one only. */
  readonly links: { toPut(key: string, seconds: number, sizeBytes: number | null): Promise<string> };
  readonly ids: { ulid(): string };
}

export type UploadRequest =
  | RecipientsRequest
  | {
      readonly purpose: 'attachment' | 'evidence' | 'document';
      readonly fileName: string;
      readonly sizeBytes: number | null;
    };

export interface RecipientsRequest {
  readonly purpose: 'recipients';
  readonly fileName: string;
  /** Null: its owner has not said. */
  readonly sizeBytes: number | null;
  readonly onInvalidRows: 'reject' | 'skip';
  /** Columns that must be filled in every row: named, or those that a text needs and has no default for. */
  readonly required: { readonly columns: readonly string[] } | { readonly text: string };
}

/** An upload and the link its file is to be put to. */
export interface CreatedUpload {
  readonly upload: Upload;
  readonly putUrl: string;
  /** The link takes a file of this size only; null: of any. */
  readonly sizeBytes: number | null;
}

export type CreateUploadOutcome =
  | ({ readonly kind: 'created' } & CreatedUpload)
  | { readonly kind: 'invalid_text'; readonly problems: readonly TemplateProblem[] }
  | Replayed;

/** Makes an upload that waits for its file. */
export async function createUpload(
  ports: CreateUploadPorts,
  owner: OwnerId,
  request: UploadRequest,
  nowMs: number,
  remember: Remember<CreatedUpload>,
): Promise<CreateUploadOutcome> {
  const options = optionsOf(request);
  if ('problems' in options) return { kind: 'invalid_text', problems: options.problems };
  const id: UploadId = `upl_${ports.ids.ulid()}`;
  const { purpose, fileName, sizeBytes } = request;
  const objectKey = fileKey(owner, id, purpose, fileName);
  const upload = newUpload({ id, owner, purpose, source: 'api', fileName, objectKey, ...options }, nowMs);
  const putUrl = await ports.links.toPut(objectKey, uploadUrlSeconds, sizeBytes);
  const created: CreatedUpload = { upload, putUrl, sizeBytes };
  const outcome = await ports.uploads.create(upload, remember(created));
  if (outcome.kind === 'replayed') return outcome;
  if (outcome.kind === 'exists') throw new Error(`${id} exists already`);
  return { kind: 'created', ...created };
}

function optionsOf(request: UploadRequest): UploadOptions | { readonly problems: readonly TemplateProblem[] } {
  // Others have neither rows nor columns
  if (request.purpose !== 'recipients') return { onInvalidRows: 'reject', requiredColumns: [] };
  const required = requiredBy(request.required);
  return Array.isArray(required) ? { onInvalidRows: request.onInvalidRows, requiredColumns: required } : required;
}

function requiredBy(
  required: RecipientsRequest['required'],
): string[] | { readonly problems: readonly TemplateProblem[] } {
  if ('columns' in required) return [...new Set(required.columns.map((name) => name.normalize('NFC')))];
  const parsed = parseTemplate(required.text);
  return parsed.ok ? [...parsed.template.required] : { problems: parsed.problems };
}
