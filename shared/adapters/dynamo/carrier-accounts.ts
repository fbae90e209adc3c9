import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { CarrierAccount, Permit } from '../../domain/carriers/carrier-account.ts';
import type { CarrierAccounts } from '../../domain/dispatches/ports.ts';
import { carrierAccountKey, carrierIdKey } from './keys.ts';
import type { Item, Table } from './table.ts';

const shape = z.looseObject({
  version: z.int().min(0).default(0),
  pausedUntilMs: z.int().min(0).default(0),
});
const permitShape = z.tuple([z.coerce.number<string>().int(), z.string().min(1), z.string()]);
const permitPrefix = 'permit#';

/** How far the ends of answered permits are rounded up, so that those of one holder add up in few attributes. */
const endsEveryMs = 100;
/** An expression has its bounds; what is left over goes with the next permit. */
const forgottenAtOnce = 100;

/**
 * A permit is one attribute of the account's item, its messages the value. An answered one loses its id and is added to
 * those that end with it: however many small calls there are, the item stays small.
 */
const nameOf = ({ untilMs, holder, id }: Permit): string => `${permitPrefix}${untilMs}#${holder}#${id}`;

function accountOf(item: Item | undefined): CarrierAccount {
  const { version, pausedUntilMs, ...rest } = shape.parse(item ?? {});
  const permits = Object.entries(rest).flatMap(([name, messages]): Permit[] => {
    if (!name.startsWith(permitPrefix)) return [];
    const [untilMs, holder, id] = permitShape.parse(name.slice(permitPrefix.length).split('#'));
    return [{ id, holder, messages: z.int().min(0).parse(messages), untilMs }];
  });
  return { version, pausedUntilMs, permits };
}

/** Our accounts at the carriers: what they may take now, and which accepted call belongs to which batch. */
export function createCarrierAccounts(table: Table): CarrierAccounts {
  return {
    async read(carrier) {
      const Key = carrierAccountKey(carrier);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      return accountOf(Item);
    },

    async pause(carrier, untilMs, cause) {
      await unlessRefused(
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: carrierAccountKey(carrier),
            UpdateExpression: 'SET entity = :entity, pausedUntilMs = :until, cause = :cause ADD #version :one',
            ConditionExpression: 'attribute_not_exists(pausedUntilMs) OR pausedUntilMs < :until',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':entity': 'carrierAccount', ':until': untilMs, ':cause': cause, ':one': 1 },
          }),
        ),
      );
    },

    async admit(carrier, seen, permit, nowMs) {
      const name = nameOf(permit);
      const ended = seen.permits.filter(({ untilMs }) => untilMs <= nowMs).slice(0, forgottenAtOnce);
      const forget = ended.map((_, i) => `#ended${i}`).join(', ');
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: carrierAccountKey(carrier),
            UpdateExpression: `SET entity = :entity, #version = :next, #permit = :messages${forget && ` REMOVE ${forget}`}`,
            ConditionExpression: seen.version === 0 ? 'attribute_not_exists(#version)' : '#version = :seen',
            ExpressionAttributeNames: {
              '#version': 'version',
              '#permit': name,
              ...Object.fromEntries(ended.map((one, i) => [`#ended${i}`, nameOf(one)])),
            },
            ExpressionAttributeValues: {
              ':entity': 'carrierAccount',
              ':next': seen.version + 1,
              ':messages': permit.messages,
              ...(seen.version > 0 && { ':seen': seen.version }),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return 'admitted';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // lib-dynamodb leaves the item inside an error in the wire's form
        const item = error.Item && unmarshall(error.Item);
        // There already: the answer to the first try was lost, and the client asked again
        return item && name in item ? 'admitted' : { refused: accountOf(item) };
      }
    },

    async release(carrier, permit, untilMs) {
      const endMs = untilMs === null ? null : Math.ceil(untilMs / endsEveryMs) * endsEveryMs;
      await unlessRefused(
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: carrierAccountKey(carrier),
            ConditionExpression: 'attribute_exists(#permit)',
            ...(endMs === null
              ? { UpdateExpression: 'REMOVE #permit', ExpressionAttributeNames: { '#permit': nameOf(permit) } }
              : {
                  UpdateExpression: 'SET #end = if_not_exists(#end, :none) + :messages REMOVE #permit',
                  ExpressionAttributeNames: {
                    '#permit': nameOf(permit),
                    '#end': nameOf({ ...permit, id: '', untilMs: endMs }),
                  },
                  ExpressionAttributeValues: { ':none': 0, ':messages': permit.messages },
                }),
          }),
        ),
      );
    },

    async take(carrier, carrierId, dispatchId, batch, expiresAtMs) {
      const Item = {
        ...carrierIdKey(carrier, carrierId),
        entity: 'carrierCall',
        dispatchId,
        batch,
        expiresAt: Math.floor(expiresAtMs / 1_000),
      };
      return unlessRefused(
        table.client.send(
          new PutCommand({
            TableName: table.name,
            Item,
            ConditionExpression: 'attribute_not_exists(pk) OR (dispatchId = :dispatchId AND #batch = :batch)',
            ExpressionAttributeNames: { '#batch': 'batch' },
            ExpressionAttributeValues: { ':dispatchId': dispatchId, ':batch': batch },
          }),
        ),
      );
    },

    async hasTaken(carrier, carrierId, dispatchId, batch) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: carrierIdKey(carrier, carrierId), ConsistentRead: true }),
      );
      return Item?.dispatchId === dispatchId && Item.batch === batch;
    },
  };
}

/** Whether a conditional write was made. */
async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
