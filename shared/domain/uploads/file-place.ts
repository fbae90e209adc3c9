import { createHash } from 'node:crypto';
import { prefixes } from '../../contracts/environment.ts';
import {
  type OwnerId,
  ownerIdShape,
  type TenantId,
  tenantIdShape,
  type UploadId,
  uploadIdShape,
} from '../../contracts/ids.ts';
import type { UploadPurpose } from './upload.ts';

/** Where files of uploads lie in the object store, and what a key says. */

/** Where files of a purpose are put. Documents lie apart: who works on other files reads none. */
const incoming = (purpose: UploadPurpose): string =>
  purpose === 'document' ? prefixes.incomingDocuments : prefixes.uploads;

/** `uploads/<owner>/<upload>/<name>`: the name is for people who look into the bucket; nothing depends on it. */
export const fileKey = (owner: OwnerId, id: UploadId, purpose: UploadPurpose, fileName: string): string =>
  `${incoming(purpose)}${owner}/${id}/${keyName(fileName)}`;

/** Everything that one validation writes, under its owner, so that all of an owner's rows are found. Attempts never share a key. */
export function attemptFiles(owner: OwnerId, id: UploadId, attempt: string) {
  const place = `${owner}/${id}/${attempt}`;
  return {
    rows: `${prefixes.lists}${place}/rows.ndjson`,
    rejected: `${prefixes.lists}${place}/rejected.ndjson`,
    index: `${prefixes.lists}${place}/index.json`,
    report: `${prefixes.exports}${place}/errors.csv`,
  };
}

/** All that exists because of an upload, as prefixes. */
export const uploadPrefixes = (owner: OwnerId, id: UploadId, purpose: UploadPurpose): readonly string[] => [
  `${incoming(purpose)}${owner}/${id}/`,
  `${prefixes.lists}${owner}/${id}/`,
  `${prefixes.exports}${owner}/${id}/`,
];

export type FilePlace =
  | { readonly kind: 'upload'; readonly owner: OwnerId; readonly id: UploadId }
  | { readonly kind: 'inbox'; readonly tenant: TenantId; readonly fileName: string }
  /** A folder that a console made: an empty object whose key ends in a slash. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'unknown' };

/** What a key says, as text (not URL-encoded as in events). */
export function placeOf(key: string): FilePlace {
  if (key.endsWith('/')) return { kind: 'folder' };
  const [top, first, second, ...rest] = key.split('/');
  if (`${top}/` === prefixes.uploads || `${top}/` === prefixes.incomingDocuments) {
    const owner = ownerIdShape.safeParse(first);
    const id = uploadIdShape.safeParse(second);
    if (owner.success && id.success && rest.length === 1) return { kind: 'upload', owner: owner.data, id: id.data };
  }
  if (`${top}/` === prefixes.inbox && second !== undefined) {
    const tenant = tenantIdShape.safeParse(first);
    if (tenant.success)
      return { kind: 'inbox', tenant: tenant.data, fileName: [second, ...rest].join('/').slice(-255) };
  }
  return { kind: 'unknown' };
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of the upload that a dropped file becomes. It follows from the event, so that an event that comes twice finds
 * its upload: the time of the drop, then a hash in place of a ULID's randomness.
 */
export function inboxUploadId(key: string, sequencer: string, atMs: number): UploadId {
  let time = '';
  for (let left = atMs, i = 0; i < 10; i++, left = Math.floor(left / 32)) time = crockford[left % 32] + time;
  const hash = createHash('sha256').update(`${key}\n${sequencer}`).digest();
  const chance = Array.from(hash.subarray(0, 16), (byte) => crockford[byte % 32]).join('');
  return `upl_${time}${chance}`;
}

/** Letters, digits, dot, hyphen and underscore of the name's end: keys travel through URLs and logs of others. */
function keyName(fileName: string): string {
  const name = fileName
    .normalize('NFC')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(-100);
  return name === '' ? 'file' : name;
}
