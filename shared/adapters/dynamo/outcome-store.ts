import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { EventId } from '../../contracts/ids.ts';
import type { OutcomeStore, WaitingOutcome } from '../../domain/outcomes/ports.ts';
import { checkIndex, outcomeKey } from './keys.ts';
import { outcomeShape } from './outcome-item.ts';
import { type Item, type Table, withPatience } from './table.ts';

const waitingShape = outcomeShape.extend({
  isPublished: z.boolean().default(false),
  settledAddresses: z.set(z.string()).default(new Set()),
  isMailed: z.boolean().default(false),
  tries: z.int(),
});

function waitingOf(item: Item): WaitingOutcome {
  const { entity: _, settledAddresses, ...outcome } = waitingShape.parse(item);
  return { ...outcome, settledAddresses: [...settledAddresses] };
}

/** Outcomes that wait to be told. Nothing comes back that was removed: every change asks that the item is there. */
export function openOutcomeStore(table: Table): OutcomeStore {
  /** The item as it is then; null if it is gone, or not as `condition` asks. */
  async function change(id: EventId, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<Item | null> {
    const { ConditionExpression: also } = update;
    const ConditionExpression = `attribute_exists(pk)${also === undefined ? '' : ` AND (${also})`}`;
    try {
      const command = new UpdateCommand({
        TableName: table.name,
        Key: outcomeKey(id),
        ...update,
        ConditionExpression,
        ReturnValues: 'ALL_NEW',
      });
      return (await withPatience(table, () => table.client.send(command))).Attributes ?? null;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }

  return {
    async claim(id, nowMs, untilMs) {
      const item = await change(id, {
        UpdateExpression: 'SET claimedUntilMs = :until, checkSk = :check, tries = if_not_exists(tries, :none) + :one',
        ConditionExpression: 'attribute_not_exists(claimedUntilMs) OR claimedUntilMs <= :now',
        ExpressionAttributeValues: {
          ...{ ':now': nowMs, ':until': untilMs, ':none': 0, ':one': 1 },
          ':check': checkIndex(id, untilMs).checkSk,
        },
      });
      return item && waitingOf(item);
    },

    async published(id) {
      await change(id, { UpdateExpression: 'SET isPublished = :yes', ExpressionAttributeValues: { ':yes': true } });
    },

    async settled(id, address, isSent) {
      await change(id, {
        UpdateExpression: `${isSent ? 'SET isMailed = :yes ' : ''}ADD settledAddresses :address`,
        ExpressionAttributeValues: { ':address': new Set([address]), ...(isSent ? { ':yes': true } : {}) },
      });
    },

    async later(id, atMs) {
      await change(id, {
        UpdateExpression: 'SET claimedUntilMs = :at, checkSk = :check',
        ExpressionAttributeValues: { ':at': atMs, ':check': checkIndex(id, atMs).checkSk },
      });
    },

    async remove(id) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: outcomeKey(id) }));
    },
  };
}
