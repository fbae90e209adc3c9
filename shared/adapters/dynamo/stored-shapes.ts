import * as z from 'zod';
import { templateIdShape, uploadIdShape } from '../../contracts/ids.ts';
import { nightPolicies } from '../../domain/times/night-window.ts';

/** Parts that lie in items of more than one kind. */

const count = z.int().min(0);
const ms = z.int().min(0);

export const storedList = z.object({
  rowsKey: z.string(),
  rejectedKey: z.string(),
  columns: z.array(z.string()),
  rows: count,
  rejected: count,
});

export const storedMessage = z.object({
  type: z.enum(['sms', 'lms', 'mms', 'auto', 'auth']),
  from: z.string(),
  subject: z.string().nullable(),
  text: z.string(),
  variables: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['text', 'integer', 'decimal', 'date', 'datetime']),
      format: z.string().nullable(),
      default: z.string().nullable(),
    }),
  ),
  images: z.array(
    z.object({ uploadId: uploadIdShape, key: z.string(), sizeBytes: count, sha256: z.string(), writtenAtMs: ms }),
  ),
  template: z.object({ id: templateIdShape, version: z.int().min(1) }).optional(),
  advertisement: z.object({ optOutNumber: z.string().nullable(), addParts: z.boolean() }).nullable().default(null),
});

const minute = z.int().min(0).max(1_439);
export const storedNightRule = z.object({
  policy: z.enum(nightPolicies),
  windows: z.record(z.string(), z.object({ startMinute: minute, endMinute: minute })),
});

export const storedSchedule = z.object({ atMs: ms }).nullable();
export const storedSplit = z.object({ count: z.int().min(2), intervalMinutes: z.int().min(1) }).nullable();
