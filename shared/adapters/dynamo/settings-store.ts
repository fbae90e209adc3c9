import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TenantId } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { KeyRing, KeyRingStore, RingWrite } from '../../domain/tenants/key-ring.ts';
import type { RateLimit } from '../../domain/tenants/rate-limit.ts';
import type { Settings } from '../../domain/tenants/tenant.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { keyDeletes, keyPuts, listedKey, paceItem } from './key-items.ts';
import { apiKeyKey, apiKeyListKey, settingsKey } from './keys.ts';
import { queryAll, type Table, type TransactItem, transact } from './table.ts';

const settingsShape = z.object({
  entity: z.literal('settings'),
  version: z.int(),
  requestsPerSecond: z.number(),
  burst: z.number(),
});

/** A new tenant's settings, for the transaction that creates it. */
export const settingsPut = (table: Table, tenant: TenantId, { rateLimit }: Settings): TransactItem => ({
  Put: {
    TableName: table.name,
    Item: { ...settingsKey(tenant), entity: 'settings', version: 1, ...rateLimit },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

export function openKeyRingStore(table: Table): KeyRingStore {
  return {
    async load(tenantId) {
      // The version first, the keys after: a key that came in between makes the write find the version moved.
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: settingsKey(tenantId), ConsistentRead: true }),
      );
      const { version, requestsPerSecond, burst } = settingsShape.parse(Item);
      const keys = [];
      const { pk, sk } = apiKeyListKey(tenantId, '');
      const listed = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
        ConsistentRead: true,
      });
      for await (const item of listed) keys.push(listedKey(tenantId, item));
      return { tenantId, version, settings: { rateLimit: { requestsPerSecond, burst } }, keys };
    },

    async add(ring, key, record) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        settingsUpdate(table, ring, ring.settings.rateLimit),
        ...keyPuts(table, key, ring.settings.rateLimit),
      ]);
      return isTaken(refusals, 0) ? replayed : written(refusals.length);
    },

    async remove(ring, key) {
      const refusals = await transact(table, [
        settingsUpdate(table, ring, ring.settings.rateLimit),
        ...keyDeletes(table, key),
      ]);
      return written(refusals.length);
    },

    async setRateLimit(ring, limit) {
      const refusals = await transact(table, [
        settingsUpdate(table, ring, limit),
        ...ring.keys.map(({ hash }) => paceUpdate(table, hash, limit)),
      ]);
      return written(refusals.length);
    },
  };
}

const written = (refusals: number): RingWrite => ({ kind: refusals === 0 ? 'written' : 'moved' });

/** Every change of the ring passes through here: it holds only at the version it was decided upon. */
const settingsUpdate = (table: Table, ring: KeyRing, { requestsPerSecond, burst }: RateLimit): TransactItem => ({
  Update: {
    TableName: table.name,
    Key: settingsKey(ring.tenantId),
    UpdateExpression: 'SET version = :next, requestsPerSecond = :rate, burst = :burst',
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: {
      ':version': ring.version,
      ':next': ring.version + 1,
      ':rate': requestsPerSecond,
      ':burst': burst,
    },
  },
});

/** The key begins afresh at its new pace: what it has used of the old one is forgotten. */
function paceUpdate(table: Table, hash: string, limit: RateLimit): TransactItem {
  const pace = Object.entries({ ...paceItem(limit), idleAtMs: 0, openAtMs: 0 });
  return {
    Update: {
      TableName: table.name,
      Key: apiKeyKey(hash),
      UpdateExpression: `SET ${pace.map(([name]) => `${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: Object.fromEntries(pace.map(([name, value]) => [`:${name}`, value])),
    },
  };
}
