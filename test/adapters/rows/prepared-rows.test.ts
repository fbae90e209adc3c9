import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createRowStore } from '../../../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../../../shared/adapters/rows/prepared-writer.ts';
import { inlineBytesMax, inlineRowsMax } from '../../../shared/contracts/limits.ts';
import { plannedBatch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { lookUpNumber } from '../../../shared/domain/dispatches/prepare/number-index.ts';
import type { RecipientRow, RejectedRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { preparedFilesContract } from '../../support/contracts/prepared-files-contract.ts';
import { newUlid, noonMs, preparedOf, preparing } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { MemoryObjects } from '../../support/memory-objects.ts';
import { prepareList } from '../../support/prepare-list.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const columns = ['phoneNumber', 'name', 'note'];
const row = (n: number, name: string): RecipientRow => [n, `82101000${String(n).padStart(4, '0')}`, name];
const rejected: readonly RejectedRow[] = [
  [90, 'invalid_number', 'phoneNumber', '010-12'],
  [91, 'duplicate_number', 'phoneNumber', '010-1000-0001'],
];
const long = '가나다라마바사아자차카타파하'.repeat(5);

/** Prepares a list for real and writes it as prepare does, into items or objects. */
async function written(
  rowsIn: 'items' | 'objects',
  rows: readonly RecipientRow[],
  left: readonly RejectedRow[],
  objects = new MemoryObjects(),
) {
  const list = await prepareList({ text: '{{ name }}님' }, { columns, rows, rejected: left });
  const dispatch: Dispatch = preparing({
    state: 'ready',
    prepared: preparedOf(1, { rowsIn, columns, attempt: newUlid(), batches: list.batches, totals: list.totals }),
  });
  const writer = createPreparedFiles(table, objects).open(
    dispatch.id,
    dispatch.prepared?.attempt ?? '',
    rowsIn,
    noonMs + 86_400_000,
  );
  await writer.rows.write(list.rowsBytes);
  await writer.excluded.write(list.excludedBytes);
  await writer.index.write(list.indexBytes);
  const numbers = await writer.close(list.manifest, list.prepared);
  return { list, dispatch, numbers, objects, rows: createRowStore(table, objects) };
}

describe('prepared files', () =>
  preparedFilesContract(async () => {
    const objects = new MemoryObjects();
    return { files: createPreparedFiles(table, objects), rows: createRowStore(table, objects) };
  }));

describe.each(['items', 'objects'] as const)('prepared rows in %s', (rowsIn) => {
  const small = [row(1, '김'), row(2, long), row(3, '"쉼표, 줄\n바꿈"'), row(4, '😀')];

  test('come back batch by batch as they went in', async () => {
    const { list, dispatch, rows } = await written(rowsIn, small, rejected);
    expect(list.prepared.length).toBeGreaterThan(1); // an SMS and an LMS
    const read = await Promise.all(list.prepared.map((batch) => rows.rowsOf(dispatch, plannedBatch(batch))));
    const sendable = read.flat().sort(([a], [b]) => a - b);
    expect(sendable.length).toBe(list.totals.sendable);
    for (const each of sendable) expect(small).toContainEqual(each);
    expect(await rows.manifest(dispatch)).toEqual(list.manifest);
  });

  test('left out rows come back in blocks, and beyond the last block there are none', async () => {
    const { list, dispatch, rows } = await written(rowsIn, small, rejected);
    const excluded = await rows.excluded(dispatch, 0);
    expect(excluded).toHaveLength(Object.values(list.totals.excluded).reduce((sum, n) => sum + (n ?? 0), 0));
    expect(excluded).toContainEqual([90, '010-12', 'invalid_number', 'phoneNumber']);
    expect(await rows.excluded(dispatch, 1)).toEqual([]);
    expect(await rows.excluded(dispatch, 9_999)).toEqual([]);
  });

  test('of a list that leaves nobody out have no left out rows', async () => {
    const { dispatch, rows } = await written(rowsIn, [row(1, '김')], []);
    expect(await rows.excluded(dispatch, 0)).toEqual([]);
  });

  test('of a list that leaves everybody out can be looked at like any other', async () => {
    const { list, dispatch, rows } = await written(rowsIn, [], rejected);
    expect(list.prepared).toEqual([]);
    expect(await rows.manifest(dispatch)).toEqual(list.manifest);
    expect(await rows.excluded(dispatch, 0)).toHaveLength(2);
  });

  test('that are fewer than their batch says are an error, not a shorter batch', async () => {
    const { list, dispatch, rows } = await written(rowsIn, small, []);
    const batch = plannedBatch(list.prepared[0]!);
    await expect(rows.rowsOf(dispatch, { ...batch, rows: batch.rows + 1 })).rejects.toThrow(/rows/);
  });

  test('that have gone are an error that names the dispatch or the object, and no number', async () => {
    const { dispatch, list } = await written(rowsIn, small, []);
    const nowhere = createRowStore(await dynamo.newTable(), new MemoryObjects());
    const reading = nowhere.rowsOf(dispatch, plannedBatch(list.prepared[0]!));
    await expect(reading).rejects.toThrow(dispatch.id);
    await expect(reading).rejects.not.toThrow(/8210/);
  });
});

describe('the numbers of a prepared list', () => {
  test('in items are told, with their places, when they are written and when they are read', async () => {
    const { dispatch, numbers, rows } = await written('items', [row(1, '김'), row(2, long)], rejected);
    const read = await rows.numbersInItems(dispatch);
    const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect([...read].sort(byText)).toEqual([...(numbers as typeof read)].sort(byText));
    expect(read).toContainEqual({ digits: '821010000001', place: { kind: 'b', block: 0, row: 0 } });
    expect(read.map(({ digits }) => digits)).not.toContain('010-12');
  });

  test('in objects lie in the index, at places where they are found', async () => {
    const many = Array.from({ length: 1_300 }, (_, i) => row(i + 1, i % 3 === 0 ? long : '김'));
    const { dispatch, numbers, objects, rows, list } = await written('objects', many, rejected);
    expect(numbers).toBe('in_object');
    const key = `dispatches/${dispatch.id}/${dispatch.prepared?.attempt}/by-number.idx`;
    for (const n of [1, 2, 500, 777, 1_300]) {
      const [place] = await lookUpNumber((at, length) => objects.range(key, at, length), many[n - 1]![1]);
      const batch = plannedBatch(list.prepared.find((each) => each.n === place!.block)!);
      expect((await rows.rowsOf(dispatch, batch))[place!.row]).toEqual(many[n - 1]);
    }
  });
});

describe('writing', () => {
  test('as many bytes as may lie in items do', async () => {
    const cell = '가'.repeat(Math.floor((inlineBytesMax / inlineRowsMax - 40) / 3));
    const rows = Array.from({ length: inlineRowsMax }, (_, i): RecipientRow => [...row(i + 1, '김'), cell]);
    const { list, dispatch, rows: store } = await written('items', rows, []);
    expect(list.rowsBytes.length).toBeGreaterThan(inlineBytesMax * 0.98);
    expect(await store.rowsOf(dispatch, plannedBatch(list.prepared[0]!))).toEqual(rows);
  });

  test('two attempts never touch the same item or object', async () => {
    const objects = new MemoryObjects();
    const { dispatch } = await written('objects', [row(1, '김')], [], objects);
    for (const key of objects.objects.keys()) {
      expect(key.startsWith(`dispatches/${dispatch.id}/${dispatch.prepared?.attempt}/`)).toBe(true);
    }
    const { dispatch: one, rows } = await written('items', [row(1, '김')], []);
    const other = { ...one, prepared: preparedOf(1) };
    expect(await rows.numbersInItems(one)).toHaveLength(1);
    expect(await rows.numbersInItems(other)).toEqual([]);
  });

  test.each(['items', 'objects'] as const)('an abandoned attempt in %s leaves nothing', async (rowsIn) => {
    const objects = new MemoryObjects();
    const dispatch = preparing({ prepared: preparedOf(1, { rowsIn }) });
    const attempt = dispatch.prepared?.attempt ?? '';
    const writer = createPreparedFiles(table, objects).open(dispatch.id, attempt, rowsIn, noonMs);
    await writer.rows.write(Buffer.from('[1,"821012345678"]\n'));
    await writer.abandon();
    expect(objects.objects.size).toBe(0);
    expect(await createRowStore(table, objects).numbersInItems(dispatch)).toEqual([]);
  });

  test('rows of a dispatch that is not prepared are an error', async () => {
    await expect(createRowStore(table, new MemoryObjects()).manifest(preparing())).rejects.toThrow('is not prepared');
  });
});
