import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type TenantId, tenantIdShape } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { SenderStore } from '../../domain/senders/ports.ts';
import { type Sender, waits } from '../../domain/senders/sender.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { senderIndex, senderKey, senderLineKey, tenantKey } from './keys.ts';
import { decisionPuts } from './outcome-item.ts';
import { readOwnerList } from './owner-list.ts';
import { itemOfSender, sameSender, senderOf } from './sender-item.ts';
import { getAll, type Item, queryAll, type Table, type TransactItem, transact } from './table.ts';

const lineShape = z.object({ tenants: z.set(tenantIdShape).optional() });

/** Sender numbers in the table. */
export function openSenderStore(table: Table): SenderStore {
  const read = async (Key: { readonly pk: string; readonly sk: string }) => {
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item;
  };

  return {
    async find(tenant, number) {
      const item = await read(senderKey(tenant, number));
      return item ? senderOf(tenant, item) : null;
    },

    async list(tenant, { state, limit, after }) {
      const { pk, sk: prefix } = senderKey(tenant, '');
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': `${prefix}${after ?? ''}`, ':last': `${prefix}:` },
        Limit: limit + 2,
      });
      const items: Sender[] = [];
      for await (const item of found) {
        const sender = senderOf(tenant, item);
        if (sender.number === after || (state !== null && sender.state !== state)) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.number };
        items.push(sender);
      }
      return { items, next: null };
    },

    listByState: (state, limit, after) =>
      readOwnerList<Sender>(table, {
        partition: senderIndex(state, 0, 'ten_', '').ownerPk,
        ...(waits(state) ? { first: 'oldest', from: after ?? ' ', until: '~' } : { from: ' ', until: after ?? '~' }),
        limit,
        read: (sortKeys) => readMany(table, sortKeys),
        passes: (sender) => sender.state === state,
      }),

    async isApprovedElsewhere(tenant, number) {
      const { tenants } = lineShape.parse((await read(senderLineKey(number))) ?? {});
      return [...(tenants ?? [])].some((other) => other !== tenant);
    },

    async write(before, after, { alone, decision, record }) {
      const line = lineUpdate(table, before, after, alone);
      const writes = {
        record: record === null ? null : idempotencyPut(table, record),
        tenant: {
          ConditionCheck: {
            TableName: table.name,
            Key: tenantKey(after.tenant),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        sender: { Put: { TableName: table.name, Item: itemOfSender(after), ...sameSender(before) } },
        line,
      };
      const asked = Object.entries(writes).filter((write): write is [string, TransactItem] => write[1] !== null);
      const beside = decision === null ? [] : decisionPuts(table, decision);
      const refusals = await transact(table, [...asked.map(([, write]) => write), ...beside]);
      if (refusals.length === 0) return { kind: 'written', sender: after };
      if (record !== null && isTaken(refusals, 0)) return replayed;
      const refused = new Map(refusals.map(({ index, item }) => [asked[index]?.[0] ?? 'beside', item] as const));
      if (refused.has('tenant')) return { kind: 'no_tenant' };
      const item = refused.get('sender');
      if (item !== undefined) return { kind: 'moved', sender: item && senderOf(after.tenant, item) };
      if (refused.has('line')) return { kind: 'taken' };
      throw new Error('A write of a sender number was refused for no reason of ours');
    },
  };
}

/** A number's line tells who has it approved: written with every approval, and with what ends one. */
function lineUpdate(table: Table, before: Sender | null, after: Sender, alone: boolean): TransactItem | null {
  const [was, is] = [before?.state === 'approved', after.state === 'approved'];
  if (was === is) return null;
  return {
    Update: {
      TableName: table.name,
      Key: senderLineKey(after.number),
      UpdateExpression: `${is ? 'ADD' : 'DELETE'} tenants :tenant`,
      ExpressionAttributeValues: { ':tenant': new Set([after.tenant]) },
      ...(is && alone ? { ConditionExpression: 'attribute_not_exists(tenants) OR tenants = :tenant' } : {}),
    },
  };
}

const placeShape = z.tuple([z.string(), tenantIdShape, z.string()]);

/** Numbers by their places in the list of a state; null for one that has gone. */
async function readMany(table: Table, sortKeys: readonly string[]): Promise<readonly (Sender | null)[]> {
  const places = sortKeys.map((key): readonly [TenantId, string] => {
    const [, tenant, number] = placeShape.parse(key.split('#'));
    return [tenant, number];
  });
  const nameOf = ({ pk, sk }: { readonly pk: unknown; readonly sk: unknown }) => `${pk} ${sk}`;
  const items = await getAll(
    table,
    places.map(([tenant, number]) => senderKey(tenant, number)),
  );
  const byName = new Map(items.map((item: Item) => [nameOf({ pk: item.pk, sk: item.sk }), item]));
  return places.map(([tenant, number]) => {
    const item = byName.get(nameOf(senderKey(tenant, number)));
    return item ? senderOf(tenant, item) : null;
  });
}
