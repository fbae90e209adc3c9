import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { DispatchId, MessagePlace } from '../../contracts/ids.ts';
import type { ErasedItems } from '../../domain/erasures/ports.ts';
import { timeOfUlid } from '../../domain/erasures/ulid-time.ts';
import { type NoticeKind, noticeKinds } from '../../domain/permissions/due.ts';
import { largeDispatchPartition, numberPartition, rowsPrefix, toldKey, uploadKey } from '../dynamo/keys.ts';
import { toldOf } from '../dynamo/notice-item.ts';
import { queryAll, type Table, withPatience } from '../dynamo/table.ts';
import { placeOfKey } from './number-book.ts';

const rowShape = z.tuple([z.int(), z.string()], z.string());
const rowsShape = z.object({ sk: z.string(), rows: z.array(rowShape) });

/** What is kept of numbers in items, to be erased. */
export function createErasedItems(table: Table): ErasedItems {
  const remove = async (pk: string, sk: string) => {
    await withPatience(table, () => table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } })));
  };
  async function* behind(pk: string, after: string | null) {
    const from = after === null ? '' : ' AND sk > :after';
    const values = { ':pk': pk, ...(after === null ? {} : { ':after': after }) };
    const found = queryAll(table, {
      KeyConditionExpression: `pk = :pk${from}`,
      ExpressionAttributeValues: values,
      ConsistentRead: true,
    });
    for await (const item of found) yield { item, sk: String(item.sk) };
  }

  return {
    async placesOf(owner, digits) {
      const found: { at: string; place: MessagePlace }[] = [];
      for await (const { sk } of behind(numberPartition(owner, `+${digits}`), null)) {
        found.push({ at: sk, place: placeOfKey(sk) });
      }
      return found;
    },

    async forgetPlaces(owner, digits, ats) {
      for (const at of ats) await remove(numberPartition(owner, `+${digits}`), at);
    },

    async blankRows(id, digits) {
      const { pk, sk: prefix } = rowsPrefix(id);
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        ConsistentRead: true,
      });
      for await (const item of found) {
        const { sk, rows } = rowsShape.parse(item);
        // Those left out have their reason behind the number
        const reasons = /#x[0-9]+$/.test(sk) ? 1 : 0;
        const after = rows.map((row) => (row[1] === digits ? [row[0], '', ...row.slice(2, 2 + reasons)] : row));
        if (after.every((row, i) => row === rows[i])) continue;
        const update = {
          TableName: table.name,
          Key: { pk, sk },
          UpdateExpression: 'SET #rows = :after',
          // Somebody else may have blanked another row since
          ConditionExpression: '#rows = :before',
          ExpressionAttributeNames: { '#rows': 'rows' },
          ExpressionAttributeValues: { ':before': rows, ':after': after },
        };
        await withPatience(table, () => table.client.send(new UpdateCommand(update)));
      }
    },

    async *largeDispatches(owner, after) {
      for await (const { sk } of behind(largeDispatchPartition(owner), after)) {
        yield { at: sk, dispatchId: sk.slice(sk.indexOf('#') + 1) as DispatchId };
      }
    },

    async keepLarge(owner, at, untilMs) {
      const update = {
        TableName: table.name,
        Key: { pk: largeDispatchPartition(owner), sk: at },
        UpdateExpression: 'SET expiresAt = :until',
        ConditionExpression: 'expiresAt < :until',
        ExpressionAttributeValues: { ':until': Math.ceil(untilMs / 1_000) },
      };
      try {
        await withPatience(table, () => table.client.send(new UpdateCommand(update)));
      } catch (error) {
        // It is kept for longer anyway
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    forgetLarge: (owner, at) => remove(largeDispatchPartition(owner), at),

    async *toldNotices(owner, after) {
      const [stoppedAt, position] = after === null ? [] : after.split('|');
      for (const kind of noticeKinds.slice(Math.max(0, noticeKinds.indexOf(stoppedAt as NoticeKind)))) {
        const { pk } = toldKey(owner, kind, 0, '', 'dsp_');
        for await (const { item, sk } of behind(pk, kind === stoppedAt ? (position ?? null) : null)) {
          const { digits, dispatchId, atMs } = toldOf(item);
          yield { at: `${kind}|${sk}`, digits, madeAtMs: timeOfUlid(dispatchId.slice(4)) ?? atMs };
        }
      }
    },

    async forgetTold(owner, at) {
      const [kind = '', sk = ''] = at.split('|');
      await remove(toldKey(owner, kind, 0, '', 'dsp_').pk, sk);
    },

    async writeErrors({ owner, id, counts }, errors) {
      const update = {
        TableName: table.name,
        Key: uploadKey(owner, id),
        UpdateExpression: 'SET counts.#errors = :after',
        ConditionExpression: 'counts.#errors = :before',
        ExpressionAttributeNames: { '#errors': 'errors' },
        ExpressionAttributeValues: { ':before': counts?.errors, ':after': errors },
      };
      await withPatience(table, () => table.client.send(new UpdateCommand(update)));
    },
  };
}
