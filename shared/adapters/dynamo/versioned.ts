import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, newMark, refusedItem, type Table, type TransactItem, withPatience } from './table.ts';

/** The condition under which a versioned item is still the one that was read, in one of the states `from`. */
export function stillAs({ version }: { readonly version: number }, from: readonly string[]) {
  const names = from.map((_, i) => `:from${i}`);
  return {
    ConditionExpression: `#version = :version AND #state IN (${names.join(', ')})`,
    ExpressionAttributeNames: { '#version': 'version', '#state': 'state' },
    ExpressionAttributeValues: {
      ':version': version,
      ...Object.fromEntries(from.map((state, i) => [`:from${i}`, state])),
    },
  };
}

type PutCondition = Pick<
  NonNullable<TransactItem['Put']>,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Puts `Item` where `before` still is as it was read. Refused: the item as it is instead, null if there is none. */
export async function putVersion(
  table: Table,
  Item: Item,
  condition: PutCondition,
): Promise<'written' | { readonly refused: Item | null }> {
  const mark = newMark();
  const put = {
    TableName: table.name,
    Item: { ...Item, mark },
    ...condition,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
  try {
    await withPatience(table, () => table.client.send(new PutCommand(put)));
    return 'written';
  } catch (error) {
    const { item, ours } = refusedItem(error, mark);
    return ours ? 'written' : { refused: item };
  }
}
