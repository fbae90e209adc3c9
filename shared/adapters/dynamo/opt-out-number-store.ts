import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { TenantId } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { OptOutNumber, OptOutShelf } from '../../domain/opt-out-numbers/opt-out-number.ts';
import type { OptOutLines, OptOutNumberStore } from '../../domain/opt-out-numbers/ports.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { type Key, optOutLineKey, optOutNumberKey, optOutShelfKey, pastOptOutLineKey, tenantKey } from './keys.ts';
import { lineOf, optOutNumberOf, sameShelf, shelfOf } from './opt-out-number-item.ts';
import { queryAll, type Table, type TransactItem, transact } from './table.ts';

/**
 * Subscriptions in the table. Every write of a tenant's goes through its shelf, at the version that was read; a
 * subscription lies also in an item of its own, where canceled ones stay.
 */
export function openOptOutNumberStore(table: Table): OptOutNumberStore {
  const read = async (Key: Key) => {
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item;
  };

  return {
    shelf: async (tenant) => shelfOf(await read(optOutShelfKey(tenant))),

    async find(tenant, id) {
      const item = await read(optOutNumberKey(tenant, id));
      return item ? optOutNumberOf(item) : null;
    },

    async list(tenant, limit, after) {
      const { pk, sk: first } = optOutNumberKey(tenant, after ?? 'opt_');
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': optOutNumberKey(tenant, 'opt_~').sk },
        ConsistentRead: true,
        Limit: limit + 2, // one more to know whether there is a next page, one for `after` itself
      });
      const items: OptOutNumber[] = [];
      for await (const item of found) {
        const number = optOutNumberOf(item);
        if (number.id === after) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.id };
        items.push(number);
      }
      return { items, next: null };
    },

    async add(tenant, shelf, requested, record) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        shelfPut(table, tenant, shelf, [...shelf.numbers, requested]),
        numberPut(table, tenant, requested),
      ]);
      if (refusals.length === 0) return { kind: 'written' };
      return isTaken(refusals, 0) ? replayed : { kind: 'moved' };
    },

    async change(tenant, shelf, before, after, atMs) {
      const stays = after.state !== 'canceled';
      const others = shelf.numbers.filter(({ id }) => id !== after.id);
      const inOrder = (stays ? [...others, after] : others).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const refusals = await transact(table, [
        shelfPut(table, tenant, shelf, inOrder),
        numberPut(table, tenant, after),
        // A closed tenant may lose numbers, and gets none
        ...(stays ? [notClosed(table, tenant)] : []),
        ...lineWrites(table, tenant, before, after, atMs),
      ]);
      if (refusals.length === 0) return { kind: 'written' };
      if (refusals.some(({ index }) => index === 0)) return { kind: 'moved' };
      if (stays && refusals.some(({ index }) => index === 2)) return { kind: 'tenant_closed' };
      if (refusals.some(({ item }) => item?.entity === 'optOutLine' && item.id !== after.id)) {
        return { kind: 'number_taken' };
      }
      throw new Error(`${after.id} does not hold the number that it has`);
    },
  };
}

/** Whose numbers are, for those who are told of calls. */
export function openOptOutLines(table: Table): OptOutLines {
  return {
    async holderAt(number, atMs) {
      const Key = optOutLineKey(number);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      if (Item && lineOf(Item).fromMs <= atMs) return lineOf(Item).tenant;
      // Given back after the call: of those who had it until a later time, the first
      const { pk, sk } = pastOptOutLineKey(number, atMs + 1, 'opt_');
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': pk, ':first': sk, ':last': 'UNTIL#~' },
          ConsistentRead: true,
          Limit: 1,
        }),
      );
      const past = Items[0] && lineOf(Items[0]);
      return past && past.fromMs <= atMs ? past.tenant : null;
    },
  };
}

const shelfPut = (
  { name: TableName }: Table,
  tenant: TenantId,
  shelf: OptOutShelf,
  numbers: readonly OptOutNumber[],
): TransactItem => ({
  Put: {
    TableName,
    Item: { ...optOutShelfKey(tenant), entity: 'optOutShelf', version: shelf.version + 1, numbers },
    ...sameShelf(shelf),
  },
});

/** Unconditional: who writes it has the shelf. */
const numberPut = ({ name: TableName }: Table, tenant: TenantId, number: OptOutNumber): TransactItem => ({
  Put: { TableName, Item: { ...optOutNumberKey(tenant, number.id), entity: 'optOutNumber', ...number } },
});

const notClosed = ({ name: TableName }: Table, tenant: TenantId): TransactItem => ({
  ConditionCheck: {
    TableName,
    Key: tenantKey(tenant),
    ConditionExpression: 'attribute_exists(pk) AND #state <> :closed',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':closed': 'closed' },
  },
});

/** Gives back the number that `before` had and takes the one that `after` has; a canceled subscription has none. */
function lineWrites(
  { name: TableName }: Table,
  tenant: TenantId,
  before: OptOutNumber,
  after: OptOutNumber,
  atMs: number,
): readonly TransactItem[] {
  const { id } = after;
  const [had, has] = [before.number, after.state === 'canceled' ? null : after.number];
  if (had === has) return [];
  const writes: TransactItem[] = [];
  if (had !== null) {
    const line = { entity: 'optOutLine', tenant, id, fromMs: before.numberedAtMs, untilMs: atMs };
    writes.push(
      {
        Delete: {
          TableName,
          Key: optOutLineKey(had),
          ConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': id },
        },
      },
      { Put: { TableName, Item: { ...pastOptOutLineKey(had, atMs, id), ...line } } },
    );
  }
  if (has !== null) {
    const line = { entity: 'optOutLine', tenant, id, fromMs: after.numberedAtMs };
    writes.push({
      Put: {
        TableName,
        Item: { ...optOutLineKey(has), ...line },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
  }
  return writes;
}
