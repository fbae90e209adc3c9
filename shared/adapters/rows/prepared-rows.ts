import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type SkipReason, skipReasons } from '../../contracts/codes.ts';
import { prefixes } from '../../contracts/environment.ts';
import type { DispatchId } from '../../contracts/ids.ts';
import { type Dispatch, excludedOf } from '../../domain/dispatches/dispatch.ts';
import type { PlacedNumber, RowStore } from '../../domain/dispatches/ports.ts';
import { parseLines } from '../../domain/dispatches/prepare/lines.ts';
import type { ExcludedRow, PreparedManifest, RecipientRow } from '../../domain/dispatches/prepared.ts';
import { sumBy } from '../../domain/dispatches/totals.ts';
import { rowsKey } from '../dynamo/keys.ts';
import { type Item, queryAll, type Table } from '../dynamo/table.ts';

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
const numberedShape = z.array(z.tuple([z.int(), z.string()], z.string()));
const manifestShape = z.object({
  columns: z.array(z.string()),
  excludedBlocks: z.array(z.object({ rows: z.int(), offset: z.int(), length: z.int() })),
  runningCost: z.array(z.object({ row: z.int(), credits: z.int(), rows: z.int() })),
});

const text = new TextDecoder('utf-8', { fatal: true });

/** The numbers of a block of rows; rows that were refused for their number have none. */
export const placedNumbers = (
  kind: PlacedNumber['place']['kind'],
  block: number,
  rows: readonly (readonly (string | number)[])[],
): readonly PlacedNumber[] =>
  rows.flatMap(([, digits, reason], row) => {
    const refused = kind === 'x' && (reason === 'invalid_number' || reason === 'missing_number');
    return refused ? [] : [{ digits: String(digits), place: { kind, block, row } }];
  });

/** The block whose item also holds the manifest: the first that there is, so that the manifest needs no item of its own. */
export const manifestBlock = (batches: number): string => (batches > 0 ? 'b0' : 'x0');

export function createRowStore(table: Table, objects: ObjectReader): RowStore {
  const item = async (dispatch: Dispatch, block: string): Promise<Item> => {
    const Key = rowsKey(dispatch.id, attemptOf(dispatch), block);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    if (!Item) throw new Error(`${dispatch.id} has no rows item ${block}`);
    return Item;
  };
  const files = (dispatch: Dispatch) => preparedFiles(dispatch.id, attemptOf(dispatch));

  const manifest = async (dispatch: Dispatch): Promise<PreparedManifest> => {
    if (inItems(dispatch))
      return manifestShape.parse((await item(dispatch, manifestBlock(batchesOf(dispatch)))).manifest);
    return manifestShape.parse(JSON.parse(text.decode(await objects.whole(files(dispatch).manifest))));
  };

  return {
    manifest,
    async rowsOf(dispatch, batch) {
      const rows = inItems(dispatch)
        ? (await item(dispatch, `b${batch.n}`)).rows
        : parseLines(await objects.range(files(dispatch).rows, batch.offset, batch.length));
      const parsed = rowsShape.parse(rows) as readonly RecipientRow[];
      if (parsed.length !== batch.rows) {
        throw new Error(`Batch ${batch.n} of ${dispatch.id} has ${parsed.length} of ${batch.rows} rows`);
      }
      return parsed;
    },
    async numbersInItems(dispatch) {
      const { pk, sk } = rowsKey(dispatch.id, attemptOf(dispatch), '');
      const found: PlacedNumber[] = [];
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
        ConsistentRead: true,
      };
      for await (const { sk: itemSk, rows } of queryAll(table, query)) {
        const [, kind, block] = /#([bx])([0-9]+)$/.exec(String(itemSk)) ?? [];
        if (kind !== undefined)
          found.push(...placedNumbers(kind as 'b' | 'x', Number(block), numberedShape.parse(rows)));
      }
      return found;
    },
    async excluded(dispatch, block) {
      if (inItems(dispatch)) {
        // so few rows make one block at most
        if (block > 0 || sumBy(excludedOf(dispatch)) === 0) return [];
        return excludedShape.parse((await item(dispatch, 'x0')).rows) as readonly ExcludedRow[];
      }
      const at = (await manifest(dispatch)).excludedBlocks[block];
      if (!at) return [];
      return excludedShape.parse(
        parseLines(await objects.range(files(dispatch).excluded, at.offset, at.length)),
      ) as readonly ExcludedRow[];
    },
  };
}

const attemptOf = ({ id, prepared }: Dispatch): string => {
  if (!prepared) throw new Error(`${id} is not prepared`);
  return prepared.attempt;
};
const batchesOf = ({ prepared }: Dispatch): number => prepared?.batches ?? 0;
const inItems = (dispatch: Dispatch): boolean => dispatch.prepared?.rowsIn === 'items';
