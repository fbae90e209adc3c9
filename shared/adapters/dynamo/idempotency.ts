import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { OperatorKeyId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, IdempotencyScope, IdempotencyStore } from '../../domain/idempotency/idempotency.ts';
import { idempotencyKey, type Key, operatorIdempotencyKey } from './keys.ts';
import type { Refusal, Table, TransactItem } from './table.ts';

const itemShape = z.object({
  entity: z.literal('idempotency'),
  requestHash: z.string(),
  status: z.int(),
  body: z.instanceof(Uint8Array),
  requestedAtMs: z.number(),
  expiresAtMs: z.number(),
});

/** Those of operators lie in partitions which no owner's id can name. */
const keyOf = (scope: IdempotencyScope, key: string): Key =>
  isOfOperator(scope) ? operatorIdempotencyKey(scope, key) : idempotencyKey(scope, key);

const isOfOperator = (scope: IdempotencyScope): scope is OperatorKeyId | 'operator' =>
  scope === 'operator' || scope.startsWith('opk_');

/**
 * The item to put into the transaction that makes what the record answers for. Refused when the key is taken and has
 * not expired: then nothing of the transaction was written, and the store tells `replayed` (see `isTaken`).
 */
export function idempotencyPut(table: Table, record: IdempotencyRecord): TransactItem {
  return {
    Put: {
      TableName: table.name,
      Item: {
        ...keyOf(record.scope, record.key),
        entity: 'idempotency',
        requestHash: record.requestHash,
        status: record.status,
        body: record.bodyGzip,
        requestedAtMs: record.requestedAtMs,
        expiresAtMs: record.expiresAtMs,
        expiresAt: Math.ceil(record.expiresAtMs / 1000),
      },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAtMs <= :now',
      ExpressionAttributeValues: { ':now': record.requestedAtMs },
    },
  };
}

/**
 * Whether the idempotency item, at `index` of the transaction, was refused. Ask this before looking at the other
 * refusals: what the winner of a race took is the loser's shortage.
 */
export const isTaken = (refusals: readonly Refusal[], index: number): boolean =>
  refusals.some((refusal) => refusal.index === index);

export function openIdempotencyStore(table: Table): IdempotencyStore {
  return {
    async find(scope, key, nowMs) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: keyOf(scope, key), ConsistentRead: true }),
      );
      if (!Item) return null;
      const { requestHash, status, body: bodyGzip, requestedAtMs, expiresAtMs } = itemShape.parse(Item);
      if (expiresAtMs <= nowMs) return null;
      return { scope, key, requestHash, status, bodyGzip, requestedAtMs, expiresAtMs };
    },
  };
}
