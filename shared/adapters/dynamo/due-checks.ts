import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { indexes, indexKeys } from '../../contracts/environment.ts';
import { sweeperShards } from '../../contracts/limits.ts';
import { checkPartition, timeKey } from './keys.ts';
import type { Table } from './table.ts';

/**
 * Reads the sweeper's index: the ids (`dsp_…`, `upl_…`, `cmp_…`, `img_…`, `imp_…`, `evt_…`; an owner's for its erasures) of what had to be looked at by `nowMs`,
 * most overdue first.
 */
export async function dueChecks(table: Table, nowMs: number, perShard: number): Promise<readonly string[]> {
  const { pk, sk } = indexKeys.byCheck;
  const shards = await Promise.all(
    Array.from({ length: sweeperShards }, (_, shard) =>
      table.client.send(
        new QueryCommand({
          TableName: table.name,
          IndexName: indexes.byCheck,
          KeyConditionExpression: '#pk = :pk AND #sk < :until',
          ExpressionAttributeNames: { '#pk': pk, '#sk': sk },
          // `~` sorts after every id, so that a check due exactly now is found
          ExpressionAttributeValues: { ':pk': checkPartition(shard), ':until': `${timeKey(nowMs)}~` },
          Limit: perShard,
        }),
      ),
    ),
  );
  const due = shards.flatMap(({ Items = [] }) => Items.map((item) => String(item[sk])));
  return due.sort().map((key) => key.slice(key.indexOf('#') + 1));
}
