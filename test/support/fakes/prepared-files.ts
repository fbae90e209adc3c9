import type { DispatchId } from '../../../shared/contracts/ids.ts';
import type { CreatePorts } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { NumberBook, RowStore } from '../../../shared/domain/dispatches/ports.ts';
import { MemorySink } from '../../../shared/domain/dispatches/prepare/byte-sink.ts';
import { listLines, parseLines, parseRows } from '../../../shared/domain/dispatches/prepare/lines.ts';
import type { Lines, PreparePorts } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import type { ExcludedRow, PreparedManifest } from '../../../shared/domain/dispatches/prepared.ts';
import { blankLines } from '../../../shared/domain/erasures/blank-lines.ts';
import { inlineListOf } from '../../../shared/domain/recipients/inline-list.ts';
import type { RecipientList, RecipientRow, RejectedRow } from '../../../shared/domain/recipients/recipient-list.ts';

/** Recipient lists and prepared files in memory: whatever the real prepare engine writes, read back by place. */
export interface FakeFiles {
  readonly files: PreparePorts['files'];
  readonly rows: RowStore;
  readonly lists: PreparePorts['lists'] & CreatePorts['lists'];
  readonly numbers: Pick<NumberBook, 'remember'>;
  /** Keeps a list, as a validated upload would. */
  keepList(key: string, rows: readonly RecipientRow[], rejected?: readonly RejectedRow[]): RecipientList;
  /** Blanks deleted people's rows in the files of a dispatch. */
  blank(dispatch: Dispatch, isErased: (number: number) => boolean): void;
  /** Attempts whose files were made whole. */
  readonly closed: readonly string[];
}

interface Attempt {
  readonly rows: Buffer;
  readonly excluded: Buffer;
  readonly manifest: PreparedManifest;
  readonly places: ReadonlyMap<number, Lines>;
}

export function createFakeFiles(): FakeFiles {
  const attempts = new Map<string, Attempt>();
  const objects = new Map<string, Buffer>();
  const attemptOf = (dispatch: Dispatch): Attempt => {
    const attempt = attempts.get(`${dispatch.id}|${dispatch.prepared?.attempt}`);
    if (!attempt) throw new Error(`${dispatch.id} has no files`);
    return attempt;
  };

  const open = (id: DispatchId, attempt: string, rowsIn: 'items' | 'objects') => {
    const [rows, excluded, index] = [new MemorySink(), new MemorySink(), new MemorySink()];
    return {
      rowsIn,
      rows,
      excluded,
      index,
      async close(manifest: PreparedManifest, batches: readonly Lines[]) {
        const places = new Map(batches.map((batch) => [batch.n, batch]));
        attempts.set(`${id}|${attempt}`, { rows: rows.bytes, excluded: excluded.bytes, manifest, places });
        return 'in_object' as const;
      },
      async abandon() {},
    };
  };

  const keep = (
    key: string,
    columns: readonly string[],
    rows: readonly RecipientRow[],
    out: readonly RejectedRow[],
  ) => {
    const list = { rowsKey: `${key}/rows`, rejectedKey: `${key}/rejected`, columns };
    objects.set(list.rowsKey, listLines(columns, rows));
    objects.set(list.rejectedKey, Buffer.from(out.map((row) => `${JSON.stringify(row)}\n`).join('')));
    return { ...list, rows: rows.length, rejected: out.length };
  };
  async function* stream(key: string): AsyncGenerator<Uint8Array> {
    const bytes = objects.get(key);
    if (!bytes) throw new Error(`There is no list ${key}`);
    yield bytes;
  }

  return {
    files: { open },
    rows: {
      async rowsOf(dispatch, { n }) {
        const { rows, places } = attemptOf(dispatch);
        const place = places.get(n);
        if (!place) throw new Error(`${dispatch.id} has no rows of batch ${n}`);
        return parseRows(rows.subarray(place.offset, place.offset + place.length));
      },
      manifest: async (dispatch) => attemptOf(dispatch).manifest,
      async excluded(dispatch, block) {
        const { excluded, manifest } = attemptOf(dispatch);
        const place = manifest.excludedBlocks[block];
        if (!place) return [];
        return parseLines(excluded.subarray(place.offset, place.offset + place.length)) as ExcludedRow[];
      },
      numbersInItems: async () => [],
    },
    lists: {
      openRows: ({ rowsKey }) => stream(rowsKey),
      openRejected: ({ rejectedKey }) => stream(rejectedKey),
      async write(id, recipients) {
        const { columns, rows, rejected } = inlineListOf(recipients);
        return keep(id, columns, rows, rejected);
      },
    },
    numbers: { remember: async () => {} },
    keepList: (key, rows, rejected = []) => keep(key, ['phoneNumber', 'name'], rows, rejected),
    blank(dispatch, isErased) {
      const { rows, excluded } = attemptOf(dispatch);
      blankLines(rows, 'rows', isErased);
      blankLines(excluded, 'excluded', isErased);
    },
    get closed() {
      return [...attempts.keys()].map((key) => key.split('|')[1] ?? '');
    },
  };
}
