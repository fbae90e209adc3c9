import * as z from 'zod';
import { keyIdShape, modes, type TenantId, tenantIdShape } from '../../contracts/ids.ts';
import type { StoredKey } from '../../domain/tenants/api-key.ts';
import { paceOf, type RateLimit } from '../../domain/tenants/rate-limit.ts';
import { apiKeyKey, apiKeyListKey } from './keys.ts';
import type { Item, Table, TransactItem } from './table.ts';

/**
 * A key is two items: the one under its hash, which every request finds and counts on, and the one in the tenant's
 * list. Both are written and deleted together.
 */
export const keyItemShape = z.object({
  entity: z.literal('api-key'),
  id: keyIdShape,
  tenantId: tenantIdShape,
  mode: z.enum(modes),
  last4: z.string(),
  createdAtMs: z.number(),
  requestsPerSecond: z.number(),
  burst: z.number(),
  intervalMs: z.number(),
  idleStepMs: z.number(),
  idleAtMs: z.number(),
  openAtMs: z.number(),
});

const listingShape = keyItemShape.pick({ id: true, mode: true, last4: true, createdAtMs: true }).extend({
  entity: z.literal('api-key-listing'),
  hash: z.string(),
});

/** What a key item says about its pace: facts for the customer, and constants for the write that counts. */
export const paceItem = (limit: RateLimit) => ({ ...limit, ...paceOf(limit) });

export function keyPuts(table: Table, key: StoredKey, limit: RateLimit): readonly TransactItem[] {
  const { id, tenantId, mode, last4, createdAtMs, hash } = key;
  const common = { id, mode, last4, createdAtMs };
  return [
    {
      Put: {
        TableName: table.name,
        Item: {
          ...apiKeyKey(hash),
          ...common,
          ...paceItem(limit),
          entity: 'api-key',
          tenantId,
          idleAtMs: 0,
          openAtMs: 0,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    {
      Put: {
        TableName: table.name,
        Item: { ...apiKeyListKey(tenantId, id), ...common, entity: 'api-key-listing', hash },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ];
}

export const keyDeletes = (table: Table, { tenantId, id, hash }: StoredKey): readonly TransactItem[] => [
  { Delete: { TableName: table.name, Key: apiKeyKey(hash) } },
  { Delete: { TableName: table.name, Key: apiKeyListKey(tenantId, id) } },
];

export function listedKey(tenantId: TenantId, item: Item): StoredKey {
  const { id, mode, last4, createdAtMs, hash } = listingShape.parse(item);
  return { id, tenantId, mode, last4, createdAtMs, hash };
}
