import * as z from 'zod';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { Sender, SenderStore } from '../../domain/tenants/sender.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { senderKey, tenantKey } from './keys.ts';
import { decisionPuts } from './outcome-item.ts';
import { type Item, queryAll, type Table, transact } from './table.ts';

const senderShape = z.object({ entity: z.literal('sender'), number: z.string(), approvedAtMs: z.number() });

function senderOf(item: Item): Sender {
  const { number, approvedAtMs } = senderShape.parse(item);
  return { number, approvedAtMs };
}

export function openSenderStore(table: Table): SenderStore {
  return {
    async approve(tenant, sender, record, decision) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        {
          ConditionCheck: {
            TableName: table.name,
            Key: tenantKey(tenant),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        {
          Put: {
            TableName: table.name,
            Item: { ...senderKey(tenant, sender.number), entity: 'sender', ...sender },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...decisionPuts(table, decision),
      ]);
      if (refusals.length === 0) return { kind: 'approved', sender };
      if (isTaken(refusals, 0)) return replayed;
      if (refusals.some(({ index }) => index === 1)) return { kind: 'no_tenant' };
      return { kind: 'approved', sender: senderOf(refusals[0]!.item!) };
    },

    async list(tenant, limit, after) {
      const { pk, sk: prefix } = senderKey(tenant, '');
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': `${prefix}${after ?? ''}`, ':last': `${prefix}:` },
        Limit: limit + 2,
      });
      const items: Sender[] = [];
      for await (const item of found) {
        const sender = senderOf(item);
        if (sender.number === after) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.number };
        items.push(sender);
      }
      return { items, next: null };
    },
  };
}
