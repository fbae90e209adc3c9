import * as z from 'zod';
import { importIdShape, type OwnerId, uploadIdShape } from '../../contracts/ids.ts';
import { type Permission, type PermissionEntry, permissionSources } from '../../domain/permissions/permission.ts';
import type { PermissionReason } from '../../domain/permissions/why-not.ts';
import { consentedKey, optOutIndex, permissionEntryKey, permissionKey, suppressedKey } from './keys.ts';
import type { Item, Table, TransactItem } from './table.ts';

const ms = z.int().nullable();
const permissionShape = z.object({
  digits: z.string(),
  optedOutAtMs: ms,
  optOutSource: z.enum(permissionSources).nullable(),
  cameBackAtMs: ms.default(null),
  marketing: z.boolean().nullable(),
  marketingAtMs: ms,
  night: z.boolean().nullable(),
  nightAtMs: ms,
  consentsAtMs: ms.default(null),
  evidence: z.string().nullable(),
  evidenceUploadId: uploadIdShape.nullable().default(null),
  importId: importIdShape.nullable().default(null),
  version: z.int().min(1),
});
const entryShape = z.object({
  id: z.string(),
  atMs: z.int(),
  source: z.enum(permissionSources),
  after: permissionShape,
});
const suppressedShape = z.object({ sk: z.string(), reason: z.enum(['opted_out', 'consent_denied']) });
const consentedShape = z.object({ sk: z.string(), entity: z.literal('consented') });

export const permissionOf = (item: Item): Permission => permissionShape.parse(item);
export const entryOf = (item: Item): PermissionEntry => entryShape.parse(item);
export const digitsOfConsented = (item: Item): string => consentedShape.parse(item).sk;
export function suppressedOf(item: Item): { readonly digits: string; readonly reason: PermissionReason } {
  const { sk, reason } = suppressedShape.parse(item);
  return { digits: sk, reason };
}

/** Everything that one change writes: how things stand, the entry, and the number's place in what a prepare reads. */
export function permissionWrites(
  { name: TableName }: Table,
  owner: OwnerId,
  before: Permission | null,
  { id, atMs, source, after }: PermissionEntry,
): readonly TransactItem[] {
  const { digits } = after;
  const still = before && {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': before.version },
  };
  const now = { ...permissionKey(owner, digits), entity: 'permission', ...after };
  const entry = { ...permissionEntryKey(owner, digits, atMs, id), entity: 'permissionEntry', id, atMs, source, after };
  return [
    { Put: { TableName, Item: now, ...(still ?? { ConditionExpression: 'attribute_not_exists(pk)' }) } },
    { Put: { TableName, Item: entry } },
    ...moved(TableName, before && suppressedItem(owner, before), suppressedItem(owner, after)),
    ...moved(TableName, before && consentedItem(owner, before), consentedItem(owner, after)),
  ];
}

function suppressedItem(owner: OwnerId, { digits, optedOutAtMs, marketing }: Permission): Item | null {
  const item = { ...suppressedKey(owner, digits), entity: 'suppressed' };
  if (optedOutAtMs !== null) return { ...item, reason: 'opted_out', ...optOutIndex(owner, optedOutAtMs, digits) };
  return marketing === false ? { ...item, reason: 'consent_denied' } : null;
}

const consentedItem = (owner: OwnerId, { digits, optedOutAtMs, marketing }: Permission): Item | null =>
  optedOutAtMs === null && marketing === true ? { ...consentedKey(owner, digits), entity: 'consented' } : null;

function moved(TableName: string, before: Item | null, after: Item | null): readonly TransactItem[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (after) return [{ Put: { TableName, Item: after } }];
  return before ? [{ Delete: { TableName, Key: { pk: before.pk, sk: before.sk } } }] : [];
}
