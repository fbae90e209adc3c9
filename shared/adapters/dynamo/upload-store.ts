import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type OwnerId, ownerIdShape, type UploadId } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { UploadStore } from '../../domain/uploads/ports.ts';
import { moves, type Upload, type UploadMove } from '../../domain/uploads/upload.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { uploadKey, uploadOwnerKey } from './keys.ts';
import { type Item, queryAll, type Table, TableBusy, transact } from './table.ts';
import { derived, forgottenAtSeconds, itemOfUpload, uploadOfItem } from './upload-item.ts';

const ownerShape = z.object({ entity: z.literal('uploadOwner'), owner: ownerIdShape });
const absent = 'attribute_not_exists(pk)';

/** Uploads in the table. */
export function openUploadStore(table: Table): UploadStore {
  return {
    async create(upload, record) {
      const items = [
        { Put: { TableName: table.name, Item: itemOfUpload(upload), ConditionExpression: absent } },
        {
          Put: {
            TableName: table.name,
            Item: {
              ...uploadOwnerKey(upload.id),
              entity: 'uploadOwner',
              owner: upload.owner,
              expiresAt: ownerForgottenAtSeconds(upload.expiresAtMs),
            },
          },
        },
        ...(record === null ? [] : [idempotencyPut(table, record)]),
      ];
      const refusals = await transact(table, items);
      if (refusals.length === 0) return { kind: 'created' };
      return isTaken(refusals, 2) ? replayed : { kind: 'exists' };
    },

    async find(owner, id) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: uploadKey(owner, id), ConsistentRead: true }),
      );
      return Item ? uploadOfItem(Item) : null;
    },

    async ownerOf(id) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: uploadOwnerKey(id), ConsistentRead: true }),
      );
      return Item ? ownerShape.parse(Item).owner : null;
    },

    list: (owner, question) => readList(table, owner, question),

    async change(before, move, changes) {
      // Before it is held, so that no crash leaves a held document that the sweeper cannot find
      if (move === 'hold') await keepOwner(table, before.id, null);
      try {
        const { Attributes } = await withoutConflicts(table, () =>
          table.client.send(new UpdateCommand(updateOf(table, before, move, changes))),
        );
        const after = uploadOfItem(Attributes!);
        if (move === 'forgetFile') await keepOwner(table, after.id, after.expiresAtMs);
        return after;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // lib-dynamodb leaves the item inside an error in the wire's form
        return { refused: error.Item ? uploadOfItem(unmarshall(error.Item)) : null };
      }
    },

    async retire(owner, id) {
      try {
        await withoutConflicts(table, () => table.client.send(new UpdateCommand(retirementOf(table, owner, id))));
        return 'retired';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return error.Item ? 'in_use' : 'absent';
      }
    },

    async forget(owner, id) {
      for (const Key of [uploadKey(owner, id), uploadOwnerKey(id)]) {
        await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
      }
    },
  };
}

const retirementOf = (table: Table, owner: OwnerId, id: UploadId) =>
  ({
    TableName: table.name,
    Key: uploadKey(owner, id),
    UpdateExpression: 'SET #status = :expired, checkAtMs = :none REMOVE checkPk, checkSk',
    // NULL as the upload is made; a dispatch writes its id there in the transaction that creates it. Campaigns are a set,
    // which is gone with its last one
    ConditionExpression:
      'attribute_exists(pk) AND attribute_type(usedBy, :unused) AND attribute_not_exists(keptBy) ' +
      `AND ${notAttached}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':expired': 'expired', ':none': null, ':unused': 'NULL' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }) as const;

/** Items of before evidence was known have no such attribute. */
const notAttached = '(attribute_not_exists(attachedAtMs) OR attribute_type(attachedAtMs, :unused))';

/** The upload's own life may be prolonged once it is ready; whose it is must be known at least as long. */
const ownerOutlivesSeconds = 240 * 86_400;
const ownerForgottenAtSeconds = (expiresAtMs: number) => forgottenAtSeconds(expiresAtMs) + ownerOutlivesSeconds;

/** Has it known for good whose an upload is, or until a while after that; nothing, if nobody's by now. */
async function keepOwner(table: Table, id: UploadId, expiresAtMs: number | null): Promise<void> {
  const limit =
    expiresAtMs === null
      ? { UpdateExpression: 'REMOVE expiresAt' }
      : {
          UpdateExpression: 'SET expiresAt = :at',
          ExpressionAttributeValues: { ':at': ownerForgottenAtSeconds(expiresAtMs) },
        };
  const Key = uploadOwnerKey(id);
  try {
    const command = new UpdateCommand({
      TableName: table.name,
      Key,
      ...limit,
      ConditionExpression: 'attribute_exists(pk)',
    });
    await table.client.send(command);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function updateOf(table: Table, before: Upload, move: UploadMove, changes: Partial<Upload>) {
  const { set, remove } = derived(before.id, changes);
  const fields = Object.entries<unknown>({ ...changes, ...set });
  const states = moves[move].map((status, i) => [`:state${i}`, status] as const);
  const removal = remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '';
  return {
    TableName: table.name,
    Key: uploadKey(before.owner, before.id),
    UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}${removal}`,
    ConditionExpression:
      `#move IN (${states.map(([name]) => name).join(', ')}) AND #holder = :holder` +
      (move === 'expire' ? ` AND ${notAttached}` : ''),
    ExpressionAttributeNames: {
      '#move': 'status',
      '#holder': 'attempt',
      ...Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':holder': before.attempt,
      ...(move === 'expire' ? { ':unused': 'NULL' } : {}),
      ...Object.fromEntries(states),
      ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

const conflictTries = 8;

/** A dispatch being made from the upload at this moment is no refusal: its transaction is over in milliseconds. */
async function withoutConflicts<T>(table: Table, write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw error;
      if (tries === conflictTries) throw new TableBusy('An upload was in transactions all the time', { cause: error });
      await table.sleep(table.random() * Math.min(1_000, 25 * 2 ** tries));
    }
  }
}

/** An id's time is that of its request or drop, give or take how long those took to arrive. */
const idSlackMs = 15 * 60_000;
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const idTimeOf = (atMs: number) =>
  Array.from({ length: 10 }, (_, i) => crockford[Math.floor(Math.max(0, atMs) / 32 ** (9 - i)) % 32]).join('');

async function readList(
  table: Table,
  owner: OwnerId,
  { fromMs, untilMs, limit, after }: Parameters<UploadStore['list']>[1],
): ReturnType<UploadStore['list']> {
  const items: Upload[] = [];
  if (untilMs <= fromMs) return { items, next: null };
  const { pk, sk: prefix } = uploadKey(owner, 'upl_');
  const newest = `${prefix}${idTimeOf(untilMs + idSlackMs)}Z`;
  const from = after === null ? newest : uploadKey(owner, after).sk;
  const found = queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :oldest AND :newest',
    ExpressionAttributeValues: {
      ':pk': pk,
      ':oldest': `${prefix}${idTimeOf(fromMs - idSlackMs)}`,
      ':newest': from < newest ? from : newest,
    },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: limit + 2, // one more to know whether there is a next page, one for `after` itself
  });
  for await (const item of found as AsyncGenerator<Item>) {
    const upload = uploadOfItem(item);
    if (upload.id === after || upload.createdAtMs < fromMs || upload.createdAtMs >= untilMs) continue;
    if (items.length === limit) return { items, next: lastOf(items) };
    items.push(upload);
  }
  return { items, next: null };
}

const lastOf = (items: readonly Upload[]): UploadId | null => items.at(-1)?.id ?? null;
