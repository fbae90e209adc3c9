import type { RecipientRow } from '../../recipients/recipient-list.ts';

const newline = 10;

/** Cuts a stream of bytes anywhere into blocks of whole lines. Every block ends with a line end, the last one too. */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      pending.push(chunk);
      continue;
    }
    yield Buffer.concat([...pending, chunk.subarray(0, end)]);
    pending = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield Buffer.concat([rest, Uint8Array.of(newline)]);
}

/** The JSON values of whole lines, one a line. Throws on lines this service did not write. */
export function parseLines(lines: Uint8Array): unknown[] {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('utf8').trimEnd();
  return JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[];
}

/** The rows of a batch, from its bytes in `rows.ndjson`. */
export function parseRows(lines: Uint8Array): RecipientRow[] {
  return parseLines(lines).map((row) => {
    if (isRow(row)) return row;
    throw new Error('A line of a prepared batch is no recipient');
  });
}

function isRow(value: unknown): value is RecipientRow {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    Number.isSafeInteger(value[0]) &&
    value.every((cell, i) => i === 0 || typeof cell === 'string')
  );
}

/** Rows as they lie in a recipient list: the header line, then a line each. For lists that never were a file. */
export function listLines(columns: readonly string[], rows: readonly RecipientRow[]): Buffer {
  return Buffer.from(`${[JSON.stringify({ columns }), ...rows.map((row) => JSON.stringify(row))].join('\n')}\n`);
}
