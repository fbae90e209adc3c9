import * as z from 'zod';
import { type OwnerId, ownerIdShape } from '../../contracts/ids.ts';
import { type Erasure, type ErasureJob, gatherMs } from '../../domain/erasures/erasure.ts';
import { checkIndex, erasureJobKey, erasureKey } from './keys.ts';
import type { Item, TransactItem } from './table.ts';

const count = z.int().min(0);

const erasureShape = z.object({ digits: z.string(), atMs: z.int(), foundIn: count });
const jobShape = z.object({
  owner: ownerIdShape,
  version: count,
  asked: count,
  pass: count,
  passBeganAtMs: count,
  at: z.object({ stage: count, after: z.string().nullable() }).nullable(),
  leaseUntilMs: count,
  dueAtMs: count,
  nextCheckAtMs: count,
});

export const erasureOf = (item: Item): Erasure => erasureShape.parse(item);
export const erasureJobOf = (item: Item): ErasureJob => jobShape.parse(item);

/** What the transaction of a deletion writes, so that no deletion is without its erasure. */
export function erasureWrites(
  TableName: string,
  owner: OwnerId,
  digits: string,
  atMs: number,
): readonly TransactItem[] {
  const { checkPk, checkSk } = checkIndex(owner, atMs + gatherMs);
  const first = {
    ...{ entity: 'erasureJob', owner, version: 0, pass: 0, passBeganAtMs: 0, at: null, leaseUntilMs: 0 },
    ...{ dueAtMs: atMs + gatherMs, nextCheckAtMs: atMs + gatherMs, checkPk, checkSk },
  };
  const names = Object.keys(first);
  return [
    { Put: { TableName, Item: { ...erasureKey(owner, digits), entity: 'erasure', digits, atMs, foundIn: 0 } } },
    {
      Update: {
        TableName,
        Key: erasureJobKey(owner),
        UpdateExpression: `SET ${names.map((name) => `#${name} = if_not_exists(#${name}, :${name})`).join(', ')} ADD asked :one`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':one': 1,
          ...Object.fromEntries(Object.entries(first).map(([name, value]) => [`:${name}`, value])),
        },
      },
    },
  ];
}
