import * as z from 'zod';
import { fileCodes, rowCodes } from '../../contracts/codes.ts';
import { dispatchIdShape, ownerIdShape, uploadIdShape } from '../../contracts/ids.ts';
import { type Upload, uploadPurposes, uploadStatuses } from '../../domain/uploads/upload.ts';
import { checkIndex, uploadKey } from './keys.ts';
import type { Item } from './table.ts';

/** How an upload lies in the table. What does not parse on the way out was not written by this service. */

const count = z.int().min(0);
const ms = z.int().min(0);

const rowErrorShape = z.object({
  row: count,
  column: z.string(),
  code: z.enum(rowCodes),
  message: z.string(),
  value: z.string(),
});

const countsShape = z.object({
  rows: count,
  valid: count,
  invalid: count,
  duplicates: count,
  columns: z.array(z.string()),
  emptyCells: z.array(z.object({ column: z.string(), count })),
  errors: z.array(rowErrorShape),
});

const uploadShape = z.object({
  id: uploadIdShape,
  owner: ownerIdShape,
  purpose: z.enum(uploadPurposes),
  source: z.enum(['api', 'inbox']),
  fileName: z.string(),
  objectKey: z.string(),
  onInvalidRows: z.enum(['reject', 'skip']),
  requiredColumns: z.array(z.string()),
  status: z.enum(uploadStatuses),
  file: z.object({ eTag: z.string(), sizeBytes: count, sequencer: z.string() }).nullable(),
  attempt: z.string(),
  leaseUntilMs: ms.nullable(),
  tries: count,
  format: z.enum(['csv', 'xlsx', 'xlsm', 'jpeg', 'png', 'pdf']).nullable(),
  phase: z.enum(['reading', 'converting']).nullable(),
  progress: z.object({ bytesRead: count, bytesTotal: count, rows: count }),
  counts: countsShape.nullable(),
  problem: z
    .object({ code: z.enum(fileCodes), message: z.string(), row: count.nullable(), column: z.string().nullable() })
    .nullable(),
  list: z
    .object({
      rowsKey: z.string(),
      rejectedKey: z.string(),
      columns: z.array(z.string()),
      rows: count,
      rejected: count,
    })
    .nullable(),
  image: z.object({ width: count, height: count, sizeBytes: count, sha256: z.string() }).nullable(),
  evidence: z.object({ sizeBytes: count, sha256: z.string() }).nullable().default(null),
  attachedAtMs: ms.nullable().default(null),
  heldBy: z.array(z.string()).default([]),
  awaitsCopy: z.boolean().default(false),
  reportKey: z.string().nullable(),
  usedBy: dispatchIdShape.nullable(),
  createdAtMs: ms,
  finishedAtMs: ms.nullable(),
  expiresAtMs: ms,
  checkAtMs: ms.nullable(),
});

export const uploadOfItem = (item: Item): Upload => uploadShape.parse(item);

export const itemOfUpload = (upload: Upload): Item => ({
  ...uploadKey(upload.owner, upload.id),
  entity: 'upload',
  ...upload,
  ...derived(upload.id, upload).set,
});

/** An expired upload can still be looked at for a while before the table forgets it. */
const expiredShownSeconds = 30 * 86_400;

/** When the table forgets an upload and what belongs to it, epoch seconds. */
export const forgottenAtSeconds = (expiresAtMs: number): number => Math.ceil(expiresAtMs / 1_000) + expiredShownSeconds;

/** Attributes that follow from changed fields: the sweeper's index, and when the table forgets. */
export function derived(
  id: Upload['id'],
  changes: Partial<Upload>,
): { readonly set: Item; readonly remove: readonly string[] } {
  const set: Item = {};
  const remove: string[] = [];
  if (changes.expiresAtMs !== undefined) set.expiresAt = forgottenAtSeconds(changes.expiresAtMs);
  if (changes.checkAtMs === null) remove.push('checkPk', 'checkSk');
  else if (changes.checkAtMs !== undefined) Object.assign(set, checkIndex(id, changes.checkAtMs));
  if (changes.heldBy !== undefined && changes.heldBy.length > 0) remove.push('expiresAt');
  return { set, remove };
}
