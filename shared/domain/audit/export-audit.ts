import { canonicalJson } from '../idempotency/idempotency.ts';
import { csvCell } from '../uploads/error-report.ts';
import type { AuditEntry, AuditLog, AuditQuestion } from './audit.ts';

export const auditFormats = ['ndjson', 'csv'] as const;
export type AuditFormat = (typeof auditFormats)[number];

const byteOrderMark = '\uFEFF'; // without it Excel reads a file as EUC-KR
const readEntries = 500;
/** What a function may answer with, less what base64 and headers add. */
const bytesMax = 4_000_000;

const columns = [
  'id',
  'at',
  'keyId',
  'keyName',
  'action',
  'targets',
  'tenantId',
  'requestId',
  'outcome',
  'status',
  'code',
  'before',
  'after',
] as const;

/** Pages of which a filter may let through little or nothing. */
const pagesMax = 40;

/** The log as a file, newest first. `next` is where the following file goes on, null at the end. */
export async function exportAudit(
  { auditLog }: { readonly auditLog: Pick<AuditLog, 'list'> },
  question: AuditQuestion,
  format: AuditFormat,
): Promise<{ readonly text: string; readonly next: string | null }> {
  const lines = format === 'csv' ? [`${byteOrderMark}${columns.join(',')}\r\n`] : [];
  let next = question.after;
  let bytes = 0;
  let left = question.limit;
  for (let pages = 0; pages < pagesMax && left > 0 && bytes < bytesMax; pages++) {
    const page = await auditLog.list({ ...question, after: next, limit: Math.min(left, readEntries) });
    const told = page.items.map((entry) => lineOf(entry, format));
    lines.push(...told);
    bytes += told.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    next = page.next;
    if (next === null) break;
    left -= page.items.length;
  }
  return { text: lines.join(''), next };
}

function lineOf({ atMs, ...entry }: AuditEntry, format: AuditFormat): string {
  const told: Record<(typeof columns)[number], unknown> = { ...entry, at: new Date(atMs).toISOString() };
  // Members in order of name: stores keep them in none, and two files about the same shall be the same
  if (format === 'ndjson') return `${canonicalJson(told)}\n`;
  return `${columns.map((name) => csvCell(cellOf(told[name]))).join(',')}\r\n`;
}

const cellOf = (value: unknown): string =>
  value === null ? '' : typeof value === 'object' ? canonicalJson(value) : String(value);
