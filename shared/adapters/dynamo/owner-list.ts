import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { indexes, indexKeys } from '../../contracts/environment.ts';
import type { Table } from './table.ts';

export interface OwnerList<T> {
  /** Whose list of what: a partition of the owner's index. */
  readonly partition: string;
  /** Sort keys from here on … */
  readonly from: string;
  /** … up to, not including, this one. */
  readonly until: string;
  readonly limit: number;
  /** `oldest`: from `from`, which is then left out itself, upwards. Default: from `until` downwards. */
  readonly first?: 'newest' | 'oldest';
  /** The things behind these sort keys, in their order; null for one that is gone and the index does not know yet. */
  read(sortKeys: readonly string[]): Promise<readonly (T | null)[]>;
  passes(thing: T): boolean;
}

/** With a filter that few pass, a page looks at so many things at most. */
const lookedAtMost = 500;

/**
 * Reads a list by the owner's index, newest first unless told otherwise. The index has keys only: the things themselves
 * are read from the table, consistently. `next` is the `until` of the page that follows, or its `from` where the oldest
 * come first; a page may be short and still have one.
 */
export async function readOwnerList<T>(
  table: Table,
  { partition, from: lowest, until: highest, limit, first = 'newest', read, passes }: OwnerList<T>,
): Promise<{ readonly items: readonly T[]; readonly next: string | null }> {
  const { pk, sk } = indexKeys.byOwner;
  const items: T[] = [];
  const isUpwards = first === 'oldest';
  let [from, until] = [lowest, highest];
  if (until < from) return { items, next: null };
  for (let looked = 0; looked < lookedAtMost; ) {
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: indexes.byOwner,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :until',
        ExpressionAttributeNames: { '#pk': pk, '#sk': sk },
        ExpressionAttributeValues: { ':pk': partition, ':from': from, ':until': until },
        ScanIndexForward: isUpwards,
        Limit: limit + 2, // one more to know whether there is a next page, one for the bound itself
      }),
    );
    const keys = Items.map((item) => String(item[sk]))
      .filter((key) => key < until && !(isUpwards && key === from))
      .slice(0, limit - items.length + 1);
    if (keys.length === 0) return { items, next: null };
    const things = await read(keys);
    for (const [i, key] of keys.entries()) {
      const thing = things[i] ?? null;
      if (thing && items.length === limit) return { items, next: isUpwards ? from : until };
      looked++;
      if (isUpwards) from = key;
      else until = key;
      if (thing && passes(thing)) items.push(thing);
    }
  }
  return { items, next: isUpwards ? from : until };
}
