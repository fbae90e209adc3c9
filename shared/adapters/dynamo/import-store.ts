import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { importRowCodes } from '../../contracts/codes.ts';
import { type ImportId, importIdShape, ownerIdShape, uploadIdShape } from '../../contracts/ids.ts';
import { attributeTypes } from '../../domain/contacts/attribute.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { ImportList, ImportStore } from '../../domain/imports/ports.ts';
import {
  importFailureCodes,
  importKinds,
  importStates,
  moves,
  type RowImport,
} from '../../domain/imports/row-import.ts';
import { keptUntilSeconds } from './dispatch-item.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { checkIndex, importIndex, importKey, timeKey } from './keys.ts';
import { readOwnerList } from './owner-list.ts';
import { type Item, type Table, transact, withPatience } from './table.ts';
import { uploadKept, uploadLetGo } from './upload-use.ts';
import { putVersion, stillAs } from './versioned.ts';

const count = z.int().min(0);
const ms = z.int().min(0);

const shape = z.object({
  id: importIdShape,
  owner: ownerIdShape,
  kind: z.enum(importKinds),
  uploadId: uploadIdShape,
  onInvalidRows: z.enum(['reject', 'skip']),
  contacts: z
    .object({ existing: z.enum(['update', 'skip']), types: z.record(z.string(), z.enum(attributeTypes)) })
    .nullable()
    .default(null),
  state: z.enum(importStates),
  version: z.int().min(1),
  rows: count.nullable(),
  done: count,
  changed: count,
  unchanged: count,
  refusedRows: count,
  errors: z.array(z.object({ row: count, column: z.string(), code: z.enum(importRowCodes), message: z.string() })),
  reportKey: z.string().nullable(),
  failure: z.object({ code: z.enum(importFailureCodes), message: z.string() }).nullable(),
  leaseUntilMs: ms.nullable(),
  tries: count,
  offset: count,
  createdAtMs: ms,
  completedAtMs: ms.nullable(),
  nextCheckAtMs: ms.nullable(),
});

const itemOf = (made: RowImport): Item => ({
  ...importKey(made.id),
  entity: 'import',
  ...importIndex(made.owner, made.kind, made.createdAtMs, made.id),
  ...(made.nextCheckAtMs === null ? {} : checkIndex(made.id, made.nextCheckAtMs)),
  expiresAt: keptUntilSeconds(made.createdAtMs),
  ...made,
});

/** Imports in the table. */
export function createImportStore(table: Table): ImportStore & ImportList {
  const read = async (id: ImportId): Promise<RowImport | null> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: importKey(id), ConsistentRead: true }),
    );
    // The table deletes what has expired only days later
    if (!Item || Number(Item.expiresAt) * 1_000 <= table.now()) return null;
    return shape.parse(Item);
  };

  return {
    read,

    async create(made, record) {
      const put = { TableName: table.name, Item: itemOf(made), ConditionExpression: 'attribute_not_exists(pk)' };
      const refusals = await transact(table, [
        { Put: put },
        uploadKept(table, made.owner, made.uploadId, made.id),
        ...(record === null ? [] : [idempotencyPut(table, record)]),
      ]);
      if (refusals.length === 0) return { kind: 'created' };
      if (isTaken(refusals, 2)) return replayed;
      if (isTaken(refusals, 0)) throw new Error(`${made.id} exists already`);
      return { kind: 'upload_unusable' };
    },

    async move(before, move, after) {
      const next = { ...after, version: before.version + 1 };
      const outcome = await putVersion(table, itemOf(next), stillAs(before, moves[move].from));
      if (outcome === 'written') return next;
      return { refused: outcome.refused ? shape.parse(outcome.refused) : null };
    },

    async letUploadGo({ id, owner, uploadId }) {
      const update = new UpdateCommand(uploadLetGo(table, owner, uploadId, id));
      try {
        await withPatience(table, () => table.client.send(update));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error; // it has gone
      }
    },

    list: (owner, kind, limit, after) =>
      readOwnerList(table, {
        partition: importIndex(owner, kind, 0, 'imp_').ownerPk,
        from: timeKey(0),
        until: after ?? '~', // sorts after every time
        limit,
        read: (keys) => Promise.all(keys.map((key) => read(key.slice(key.indexOf('#') + 1) as ImportId))),
        passes: (found) => found.owner === owner,
      }),
  };
}
