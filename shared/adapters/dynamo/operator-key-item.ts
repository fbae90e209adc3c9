import * as z from 'zod';
import { operatorKeyIdShape } from '../../contracts/ids.ts';
import type { StoredOperatorKey } from '../../domain/operators/operator-key.ts';
import { operatorScopes } from '../../domain/operators/scopes.ts';
import type { RateLimit } from '../../domain/tenants/rate-limit.ts';
import { keyItemShape, paceItem } from './key-items.ts';
import { operatorKeyKey, operatorKeyListKey } from './keys.ts';
import type { Item } from './table.ts';

/** Two items, as with the keys of tenants: one under its hash, which requests count on, and one in the list. */
export const operatorKeyItemShape = keyItemShape
  .omit({ entity: true, id: true, tenantId: true, mode: true, last4: true, createdAtMs: true })
  .extend({
    entity: z.literal('operator-key'),
    id: operatorKeyIdShape,
    name: z.string(),
    scopes: z.array(z.enum(operatorScopes)),
  });

const listingShape = z.object({
  entity: z.literal('operator-key-listing'),
  id: operatorKeyIdShape,
  name: z.string(),
  scopes: z.array(z.enum(operatorScopes)),
  last4: z.string(),
  createdAtMs: z.int(),
  createdBy: z.union([operatorKeyIdShape, z.literal('root')]),
  hash: z.string(),
});

export const operatorKeyItems = (key: StoredOperatorKey, limit: RateLimit): readonly Item[] => {
  const { id, name, scopes, hash } = key;
  const counted = { id, name, scopes, ...paceItem(limit), idleAtMs: 0, openAtMs: 0 };
  return [
    { ...operatorKeyKey(hash), entity: 'operator-key', ...counted },
    { ...operatorKeyListKey(id), entity: 'operator-key-listing', ...key },
  ];
};

export function listedOperatorKey(item: Item): StoredOperatorKey {
  const { entity: _, ...key } = listingShape.parse(item);
  return key;
}
