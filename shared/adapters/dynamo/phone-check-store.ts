import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { phoneCheckIdShape, tenantIdShape } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { confirmedHoldsMs, type PhoneCheck, phoneCheckStates } from '../../domain/phone-checks/phone-check.ts';
import type { PhoneCheckStore } from '../../domain/phone-checks/ports.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { type Key, phoneCheckKey, phoneCheckStartsKey } from './keys.ts';
import { type Item, type Table, transact } from './table.ts';
import { putVersion, stillAs } from './versioned.ts';

const count = z.int().min(0);

const checkShape = z.object({
  id: phoneCheckIdShape,
  tenant: tenantIdShape,
  name: z.string(),
  number: z.string(),
  state: z.enum(phoneCheckStates),
  challengeId: z.string(),
  tries: count,
  createdAtMs: count,
  expiresAtMs: count,
  confirmedAtMs: count.nullable(),
  version: z.int().min(1),
});
const startsShape = z.object({ version: z.int().min(1), atMs: z.array(count) });

/** Nobody looks at a check any more once it can neither be confirmed nor be relied on: a name and a number are not kept. */
const keptMs = 2 * confirmedHoldsMs;

const itemOf = (check: PhoneCheck): Item => ({
  ...phoneCheckKey(check.tenant, check.id),
  entity: 'phoneCheck',
  ...check,
  expiresAt: Math.ceil((check.createdAtMs + keptMs) / 1_000),
});

/** Checks of mobile numbers in the table, each beside what else is its tenant's. */
export function openPhoneCheckStore(table: Table): PhoneCheckStore {
  const read = async (key: Key) => {
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }));
    return Item;
  };

  return {
    async starts(tenant) {
      const item = await read(phoneCheckStartsKey(tenant));
      if (!item) return { version: 0, atMs: [] };
      const { version, atMs } = startsShape.parse(item);
      return { version, atMs };
    },

    async noteStarts(tenant, before, atMs) {
      const item = { ...phoneCheckStartsKey(tenant), entity: 'phoneCheckStarts', version: before.version + 1, atMs };
      const condition =
        before.version === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#version = :version',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':version': before.version },
            };
      return (await putVersion(table, item, condition)) === 'written' ? 'written' : 'moved';
    },

    async create(check, record) {
      const put = { TableName: table.name, Item: itemOf(check), ConditionExpression: 'attribute_not_exists(pk)' };
      const refusals = await transact(table, [idempotencyPut(table, record), { Put: put }]);
      if (refusals.length === 0) return { kind: 'created' };
      if (isTaken(refusals, 0)) return replayed;
      throw new Error(`${check.id} exists already`);
    },

    async find(tenant, id) {
      const item = await read(phoneCheckKey(tenant, id));
      return item ? checkShape.parse(item) : null;
    },

    async change(before, after) {
      const next = { ...after, version: before.version + 1 };
      return (await putVersion(table, itemOf(next), stillAs(before, ['open']))) === 'written' ? next : 'moved';
    },
  };
}
