import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { indexes, indexKeys } from '../../contracts/environment.ts';
import type { OwnerId } from '../../contracts/ids.ts';
import type { DueQuery, NoticeStore } from '../../domain/notices/ports.ts';
import { dueOf, type NoticeKind, permissionTold } from '../../domain/permissions/due.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import { noticeRoundKey, permissionKey, reconfirmationKey, resultNoticeIndex, timeKey, toldKey } from './keys.ts';
import { roundItem, roundOf, toldItem, toldOf } from './notice-item.ts';
import { permissionOf, standingWrites } from './permission-item.ts';
import { getAll, type Item, refusedItem, type Table, transact } from './table.ts';

/** Who has to be told what, and was. */
export function createNoticeStore(table: Table): NoticeStore {
  const read = async (owner: OwnerId, digits: string): Promise<Permission | null> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: permissionKey(owner, digits), ConsistentRead: true }),
    );
    return Item ? permissionOf(Item) : null;
  };

  return {
    async due(owner, kind, query) {
      const { keys, next } = await pageOf(table, duePlaces[kind](owner), query);
      const digitsIn = (key: string) => key.slice(key.indexOf('#') + 1);
      const found = await getAll(
        table,
        keys.map((key) => permissionKey(owner, digitsIn(key))),
      );
      const known = new Map(found.map(permissionOf).map((one) => [one.digits, one]));
      const permissions = keys.flatMap((key) => {
        const permission = known.get(digitsIn(key));
        // The index may not know yet what was said or told since
        return permission && dueKeyOf(owner, kind, permission) === key ? [permission] : [];
      });
      return { items: permissions, next };
    },

    async told(owner, kind, query) {
      const partition = toldKey(owner, kind, 0, '', 'dsp_').pk;
      const { items, next } = await pageOf(table, { partition, index: false }, query);
      return { items: items.map(toldOf), next };
    },

    async tell(owner, notice) {
      const proof = { Put: { TableName: table.name, Item: toldItem(owner, notice) } };
      for (;;) {
        const before = await read(owner, notice.digits);
        const after = before && permissionTold(before, notice, notice);
        const marks = before && after && after !== before ? standingWrites(table.name, owner, before, after) : [];
        // Refused: something was said in this very moment, and what still stands is decided anew
        if ((await transact(table, [...marks, proof])).length === 0) return;
      }
    },

    async round(owner) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: noticeRoundKey(owner), ConsistentRead: true }),
      );
      return Item ? roundOf(Item) : null;
    },

    async begin(owner, seen, round) {
      const still =
        seen === null ? { ConditionExpression: 'attribute_not_exists(pk)' } : { ...asSeen(seen.dispatchId, seen.made) };
      try {
        const put = { TableName: table.name, Item: roundItem(owner, round), ...still };
        await table.client.send(new PutCommand({ ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
        return true;
      } catch (error) {
        // A first try of this very write may be what stands there: its answer was lost
        const { item } = refusedItem(error, '');
        return item?.dispatchId === round.dispatchId;
      }
    },

    async end(owner, { dispatchId, made }) {
      const gone = { TableName: table.name, Key: noticeRoundKey(owner), ...asSeen(dispatchId, made) };
      try {
        await table.client.send(new DeleteCommand(gone));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

const asSeen = (dispatchId: string, made: boolean) => ({
  ConditionExpression: 'dispatchId = :id AND made = :made',
  ExpressionAttributeValues: { ':id': dispatchId, ':made': made },
});

/** A partition in order of time, by its own keys or those of the owner's index. */
interface Place {
  readonly partition: string;
  readonly index: boolean;
}

const duePlaces: Readonly<Record<NoticeKind, (owner: OwnerId) => Place>> = {
  result_notice: (owner) => ({ partition: resultNoticeIndex(owner, 0, '').ownerPk, index: true }),
  reconfirmation: (owner) => ({ partition: reconfirmationKey(owner, 0, '').pk, index: false }),
};

function dueKeyOf(owner: OwnerId, kind: NoticeKind, permission: Permission): string | null {
  const due = dueOf(kind, permission);
  // Both kinds are sorted alike
  return due && reconfirmationKey(owner, due.dueAtMs, due.digits).sk;
}

async function pageOf(
  table: Table,
  { index, partition }: Place,
  { fromMs, untilMs, after, limit }: DueQuery,
): Promise<{ readonly items: readonly Item[]; readonly keys: readonly string[]; readonly next: string | null }> {
  const names = index ? indexKeys.byOwner : { pk: 'pk', sk: 'sk' };
  const [from, until] = [timeKey(fromMs), timeKey(untilMs)];
  const first = after !== null && after > from ? after : from;
  if (first >= until) return { items: [], keys: [], next: null };
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      ...(index ? { IndexName: indexes.byOwner } : { ConsistentRead: true }),
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :until',
      ExpressionAttributeNames: { '#pk': names.pk, '#sk': names.sk },
      ExpressionAttributeValues: { ':pk': partition, ':from': first, ':until': until },
      Limit: limit + 2, // one more to know whether there is a next page, one for `after` itself
    }),
  );
  const found = Items.filter((item) => String(item[names.sk]) !== after);
  const items = found.slice(0, limit);
  const keys = items.map((item) => String(item[names.sk]));
  return { items, keys, next: found.length > limit ? (keys.at(-1) ?? null) : null };
}
