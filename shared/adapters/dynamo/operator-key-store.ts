import { replayed } from '../../domain/idempotency/idempotency.ts';
import { type OperatorKeyStore, operatorKeysMax } from '../../domain/operators/operator-key.ts';
import type { Operator } from '../../domain/operators/scopes.ts';
import { defaultSettings } from '../../domain/tenants/tenant.ts';
import { auditPut } from './audit-log.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { operatorKeyCountKey, operatorKeyKey, operatorKeyListKey } from './keys.ts';
import { listedOperatorKey, operatorKeyItems } from './operator-key-item.ts';
import { queryAll, type Table, type TransactItem, transact } from './table.ts';

/** The keys of operators. Each transaction holds only while the key of whoever asks stands. */
export function openOperatorKeyStore(table: Table): OperatorKeyStore {
  const { name: TableName } = table;
  return {
    async list() {
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': operatorKeyCountKey.pk, ':prefix': operatorKeyListKey('opk_').sk },
        ConsistentRead: true,
      });
      const keys = [];
      for await (const item of found) keys.push(listedOperatorKey(item));
      return keys;
    },

    async add(key, holder, record, audit) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        counted(table, 1),
        ...operatorKeyItems(key, defaultSettings.rateLimit).map((Item) => ({
          Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' },
        })),
        auditPut(table, audit),
        ...standing(table, holder),
      ]);
      if (refusals.length === 0) return { kind: 'written' };
      if (isTaken(refusals, 0)) return replayed;
      return { kind: refusals.some(({ index }) => index === 1) ? 'too_many' : 'holder_revoked' };
    },

    async remove(key, holder, audit) {
      const refusals = await transact(table, [
        { Delete: { TableName, Key: operatorKeyListKey(key.id), ConditionExpression: 'attribute_exists(pk)' } },
        { Delete: { TableName, Key: operatorKeyKey(key.hash) } },
        counted(table, -1),
        auditPut(table, audit),
        ...standing(table, holder),
      ]);
      if (refusals.length === 0) return { kind: 'written' };
      return { kind: refusals.some(({ index }) => index === 0) ? 'absent' : 'holder_revoked' };
    },
  };
}

/** One key more, if there may be one, or one less. */
const counted = ({ name: TableName }: Table, by: 1 | -1): TransactItem => ({
  Update: {
    TableName,
    Key: operatorKeyCountKey,
    UpdateExpression: 'SET entity = :entity ADD #keys :by',
    ...(by > 0 ? { ConditionExpression: 'attribute_not_exists(#keys) OR #keys < :max' } : {}),
    ExpressionAttributeNames: { '#keys': 'keys' },
    ExpressionAttributeValues: {
      ':entity': 'operator-key-count',
      ':by': by,
      ...(by > 0 ? { ':max': operatorKeysMax } : {}),
    },
  },
});

/** The root key is the stack's secret: no item says that it stands. */
const standing = ({ name: TableName }: Table, { keyId }: Operator): readonly TransactItem[] =>
  keyId === 'root'
    ? []
    : [{ ConditionCheck: { TableName, Key: operatorKeyListKey(keyId), ConditionExpression: 'attribute_exists(pk)' } }];
