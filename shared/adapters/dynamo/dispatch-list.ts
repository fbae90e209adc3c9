import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { indexes, indexKeys } from '../../contracts/environment.ts';
import type { DispatchId } from '../../contracts/ids.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { DispatchList, DispatchStore } from '../../domain/dispatches/ports.ts';
import { ownerIndex, timeKey } from './keys.ts';
import type { Table } from './table.ts';

/** With a filter that few pass, a page looks at so many dispatches at most. */
const lookedAtMost = 500;

/** Lists by the owner's index, which has keys only: the dispatches themselves are read from the table, consistently. */
export function createDispatchList(table: Table, dispatches: Pick<DispatchStore, 'read'>): DispatchList {
  return {
    async list(owner, { fromMs, untilMs, status, after, limit }) {
      const { pk, sk } = indexKeys.byOwner;
      const from = timeKey(fromMs);
      const items: Dispatch[] = [];
      let until = after ?? timeKey(untilMs);
      if (until < from) return { items, next: null };
      for (let looked = 0; looked < lookedAtMost; ) {
        const { Items = [] } = await table.client.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: indexes.byOwner,
            KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :until',
            ExpressionAttributeNames: { '#pk': pk, '#sk': sk },
            ExpressionAttributeValues: { ':pk': ownerIndex(owner, 0, 'dsp_').ownerPk, ':from': from, ':until': until },
            ScanIndexForward: false,
            Limit: limit + 2, // one more to know whether there is a next page, one for `until` itself
          }),
        );
        const keys = Items.map((item) => String(item[sk]))
          .filter((key) => key < until)
          .slice(0, limit - items.length + 1);
        if (keys.length === 0) return { items, next: null };
        const read = await Promise.all(keys.map((key) => dispatches.read(idOf(key))));
        for (const [i, key] of keys.entries()) {
          const dispatch = read[i] ?? null; // null: it has expired, and the index does not know yet
          if (dispatch && items.length === limit) return { items, next: until };
          looked++;
          until = key;
          if (dispatch?.owner === owner && (status === null || dispatch.state === status)) items.push(dispatch);
        }
      }
      return { items, next: until };
    },
  };
}

const idOf = (key: string) => key.slice(key.indexOf('#') + 1) as DispatchId;
