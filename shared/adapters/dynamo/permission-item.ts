import * as z from 'zod';
import { dispatchIdShape, importIdShape, type OwnerId, uploadIdShape } from '../../contracts/ids.ts';
import { dueOf, facts, standsConsented } from '../../domain/permissions/due.ts';
import {
  type Permission,
  type PermissionEntry,
  permissionErased,
  permissionSources,
} from '../../domain/permissions/permission.ts';
import type { Telling } from '../../domain/permissions/ports.ts';
import { isNightConsented, type PermissionReason } from '../../domain/permissions/why-not.ts';
import {
  consentedKey,
  nightConsentedKey,
  optOutIndex,
  permissionEntryKey,
  permissionKey,
  reconfirmationKey,
  resultNoticeIndex,
  suppressedKey,
  tellingKey,
} from './keys.ts';
import type { Item, Table, TransactItem } from './table.ts';

const ms = z.int().nullable();
const sentMark = z.object({ dispatchId: dispatchIdShape, atMs: z.int() });
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
  said: z
    .object({ fact: z.enum(facts), saidAtMs: z.int(), told: sentMark.nullable() })
    .nullable()
    .default(null),
  reconfirmed: sentMark.nullable().default(null),
  version: z.int().min(1),
});
const entryShape = z.object({
  id: z.string(),
  atMs: z.int(),
  source: z.enum(permissionSources),
  after: permissionShape,
});
const suppressedShape = z.object({ sk: z.string(), reason: z.enum(['opted_out', 'consent_denied']) });
const consentedShape = z.object({ sk: z.string(), entity: z.enum(['consented', 'nightConsented']) });

const tellingShape = z.object({ knownUntilMs: z.int() });

/** Until when a telling is known again; null: the item is none. */
export const knownUntilMsOf = (item: Item): number | null =>
  item.entity === 'telling' ? tellingShape.parse(item).knownUntilMs : null;
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
  const entry = { ...permissionEntryKey(owner, digits, atMs, id), entity: 'permissionEntry', id, atMs, source, after };
  return [...standingWrites(TableName, owner, before, after), { Put: { TableName, Item: entry } }];
}

/**
 * How things stand, and where the number lies in the lists that follow from it. The result of what was said is due by
 * index keys of the permission itself, which costs an opt-out no item more. A reconfirmation is an item of its own,
 * because whoever prepares a list reads all that consented, and shall not read times along.
 */
export function standingWrites(
  TableName: string,
  owner: OwnerId,
  before: Permission | null,
  after: Permission,
): readonly TransactItem[] {
  const still = before && atVersion(before);
  const { digits } = after;
  const due = dueOf('result_notice', after);
  const index = due && resultNoticeIndex(owner, due.dueAtMs, digits);
  const now = { ...permissionKey(owner, digits), entity: 'permission', ...index, ...after };
  return [
    { Put: { TableName, Item: now, ...(still ?? { ConditionExpression: 'attribute_not_exists(pk)' }) } },
    ...moved(TableName, before && suppressedItem(owner, before), suppressedItem(owner, after)),
    ...moved(TableName, before && consentedItem(owner, before), consentedItem(owner, after)),
    ...moved(TableName, before && nightConsentedItem(owner, before), nightConsentedItem(owner, after)),
    ...movedKey(TableName, before && reconfirmationItem(owner, before), reconfirmationItem(owner, after)),
  ];
}

/**
 * What becomes of all that somebody allowed and refused when they are deleted: but for an opt-out it goes, from every list
 * too. Refused if it was changed since it was read.
 */
export function erasingWrites(
  table: Table,
  owner: OwnerId,
  digits: string,
  before: Permission | null,
  entry: { readonly id: string; readonly atMs: number },
): readonly TransactItem[] {
  const { name: TableName } = table;
  const after = before && permissionErased(before);
  const source = after?.optOutSource ?? null;
  if (after && source !== null) return permissionWrites(table, owner, before, { ...entry, source, after });
  const Key = permissionKey(owner, digits);
  if (before === null) return [{ Delete: { TableName, Key, ConditionExpression: 'attribute_not_exists(pk)' } }];
  return [
    { Delete: { TableName, Key, ...atVersion(before) } },
    ...moved(TableName, suppressedItem(owner, before), null),
    ...moved(TableName, consentedItem(owner, before), null),
    ...moved(TableName, nightConsentedItem(owner, before), null),
    ...movedKey(TableName, reconfirmationItem(owner, before), null),
  ];
}

/** The mark of a telling; refused as long as it is known. */
export const tellingPut = (
  { name: TableName }: Table,
  owner: OwnerId,
  digits: string,
  { id, knownUntilMs }: Telling,
  nowMs: number,
): TransactItem => ({
  Put: {
    TableName,
    Item: {
      ...tellingKey(owner, digits, id),
      entity: 'telling',
      knownUntilMs,
      expiresAt: Math.ceil(knownUntilMs / 1_000),
    },
    ConditionExpression: 'attribute_not_exists(pk) OR knownUntilMs <= :now',
    ExpressionAttributeValues: { ':now': nowMs },
  },
});

const atVersion = ({ version }: Permission) => ({
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': version },
});

function suppressedItem(owner: OwnerId, { digits, optedOutAtMs, marketing }: Permission): Item | null {
  const item = { ...suppressedKey(owner, digits), entity: 'suppressed' };
  if (optedOutAtMs !== null) return { ...item, reason: 'opted_out', ...optOutIndex(owner, optedOutAtMs, digits) };
  return marketing === false ? { ...item, reason: 'consent_denied' } : null;
}

const consentedItem = (owner: OwnerId, permission: Permission): Item | null =>
  standsConsented(permission) ? { ...consentedKey(owner, permission.digits), entity: 'consented' } : null;

function reconfirmationItem(owner: OwnerId, permission: Permission): Item | null {
  const due = dueOf('reconfirmation', permission);
  return due && { ...reconfirmationKey(owner, due.dueAtMs, due.digits), entity: 'reconfirmation' };
}

const nightConsentedItem = (owner: OwnerId, permission: Permission): Item | null =>
  isNightConsented(permission) ? { ...nightConsentedKey(owner, permission.digits), entity: 'nightConsented' } : null;

function moved(TableName: string, before: Item | null, after: Item | null): readonly TransactItem[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (after) return [{ Put: { TableName, Item: after } }];
  return before ? [{ Delete: { TableName, Key: { pk: before.pk, sk: before.sk } } }] : [];
}

/** The same where the place itself says something: it is left for another. */
function movedKey(TableName: string, before: Item | null, after: Item | null): readonly TransactItem[] {
  if (before?.sk === after?.sk) return [];
  return [
    ...(before ? [{ Delete: { TableName, Key: { pk: before.pk, sk: before.sk } } }] : []),
    ...(after ? [{ Put: { TableName, Item: after } }] : []),
  ];
}
