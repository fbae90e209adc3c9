import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ReleaseStore } from '../../domain/dispatches/ports.ts';
import { releaseKey } from './keys.ts';
import { queryAll, type Table } from './table.ts';

const shape = z.object({ wave: z.int().min(1), atMs: z.int().min(0) });

/** Which waves of a dispatch were released, and when. */
export function createReleaseStore(table: Table): ReleaseStore {
  return {
    async all(id) {
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': releaseKey(id, 1).pk, ':prefix': 'WAVE#' },
        ConsistentRead: true,
      };
      const releases = [];
      for await (const item of queryAll(table, query)) releases.push(shape.parse(item));
      return releases;
    },
    async mark(id, release, expiresAtMs) {
      const expiresAt = Math.floor(expiresAtMs / 1_000);
      const Item = { ...releaseKey(id, release.wave), entity: 'release', expiresAt, ...release };
      const put = { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' };
      try {
        await table.client.send(new PutCommand(put));
      } catch (error) {
        // Released before: that one says when
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
