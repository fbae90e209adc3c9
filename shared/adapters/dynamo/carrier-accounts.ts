import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CarrierAccounts } from '../../domain/dispatches/ports.ts';
import { carrierAccountKey, carrierIdKey } from './keys.ts';
import type { Table } from './table.ts';

/** Our accounts at the carriers: whether they are paused, and which accepted call belongs to which batch. */
export function createCarrierAccounts(table: Table): CarrierAccounts {
  return {
    async pausedUntilMs(carrier) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: carrierAccountKey(carrier) }),
      );
      return Number(Item?.pausedUntilMs ?? 0);
    },

    async pause(carrier, untilMs, carrierCode) {
      const Item = { ...carrierAccountKey(carrier), entity: 'carrierAccount', pausedUntilMs: untilMs, carrierCode };
      await table.client.send(new PutCommand({ TableName: table.name, Item }));
    },

    async take(carrier, carrierId, dispatchId, batch, expiresAtMs) {
      const Item = {
        ...carrierIdKey(carrier, carrierId),
        entity: 'carrierCall',
        dispatchId,
        batch,
        expiresAt: Math.floor(expiresAtMs / 1_000),
      };
      try {
        await table.client.send(
          new PutCommand({
            TableName: table.name,
            Item,
            ConditionExpression: 'attribute_not_exists(pk) OR (dispatchId = :dispatchId AND #batch = :batch)',
            ExpressionAttributeNames: { '#batch': 'batch' },
            ExpressionAttributeValues: { ':dispatchId': dispatchId, ':batch': batch },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
