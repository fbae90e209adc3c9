import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { DispatchId } from '../../contracts/ids.ts';
import type { Batch } from '../../domain/dispatches/batch.ts';
import type { BatchStore } from '../../domain/dispatches/ports.ts';
import { batchKey, batchPrefix } from './keys.ts';
import { type Item, newMark, putAll, queryAll, refusedItem, type Table } from './table.ts';

const count = z.int().min(0);
const shape = z.object({
  n: count,
  type: z.enum(['sms', 'lms', 'mms']),
  priceCredits: count,
  rows: z.int().min(1),
  firstRow: count,
  lastRow: count,
  offset: count,
  length: count,
  wave: z.int().min(1),
  night: z.boolean().default(false),
  state: z.enum(['planned', 'claimed', 'submitting', 'recorded', 'canceled']),
  version: z.int().min(1),
  claim: count,
  leaseUntilMs: count,
  submittingAtMs: count,
  carrier: z.string().nullable(),
  carrierId: z.string().nullable(),
  acceptedAtMs: count,
  page: z.instanceof(Uint8Array).nullable(),
});

/** What changes during a batch's life; the rest stays as prepare wrote it. */
const changing = [
  'state',
  'claim',
  'leaseUntilMs',
  'submittingAtMs',
  'carrier',
  'carrierId',
  'acceptedAtMs',
  'page',
  'night',
] as const satisfies readonly (keyof Batch)[];

const batchOf = (item: Item): Batch => shape.parse(item);

/** Batches in the table: one item each, changed only under its version. */
export function createBatchStore(table: Table): BatchStore {
  return {
    async read(id, attempt, n) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: batchKey(id, attempt, n), ConsistentRead: true }),
      );
      return Item ? batchOf(Item) : null;
    },
    async all(id, attempt) {
      return found(table, under(id, attempt));
    },
    async ofWave(id, attempt, wave) {
      const { ExpressionAttributeValues: values, ...query } = under(id, attempt);
      // Read and paid for are all, but what the function gets, unpacks and holds is the wave
      const ofWave = { FilterExpression: 'wave = :wave', ExpressionAttributeValues: { ...values, ':wave': wave } };
      return found(table, { ...query, ...ofWave });
    },
    async from(id, attempt, from, limit) {
      const { pk, sk } = batchKey(id, attempt, from);
      const { Items } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': sk, ':to': `${batchPrefix(attempt)}~` },
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      return (Items ?? []).map(batchOf);
    },
    async write(id, attempt, batches, expiresAtMs) {
      const expiresAt = Math.floor(expiresAtMs / 1_000);
      await putAll(
        table,
        batches.map((batch) => ({ ...batchKey(id, attempt, batch.n), entity: 'batch', expiresAt, ...batch })),
      );
    },
    async change(id, attempt, before, after) {
      const next = { ...after, version: before.version + 1 };
      const mark = newMark();
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: batchKey(id, attempt, before.n),
            UpdateExpression: `SET #mark = :mark, #version = :next, ${changing.map((name) => `#${name} = :${name}`).join(', ')}`,
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: {
              '#mark': 'mark',
              '#version': 'version',
              ...Object.fromEntries(changing.map((name) => [`#${name}`, name])),
            },
            ExpressionAttributeValues: {
              ':mark': mark,
              ':version': before.version,
              ':next': next.version,
              ...Object.fromEntries(changing.map((name) => [`:${name}`, next[name]])),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return next;
      } catch (error) {
        const { item, ours } = refusedItem(error, mark);
        return ours ? next : { refused: item && batchOf(item) };
      }
    },
  };
}

async function found(table: Table, query: Parameters<typeof queryAll>[1]): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  for await (const item of queryAll(table, { ...query, ConsistentRead: true })) batches.push(batchOf(item));
  return batches;
}

const under = (id: DispatchId, attempt: string) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': batchKey(id, attempt, 0).pk, ':prefix': batchPrefix(attempt) },
});
