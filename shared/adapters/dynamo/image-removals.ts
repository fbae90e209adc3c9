import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type ImageSetId, imageSetIdShape } from '../../contracts/ids.ts';
import type { ImageRemoval, ImageRemovals } from '../../domain/images/image-removal.ts';
import { checkIndex, imageRemovalKey } from './keys.ts';
import type { Item, Table, TransactItem } from './table.ts';

/** Removals of image sets in the table: the sweeper finds them as it finds everything that is due. */

const shape = z.object({ id: imageSetIdShape, keys: z.array(z.string()).min(1), atMs: z.int().min(0) });

const itemOfRemoval = ({ id, keys, atMs }: ImageRemoval): Item => ({
  ...imageRemovalKey(id),
  entity: 'imageRemoval',
  ...checkIndex(id, atMs),
  ...{ id, keys, atMs },
});

/** Plans a removal, in the transaction that gives the set up. */
export const removalPut = (table: Table, removal: ImageRemoval): TransactItem => ({
  Put: { TableName: table.name, Item: itemOfRemoval(removal) },
});

/** Takes a set over from its removal, in the transaction of whatever has it from now on. */
export const takeOver = (table: Table, id: ImageSetId): TransactItem => ({
  Delete: {
    TableName: table.name,
    Key: imageRemovalKey(id),
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(begun)',
  },
});

export function openImageRemovals(table: Table): ImageRemovals {
  return {
    async plan(removal) {
      await table.client.send(new PutCommand({ TableName: table.name, Item: itemOfRemoval(removal) }));
    },

    async find(id) {
      const Key = imageRemovalKey(id);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      return Item ? shape.parse(Item) : null;
    },

    async begin({ id, atMs }) {
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: imageRemovalKey(id),
            UpdateExpression: 'SET begun = :begun',
            ConditionExpression: 'atMs = :atMs',
            ExpressionAttributeValues: { ':begun': true, ':atMs': atMs },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async forget(id) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: imageRemovalKey(id) }));
    },
  };
}
