import { bindContent, compileContent, type MessageContent } from '../../shared/domain/content/content.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import { MemorySink } from '../../shared/domain/dispatches/prepare/byte-sink.ts';
import { listLines } from '../../shared/domain/dispatches/prepare/lines.ts';
import { type Prepared, type PrepareInput, prepare } from '../../shared/domain/dispatches/prepare/prepare.ts';
import type { PreparedBatch } from '../../shared/domain/dispatches/prepared.ts';
import type { RecipientRow, RejectedRow } from '../../shared/domain/recipients/recipient-list.ts';

/** A stream of bytes in chunks of that many. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Binds content that must be in order. */
export function boundFor(content: Partial<MessageContent>, columns: readonly string[]) {
  const compiled = compileContent({
    type: 'auto',
    subject: null,
    text: '{{ name }}님',
    variables: [],
    images: [],
    ...content,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return bindContent(compiled.content, columns, Date.parse('2026-12-24T01:00:00Z'));
}

export interface PreparedList extends Prepared {
  readonly prepared: readonly PreparedBatch[];
  readonly rowsBytes: Buffer;
  readonly excludedBytes: Buffer;
  readonly indexBytes: Buffer;
  readonly progress: readonly number[];
}

/** Prepares a list that lies in memory, cut into small chunks on the way in. */
export async function prepareList(
  content: Partial<MessageContent>,
  list: {
    columns: readonly string[];
    rows: readonly RecipientRow[];
    rejected?: readonly RejectedRow[];
    chunkBytes?: number;
  },
  over: Partial<PrepareInput> = {},
): Promise<PreparedList> {
  const { columns, rows, rejected = [], chunkBytes = 997 } = list;
  const [rowsOut, excludedOut, indexOut] = [new MemorySink(), new MemorySink(), new MemorySink()];
  const prepared: PreparedBatch[] = [];
  const progress: number[] = [];
  const lines = Buffer.from(rejected.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const result = await prepare(
    {
      columns,
      expectedRows: 0,
      openRows: () => chunked(listLines(columns, rows), chunkBytes),
      openRejected: () => chunked(lines, chunkBytes),
      content: boundFor(content, columns),
      prices: currentPrices.credits,
      waves: 1,
      batchRows: 500,
      isErased: null,
      exclude: null,
      isConsentUnknown: null,
      isNightConsented: null,
      nightApart: false,
      digitsOfGiven: (given) => (/^01\d{9}$/.test(given) ? `82${given.slice(1)}` : null),
      ...over,
    },
    {
      rows: rowsOut,
      excluded: excludedOut,
      index: indexOut,
      batches: async (completed) => void prepared.push(...completed),
      progress: async (rowsDone) => void progress.push(rowsDone),
    },
  );
  return {
    ...result,
    prepared: prepared.sort((a, b) => a.n - b.n),
    rowsBytes: rowsOut.bytes,
    excludedBytes: excludedOut.bytes,
    indexBytes: indexOut.bytes,
    progress,
  };
}
