import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Wave, WaveStore } from '../../domain/dispatches/ports.ts';
import { waveKey } from './keys.ts';
import { type Item, putAll, queryAll, type Table } from './table.ts';

const shape = z.object({
  number: z.int().min(1),
  revision: z.int().min(1),
  atMs: z.int().min(0),
  recipients: z.int().min(0),
  releasedAtMs: z.int().nullable(),
});
const waveOf = (item: Item): Wave => shape.parse(item);

/** The times at which batches of a dispatch are released. */
export function createWaveStore(table: Table): WaveStore {
  return {
    async all(id) {
      const waves: Wave[] = [];
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': waveKey(id, 1).pk, ':prefix': 'WAVE#' },
        ConsistentRead: true,
      };
      for await (const item of queryAll(table, query)) waves.push(waveOf(item));
      return waves;
    },
    async write(id, waves, expiresAtMs) {
      const expiresAt = Math.floor(expiresAtMs / 1_000);
      await putAll(
        table,
        waves.map((wave) => ({ ...waveKey(id, wave.number), entity: 'wave', expiresAt, ...wave })),
      );
    },
    async read(id, wave) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: waveKey(id, wave), ConsistentRead: true }),
      );
      return Item ? waveOf(Item) : null;
    },
    async released(id, wave, atMs) {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: waveKey(id, wave.number),
          UpdateExpression: 'SET releasedAtMs = :at',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':at': atMs },
        }),
      );
    },
  };
}
