import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OwnerId } from '../../contracts/ids.ts';
import type { Ids } from '../../domain/dispatches/ports.ts';
import { type Permission, type PermissionChange, permissionAfter } from '../../domain/permissions/permission.ts';
import { type OptOut, type PermissionStore, permissionsReadMax } from '../../domain/permissions/ports.ts';
import {
  consentedKey,
  nightConsentedKey,
  optOutIndex,
  permissionEntriesUntil,
  permissionEntryPrefix,
  permissionKey,
  suppressedKey,
  timeKey,
} from './keys.ts';
import { readOwnerList } from './owner-list.ts';
import {
  digitsOfConsented,
  entryOf,
  permissionOf,
  permissionWrites,
  suppressedOf,
  tellingPut,
} from './permission-item.ts';
import { getAll, type Item, queryAll, type Table, transact } from './table.ts';

/**
 * Permissions in the table. A change writes how things stand, its entry and the lists that a prepare reads in one
 * transaction, so that no reader of one knows less than a reader of another.
 */
export function createPermissionStore(table: Table, ids: Ids): PermissionStore {
  const read = async (owner: OwnerId, digits: string): Promise<Permission | null> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: permissionKey(owner, digits), ConsistentRead: true }),
    );
    return Item ? permissionOf(Item) : null;
  };
  const readKnown = async (owner: OwnerId, digits: readonly string[]): Promise<ReadonlyMap<string, Permission>> => {
    const keys = [...new Set(digits)].map((one) => permissionKey(owner, one));
    return new Map((await getAll(table, keys)).map(permissionOf).map((found) => [found.digits, found]));
  };
  /** What a change makes of a number as it is now, and the writes that do it; none: it is so already. */
  const changing = async (owner: OwnerId, digits: string, change: PermissionChange, atMs: number) => {
    const before = await read(owner, digits);
    const after = permissionAfter(before, digits, change, atMs);
    const entry = { id: ids.ulid(), atMs, source: change.source, after };
    const isNews = after.version !== (before?.version ?? 0);
    return { after, writes: isNews ? permissionWrites(table, owner, before, entry) : [] };
  };
  const partition = (pk: string): AsyncGenerator<Item> =>
    queryAll(table, {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    });

  return {
    async readMany(owner, digits) {
      if (digits.length > permissionsReadMax) throw new Error(`More than ${permissionsReadMax} numbers in one read`);
      return readKnown(owner, digits);
    },

    async *suppressed(owner) {
      for await (const item of partition(suppressedKey(owner, '').pk)) yield suppressedOf(item);
    },

    async *consented(owner) {
      for await (const item of partition(consentedKey(owner, '').pk)) yield digitsOfConsented(item);
    },

    async *nightConsented(owner) {
      for await (const item of partition(nightConsentedKey(owner, '').pk)) yield digitsOfConsented(item);
    },

    async change(owner, digits, change, atMs) {
      for (;;) {
        const { after, writes } = await changing(owner, digits, change, atMs);
        if (writes.length === 0) return after;
        const refusals = await transact(table, writes);
        // Refused: another change came first, and what this one adds to it is decided anew
        if (refusals.length === 0) return after;
      }
    },

    async changeOnce(owner, digits, change, atMs, once) {
      for (;;) {
        const { writes } = await changing(owner, digits, change, atMs);
        const refusals = await transact(table, [tellingPut(table, owner, digits, once, atMs), ...writes]);
        if (refusals.length === 0) return 'changed';
        if (refusals.some(({ index }) => index === 0)) return 'repeated';
      }
    },

    async history(owner, digits) {
      const entries = [];
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': permissionKey(owner, digits).pk, ':prefix': permissionEntryPrefix },
        ConsistentRead: true,
      });
      for await (const item of found) entries.push(entryOf(item));
      return entries.sort((a, b) => a.after.version - b.after.version);
    },

    async changesUntil(owner, digits, untilMs, limit) {
      const [from, until] = permissionEntriesUntil(untilMs);
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
          ExpressionAttributeValues: { ':pk': permissionKey(owner, digits).pk, ':from': from, ':until': until },
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit + 1,
        }),
      );
      const found = Items.map(entryOf).sort((a, b) => b.after.version - a.after.version);
      return { entries: found.slice(0, limit), complete: found.length <= limit };
    },

    listOptOuts(owner, { fromMs, untilMs, after, limit }) {
      return readOwnerList<OptOut>(table, {
        partition: optOutIndex(owner, 0, '').ownerPk,
        from: timeKey(fromMs),
        until: after ?? timeKey(untilMs),
        limit,
        async read(sortKeys) {
          const digitsIn = (sortKey: string) => sortKey.slice(sortKey.indexOf('#') + 1);
          const known = await readKnown(owner, sortKeys.map(digitsIn));
          return sortKeys.map((sortKey) => {
            const { digits = '', optedOutAtMs = null, optOutSource = null } = known.get(digitsIn(sortKey)) ?? {};
            if (optedOutAtMs === null || optOutSource === null) return null;
            // The index does not know yet that this one came back, and went again
            if (optOutIndex(owner, optedOutAtMs, digits).ownerSk !== sortKey) return null;
            return { digits, optedOutAtMs, source: optOutSource };
          });
        },
        passes: () => true,
      });
    },
  };
}
