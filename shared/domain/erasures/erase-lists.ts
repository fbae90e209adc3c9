import { prefixes } from '../../contracts/environment.ts';
import type { IsErased } from '../dispatches/rules/about-number.ts';
import { toE164 } from '../numbers/phone-number.ts';
import type { UploadStore } from '../uploads/ports.ts';
import type { Upload } from '../uploads/upload.ts';
import { type BlankPorts, blankObject } from './blank-object.ts';
import { erasedRowsOf } from './blank-report.ts';
import { timeOfList } from './erasure.ts';
import type { Pass } from './pass.ts';
import type { ErasedItems } from './ports.ts';
import { timeOfUlid } from './ulid-time.ts';

/** Each of these goes through one kind of thing that rows lie in, and yields where it goes on. */

export interface EraseListPorts extends BlankPorts {
  readonly uploads: Pick<UploadStore, 'list'>;
  readonly items: ErasedItems;
  readonly time: { now(): number };
}

const pageSize = 50;
/** What was dropped into the inbox may become an upload so much later, whose id has the time of the drop. */
const droppedBeforeMs = 86_400_000;
/** Files as they were put expire after thirty days. */
const filesKeptMs = 31 * 86_400_000;

/** Lists of uploads and of calls, with every edit of a campaign; reports of refused rows. All lie under their owner. */
export async function* eraseFromLists(ports: EraseListPorts, pass: Pass, after: string | null): AsyncGenerator<string> {
  for (const prefix of [prefixes.exports, prefixes.lists].map((top) => `${top}${pass.owner}/`)) {
    if (after !== null && after > prefix && !after.startsWith(prefix)) continue;
    for await (const key of ports.objects.keysUnder(prefix, after?.startsWith(prefix) ? after : null)) {
      const isErased = pass.since(timeOfList(key) ?? 0);
      if (isErased) await blankObject(ports, pass, key, isErased);
      yield key;
    }
  }
}

/** What an upload itself shows of refused rows, and its file as it was put. */
export async function* eraseFromUploads(
  ports: EraseListPorts,
  pass: Pass,
  after: string | null,
): AsyncGenerator<string> {
  const found = { fromMs: 0, untilMs: pass.latestMs + droppedBeforeMs, limit: pageSize };
  for (let next = after as Upload['id'] | null; ; ) {
    const page = await ports.uploads.list(pass.owner, { ...found, after: next });
    for (const upload of page.items) {
      if (upload.purpose === 'recipients') await eraseFromUpload(ports, pass, upload);
      yield upload.id;
    }
    next = page.next;
    if (next === null) return;
  }
}

async function eraseFromUpload(ports: EraseListPorts, pass: Pass, upload: Upload): Promise<void> {
  const { status, counts } = upload;
  const listedMs = timeOfUpload(upload);
  const isErased = pass.since(listedMs);
  if (isErased === null) return;
  if (status === 'awaiting_file' || status === 'validating') return pass.mayComeOut(listedMs);
  const errors = counts?.errors ?? [];
  const rows = await rowsOfErased(ports, upload, isErased);
  const isTheirs = ({ row, value }: (typeof errors)[number]) =>
    value !== '' && (rows.has(row) || isOf(value, isErased));
  const shown = errors.map((error) => (isTheirs(error) ? { ...error, value: '' } : error));
  if (shown.some((error, i) => error !== errors[i])) await ports.items.writeErrors(upload, shown);
  await removeFile(ports, upload);
}

/**
 * Which rows are deleted people's of those that an upload shows a cell of, which need not be the number: its report begins
 * with the same rows. Without the report nobody knows, so all of them.
 */
async function rowsOfErased({ objects }: EraseListPorts, { counts, reportKey }: Upload, isErased: IsErased) {
  const errors = (counts?.errors ?? []).filter(({ value }) => value !== '');
  if (errors.every(({ code }) => code !== 'too_many_cells')) return new Set<number>();
  const head = reportKey === null ? null : await objects.head(reportKey);
  if (reportKey === null || head === null) return new Set(errors.map(({ row }) => row));
  return erasedRowsOf(objects.stream(reportKey, head.eTag), counts?.errors.length ?? 0, isErased);
}

const timeOfUpload = ({ id, createdAtMs }: Pick<Upload, 'id' | 'createdAtMs'>): number =>
  Math.min(createdAtMs, timeOfUlid(id.slice(4)) ?? createdAtMs);

function isOf(given: string, isErased: IsErased): boolean {
  const number = toE164(given)?.slice(1);
  return number !== undefined && isErased(Number(number));
}

/** A file that was judged serves nothing any more; one that was put over it in the inbox is another's. */
async function removeFile({ objects, time }: EraseListPorts, { file, source, objectKey, createdAtMs }: Upload) {
  if (file === null || createdAtMs < time.now() - filesKeptMs) return;
  await (source === 'inbox' ? objects.removeVersion(objectKey, file.eTag) : objects.remove([objectKey]));
}
