import type { DispatchId } from '../../contracts/ids.ts';
import type { Prepared } from '../../domain/dispatches/dispatch.ts';
import type { PlacedNumber } from '../../domain/dispatches/ports.ts';
import { type ByteSink, MemorySink } from '../../domain/dispatches/prepare/byte-sink.ts';
import { parseLines, parseRows } from '../../domain/dispatches/prepare/lines.ts';
import type { PreparedWriter } from '../../domain/dispatches/prepare-dispatch.ts';
import type { ExcludedRow } from '../../domain/dispatches/prepared.ts';
import { rowsKey } from '../dynamo/keys.ts';
import { type Item, putAll, type Table } from '../dynamo/table.ts';
import { manifestBlock, placedNumbers, preparedFiles } from './prepared-rows.ts';

/** An object of unknown length, being written. It exists from `close` on. */
export interface ObjectSink extends ByteSink {
  close(): Promise<void>;
  abandon(): Promise<void>;
}

export interface ObjectWriter {
  open(key: string): ObjectSink;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** Opens the files of an attempt: items beside the dispatch for a small one, objects for all others. */
export const createPreparedFiles = (table: Table, objects: ObjectWriter) => ({
  open: (id: DispatchId, attempt: string, rowsIn: Prepared['rowsIn'], expiresAtMs: number): PreparedWriter =>
    rowsIn === 'items' ? itemWriter(table, id, attempt, expiresAtMs) : objectWriter(objects, id, attempt),
});

function objectWriter(objects: ObjectWriter, id: DispatchId, attempt: string): PreparedWriter {
  const files = preparedFiles(id, attempt);
  const sinks = {
    rows: objects.open(files.rows),
    excluded: objects.open(files.excluded),
    index: objects.open(files.byNumber),
  };
  return {
    rowsIn: 'objects',
    ...sinks,
    async close(manifest) {
      await Promise.all([
        ...Object.values(sinks).map((sink) => sink.close()),
        objects.put(files.manifest, Buffer.from(JSON.stringify(manifest))),
      ]);
      return 'in_object';
    },
    async abandon() {
      await Promise.all(Object.values(sinks).map((sink) => sink.abandon()));
    },
  };
}

function itemWriter(table: Table, id: DispatchId, attempt: string, expiresAtMs: number): PreparedWriter {
  const sinks = { rows: new MemorySink(), excluded: new MemorySink(), index: new MemorySink() };
  const expiresAt = Math.floor(expiresAtMs / 1_000);
  return {
    rowsIn: 'items',
    ...sinks,
    async close(manifest, batches) {
      const itemOf = (block: string, rows: readonly unknown[]): Item => ({
        ...rowsKey(id, attempt, block),
        entity: 'rows',
        expiresAt,
        rows,
        ...(block === manifestBlock(batches.length) ? { manifest } : {}),
      });
      const items: Item[] = [];
      const numbers: PlacedNumber[] = [];
      for (const { n, offset, length } of batches) {
        const rows = parseRows(sinks.rows.bytes.subarray(offset, offset + length));
        items.push(itemOf(`b${n}`, rows));
        numbers.push(...placedNumbers('b', n, rows));
      }
      manifest.excludedBlocks.forEach(({ offset, length }, n) => {
        const rows = parseLines(sinks.excluded.bytes.subarray(offset, offset + length)) as ExcludedRow[];
        items.push(itemOf(`x${n}`, rows));
        numbers.push(...placedNumbers('x', n, rows));
      });
      await putAll(table, items);
      return numbers;
    },
    async abandon() {},
  };
}
