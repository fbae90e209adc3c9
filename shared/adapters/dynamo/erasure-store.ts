import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  GetCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { ErasureStore, Erasures } from '../../domain/erasures/ports.ts';
import { erasureJobOf, erasureOf } from './erasure-item.ts';
import { checkIndex, contactNumberKey, erasureJobKey, erasureKey, type Key } from './keys.ts';
import { getAll, type Item, queryAll, type Table, withPatience } from './table.ts';

/** Who was deleted and may have left something. As long as nobody was, whoever sends reads one small item, and finds none. */
export function openErasures(table: Table): Erasures {
  const { get } = calls(table);
  return {
    async among(owner, digits) {
      const [only, ...more] = digits;
      if (only === undefined) return new Map();
      const keys = [...new Set(digits)].map((one) => erasureKey(owner, one));
      if (more.length > 0 && (await get(erasureJobKey(owner))) === null) return new Map();
      const found = more.length > 0 ? await getAll(table, keys) : [await get(erasureKey(owner, only))];
      return new Map(
        found.flatMap((item) => (item ? [erasureOf(item)] : [])).map(({ digits: one, atMs }) => [one, atMs]),
      );
    },

    async *everybody(owner) {
      const { pk, sk } = erasureKey(owner, '');
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
        ConsistentRead: true,
      };
      for await (const item of queryAll(table, query)) yield erasureOf(item);
    },
  };
}

/** The same for whoever does the erasing. */
export function openErasureStore(table: Table): ErasureStore {
  const { get, update, remove } = calls(table);
  return {
    ...openErasures(table),

    async job(owner) {
      const item = await get(erasureJobKey(owner));
      return item && erasureJobOf(item);
    },

    async change(before, after) {
      const { owner, version, pass, passBeganAtMs, at, leaseUntilMs, dueAtMs, nextCheckAtMs } = after;
      const fields = { pass, passBeganAtMs, at, leaseUntilMs, dueAtMs, nextCheckAtMs };
      const { checkSk } = checkIndex(owner, nextCheckAtMs);
      const set = Object.entries<unknown>({ ...fields, checkSk, version: version + 1 });
      const item = await update({
        Key: erasureJobKey(owner),
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':before': before.version,
          ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        },
        ReturnValues: 'ALL_NEW',
      });
      return item && erasureJobOf(item);
    },

    async end({ owner, version, asked }) {
      const gone = await remove({
        Key: erasureJobKey(owner),
        ConditionExpression: '#version = :version AND asked = :asked',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version, ':asked': asked },
      });
      return gone !== null;
    },

    async noteFound(owner, { digits, atMs }, pass) {
      await update({
        Key: erasureKey(owner, digits),
        UpdateExpression: 'SET foundIn = :pass',
        ConditionExpression: 'atMs = :at',
        ExpressionAttributeValues: { ':pass': pass, ':at': atMs },
      });
    },

    async finish(owner, { digits, atMs }) {
      const ExpressionAttributeValues = { ':at': atMs };
      // The mark first: should a crash leave it behind, nobody would come for it
      const mark = { Key: contactNumberKey(owner, digits), ConditionExpression: 'deletedAtMs <= :at' };
      await remove({ ...mark, ExpressionAttributeValues });
      await remove({ Key: erasureKey(owner, digits), ConditionExpression: 'atMs = :at', ExpressionAttributeValues });
    },
  };
}

function calls(table: Table) {
  /** What was written, where that was asked for; null: the condition did not hold. */
  const unlessRefused = async (send: () => Promise<{ readonly Attributes?: Item | undefined }>) => {
    try {
      return (await withPatience(table, send)).Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  };
  return {
    async get(Key: Key): Promise<Item | null> {
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      return Item ?? null;
    },
    update: (input: Omit<UpdateCommandInput, 'TableName'>): Promise<Item | null> =>
      unlessRefused(() => table.client.send(new UpdateCommand({ TableName: table.name, ...input }))),
    remove: (input: Omit<DeleteCommandInput, 'TableName'>): Promise<Item | null> =>
      unlessRefused(() => table.client.send(new DeleteCommand({ TableName: table.name, ...input }))),
  };
}
