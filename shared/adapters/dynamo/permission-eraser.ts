import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { Ids } from '../../domain/dispatches/ports.ts';
import { isLeftOf, type Permission, type PermissionEntry } from '../../domain/permissions/permission.ts';
import type { PermissionEraser } from '../../domain/permissions/ports.ts';
import { type Key, permissionEntryKey, permissionKey } from './keys.ts';
import { entryOf, erasingWrites, knownUntilMsOf, permissionOf } from './permission-item.ts';
import { queryAll, type Table, transact } from './table.ts';

/** Takes what deleted people said out of the table. */
export function openPermissionEraser(table: Table, ids: Ids): PermissionEraser {
  return {
    async erase(owner, said, atMs) {
      const writes = erasingWrites(table, owner, said.digits, said, { id: ids.ulid(), atMs });
      return (await transact(table, writes)).length === 0;
    },

    async forget(owner, digits, untilMs, nowMs) {
      const { pk, sk: nowSk } = permissionKey(owner, digits);
      const gone: Key[] = [];
      const said: PermissionEntry[] = [];
      let now: Permission | null = null;
      let waiting = 0;
      // How things stand comes behind all that was said: what is seen of the latter it knows
      const all = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      };
      for await (const item of queryAll(table, all)) {
        const Key = { pk, sk: String(item.sk) };
        const knownUntilMs = knownUntilMsOf(item);
        if (Key.sk === nowSk) now = permissionOf(item);
        else if (knownUntilMs === null) said.push(entryOf(item));
        else if (knownUntilMs <= nowMs) gone.push(Key);
        else waiting++;
      }
      for (const { id, atMs, after } of said) {
        if (atMs <= untilMs && !(now && isLeftOf(now, after))) gone.push(permissionEntryKey(owner, digits, atMs, id));
      }
      for (const Key of gone) await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
      return gone.length + waiting > 0;
    },
  };
}
