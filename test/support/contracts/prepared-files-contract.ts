import { expect, test } from 'vitest';
import { plannedBatch } from '../../../shared/domain/dispatches/batch.ts';
import type { RowStore } from '../../../shared/domain/dispatches/ports.ts';
import type { PreparePorts } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import type { RecipientRow, RejectedRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { prepareList } from '../prepare-list.ts';
import { newUlid, noonMs, preparedOf, preparing } from './samples.ts';

export interface PreparedFilesWorld {
  readonly files: PreparePorts['files'];
  readonly rows: Pick<RowStore, 'rowsOf' | 'manifest' | 'excluded'>;
}

const columns = ['phoneNumber', 'name'];
const row = (n: number, name: string): RecipientRow => [n, `8210200000${String(n).padStart(2, '0')}`, name];
const some = [row(1, '김'), row(2, '가'.repeat(60)), row(3, '"쉼표, 줄\n바꿈"'), row(5, 'Lee')];
const left: readonly RejectedRow[] = [[4, 'invalid_number', 'phoneNumber', '010-12']];

/** What every place for prepared rows must do. */
export function preparedFilesContract(open: () => Promise<PreparedFilesWorld>): void {
  const written = async ({ files, rows }: PreparedFilesWorld, rowsIn: 'items' | 'objects') => {
    const list = await prepareList({ text: '{{ name }}님' }, { columns, rows: some, rejected: left });
    const prepared = preparedOf(4, { rowsIn, columns, attempt: newUlid(), batches: list.batches, totals: list.totals });
    const dispatch = preparing({ state: 'ready', prepared });
    const writer = files.open(dispatch.id, prepared.attempt, rowsIn, noonMs + 86_400_000);
    await writer.rows.write(list.rowsBytes);
    await writer.excluded.write(list.excludedBytes);
    await writer.index.write(list.indexBytes);
    return { list, dispatch, rows, close: () => writer.close(list.manifest, list.prepared) };
  };

  test.each(['items', 'objects'] as const)(
    'rows in %s come back batch by batch, and those left out',
    async (rowsIn) => {
      const { list, dispatch, rows, close } = await written(await open(), rowsIn);
      await close();
      expect(list.prepared.length).toBe(2); // an SMS and an LMS
      const read = await Promise.all(list.prepared.map((batch) => rows.rowsOf(dispatch, plannedBatch(batch))));
      expect(read.map((batch) => batch.length)).toEqual(list.prepared.map((batch) => batch.rows));
      expect(read.flat().sort(([a], [b]) => a - b)).toEqual(some);
      expect(await rows.manifest(dispatch)).toEqual(list.manifest);
      expect(await rows.excluded(dispatch, 0)).toEqual([[4, '010-12', 'invalid_number', 'phoneNumber']]);
      expect(await rows.excluded(dispatch, 1)).toEqual([]);
    },
  );

  test('rows of an attempt that never was made whole are not there', async () => {
    const { list, dispatch, rows } = await written(await open(), 'objects');
    await expect(rows.rowsOf(dispatch, plannedBatch(list.prepared[0]!))).rejects.toThrow();
    await expect(rows.manifest(dispatch)).rejects.toThrow();
  });

  test('rows of another attempt are not seen', async () => {
    const { list, dispatch, rows, close } = await written(await open(), 'objects');
    await close();
    const other = { ...dispatch, prepared: { ...dispatch.prepared!, attempt: newUlid() } };
    await expect(rows.rowsOf(other, plannedBatch(list.prepared[0]!))).rejects.toThrow();
  });
}
