import * as z from 'zod';
import { fileCodes, rowCodes } from '../../shared/contracts/codes.ts';
import { uploadIdShape } from '../../shared/contracts/ids.ts';
import { type Upload, uploadPurposes, uploadStatuses } from '../../shared/domain/uploads/upload.ts';
import { shownTime, timeShape } from './shapes.ts';

const measured = z.int().min(1).nullable();

/** An upload as customers see it. */
export const uploadShape = z
  .object({
    id: uploadIdShape,
    purpose: z.enum(uploadPurposes),
    source: z.enum(['api', 'inbox']),
    fileName: z.string(),
    status: z.enum(uploadStatuses),
    statusLabel: z.string().meta({ description: 'The status in words', example: 'Converting file' }),
    format: z.enum(['csv', 'xlsx', 'xlsm', 'jpeg', 'png', 'pdf']).nullable(),
    phase: z.enum(['reading', 'converting']).nullable().meta({ description: 'Only while validating' }),
    progress: z.object({ bytesRead: z.int().min(0), bytesTotal: z.int().min(0), rows: z.int().min(0) }),
    onInvalidRows: z.enum(['reject', 'skip']).nullable().meta({ description: 'Only of recipients' }),
    requiredColumns: z.array(z.string()),
    rows: z.int().min(0).nullable().meta({ description: '`valid + invalid + duplicates`; null until known' }),
    valid: z.int().min(0).nullable(),
    invalid: z.int().min(0).nullable(),
    duplicates: z.int().min(0).nullable(),
    width: measured.meta({ description: 'Of an attachment, in pixels, once it is `ready`' }),
    height: measured,
    bytes: measured.meta({ description: 'Of an attachment, evidence or a document, once it is `ready`' }),
    columns: z.array(z.string()),
    emptyCells: z.record(z.string(), z.int().min(0)).meta({ description: 'Empty cells of valid rows, by column' }),
    errors: z
      .array(
        z.object({
          row: z.int().nullable().meta({ description: 'As a spreadsheet counts: the header is row 1' }),
          column: z.string().nullable(),
          code: z.enum([...rowCodes, ...fileCodes]),
          message: z.string(),
          value: z.string().nullable(),
        }),
      )
      .meta({ description: 'The first ten; the report has them all' }),
    errorCount: z.int().min(0),
    errorReportUrl: z.string().nullable().meta({ description: 'A csv of all refused rows, for an hour from now' }),
    downloadUrl: z
      .string()
      .nullable()
      .meta({ description: 'Of evidence that a consent refers to: the file, for five minutes from now' }),
    createdAt: timeShape,
    expiresAt: timeShape.nullable().meta({ description: 'Null: a consent or a case refers to it, so it is kept' }),
  })
  .meta({ id: 'Upload' });

const labels: Readonly<Record<Upload['status'], string>> = {
  awaiting_file: 'Waiting for the file',
  validating: 'Preparing to send',
  ready: 'Ready',
  rejected: 'Rejected',
  expired: 'Expired',
};

function labelOf({ purpose, phase, status }: Upload): string {
  if (phase === 'converting') return 'Converting file';
  if (status !== 'validating' || purpose === 'recipients') return labels[status];
  return purpose === 'attachment' ? 'Checking image' : 'Checking file';
}

/** Links to what belongs to an upload. */
export interface UploadLinks {
  readonly errorReportUrl: string | null;
  readonly downloadUrl: string | null;
}

export function shownUpload(upload: Upload, links: UploadLinks): z.input<typeof uploadShape> {
  const { counts, problem, image, evidence } = upload;
  const errors = problem === null ? (counts?.errors ?? []) : [{ ...problem, value: null }];
  return {
    id: upload.id,
    purpose: upload.purpose,
    source: upload.source,
    fileName: upload.fileName,
    status: upload.status,
    statusLabel: labelOf(upload),
    format: upload.format,
    phase: upload.phase,
    progress: { ...upload.progress },
    onInvalidRows: upload.purpose === 'recipients' ? upload.onInvalidRows : null,
    requiredColumns: [...upload.requiredColumns],
    rows: counts?.rows ?? null,
    valid: counts?.valid ?? null,
    invalid: counts?.invalid ?? null,
    duplicates: counts?.duplicates ?? null,
    width: image?.width ?? null,
    height: image?.height ?? null,
    bytes: (image ?? evidence)?.sizeBytes ?? null,
    columns: [...(counts?.columns ?? [])],
    emptyCells: Object.fromEntries(counts?.emptyCells.map(({ column, count }) => [column, count]) ?? []),
    errors: errors.map(({ row, column, code, message, value }) => ({ row, column, code, message, value })),
    errorCount: problem === null ? (counts ? counts.invalid + counts.duplicates : 0) : 1,
    ...links,
    createdAt: shownTime(upload.createdAtMs),
    expiresAt: upload.attachedAtMs === null || upload.status === 'expired' ? shownTime(upload.expiresAtMs) : null,
  };
}
