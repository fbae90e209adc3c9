import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type SkipReason, skipReasons } from '../../contracts/codes.ts';
import { prefixes } from '../../contracts/environment.ts';
import type { DispatchId } from '../../contracts/ids.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { RowStore } from '../../domain/dispatches/ports.ts';
import type { ExcludedRow, PreparedManifest, RecipientRow } from '../../domain/dispatches/prepared.ts';
import { rowsKey } from '../dynamo/keys.ts';
import { type Item, putAll, type Table } from '../dynamo/table.ts';

/** What is needed of the object store: bytes of a part, bytes of the whole. Both throw when the object is gone. */
export interface ObjectReader {
  range(key: string, offset: number, length: number): Promise<Uint8Array>;
  whole(key: string): Promise<Uint8Array>;
}

/** The files of a prepared dispatch. Each attempt writes only under its own prefix. */
export const preparedFiles = (id: DispatchId, attempt: string) => {
  const prefix = `${prefixes.dispatches}${id}/${attempt}/`;
  return {
    rows: `${prefix}rows.ndjson`,
    excluded: `${prefix}excluded.ndjson`,
    byNumber: `${prefix}by-number.idx`,
    manifest: `${prefix}manifest.json`,
  };
};

const rowsShape = z.array(z.tuple([z.int(), z.string()], z.string()));
const reasons = z.enum(Object.keys(skipReasons) as [SkipReason, ...SkipReason[]]);
const excludedShape = z.array(z.tuple([z.int(), z.string(), reasons], z.string()));
const manifestShape = z.object({
  columns: z.array(z.string()),
  excludedBlocks: z.array(z.object({ rows: z.int(), offset: z.int(), length: z.int() })),
  runningCost: z.array(z.object({ row: z.int(), credits: z.int(), rows: z.int() })),
});

const text = new TextDecoder('utf-8', { fatal: true });

/** One parse for a whole block: its lines are arrays, so the block is an array of them but for the commas. */
export const linesOf = (block: Uint8Array): unknown =>
  JSON.parse(`[${text.decode(block).trimEnd().replaceAll('\n', ',')}]`);

export function createRowStore(table: Table, objects: ObjectReader): RowStore {
  const item = async (dispatch: Dispatch, block: string): Promise<Item> => {
    const Key = rowsKey(dispatch.id, attemptOf(dispatch), block);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    if (!Item) throw new Error(`${dispatch.id} has no rows item ${block}`);
    return Item;
  };
  const files = (dispatch: Dispatch) => preparedFiles(dispatch.id, attemptOf(dispatch));

  const manifest = async (dispatch: Dispatch): Promise<PreparedManifest> => {
    if (inItems(dispatch)) return manifestShape.parse((await item(dispatch, 'manifest')).manifest);
    return manifestShape.parse(JSON.parse(text.decode(await objects.whole(files(dispatch).manifest))));
  };

  return {
    manifest,
    async rowsOf(dispatch, batch) {
      const rows = inItems(dispatch)
        ? (await item(dispatch, `b${batch.n}`)).rows
        : linesOf(await objects.range(files(dispatch).rows, batch.offset, batch.length));
      const parsed = rowsShape.parse(rows) as readonly RecipientRow[];
      if (parsed.length !== batch.rows) {
        throw new Error(`Batch ${batch.n} of ${dispatch.id} has ${parsed.length} of ${batch.rows} rows`);
      }
      return parsed;
    },
    async excluded(dispatch, block) {
      if (inItems(dispatch)) {
        return excludedShape.parse((await item(dispatch, `x${block}`)).rows) as readonly ExcludedRow[];
      }
      const at = (await manifest(dispatch)).excludedBlocks[block];
      if (!at) return [];
      return excludedShape.parse(
        linesOf(await objects.range(files(dispatch).excluded, at.offset, at.length)),
      ) as readonly ExcludedRow[];
    },
  };
}

const attemptOf = ({ id, prepared }: Dispatch): string => {
  if (!prepared) throw new Error(`${id} is not prepared`);
  return prepared.attempt;
};
const inItems = (dispatch: Dispatch): boolean => dispatch.prepared?.rowsIn === 'items';

/** Rows of a dispatch small enough to lie beside it. */
export interface RowItems {
  readonly batches: readonly (readonly RecipientRow[])[];
  readonly excluded: readonly (readonly ExcludedRow[])[];
  readonly manifest: PreparedManifest;
}

export async function writeRowItems(
  table: Table,
  id: DispatchId,
  attempt: string,
  { batches, excluded, manifest }: RowItems,
  expiresAtMs: number,
): Promise<void> {
  const expiresAt = Math.floor(expiresAtMs / 1_000);
  const itemOf = (block: string, content: Item): Item => ({
    ...rowsKey(id, attempt, block),
    entity: 'rows',
    expiresAt,
    ...content,
  });
  await putAll(table, [
    ...batches.map((rows, n) => itemOf(`b${n}`, { rows })),
    ...excluded.map((rows, n) => itemOf(`x${n}`, { rows })),
    itemOf('manifest', { manifest }),
  ]);
}
