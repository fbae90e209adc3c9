import { toE164 } from '../numbers/phone-number.ts';
import { csvCell } from '../uploads/error-report.ts';

/** Behind the file's own columns a report says the row, the code, and the reason in words. */
const ownColumns = 3;
const chunkCharacters = 64 * 1024;

/**
 * A report of refused rows in which those of deleted people keep their row and code only. The number is in the first
 * column, in whatever form it was given. Asks `isErased` with the E.164 digits as a number.
 */
export async function* blankedReport(
  bytes: AsyncIterable<Uint8Array>,
  isErased: (number: number) => boolean,
): AsyncGenerator<Buffer> {
  let columns: number | null = null;
  let out = '';
  for await (const record of recordsOf(bytes)) {
    if (columns === null) {
      columns = columnsOf(record);
      out += record;
      continue;
    }
    out += isOfErased(record, isErased) ? blanked(record, columns) : record;
    if (out.length < chunkCharacters) continue;
    yield Buffer.from(out);
    out = '';
  }
  if (out !== '') yield Buffer.from(out);
}

/**
 * The rows of deleted people among the first of a report, those that were blanked before among them. Asks `isErased` as
 * above.
 */
export async function erasedRowsOf(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
  isErased: (number: number) => boolean,
): Promise<ReadonlySet<number>> {
  const rows = new Set<number>();
  let columns: number | null = null;
  let seen = 0;
  for await (const record of recordsOf(bytes)) {
    if (columns === null) {
      columns = columnsOf(record);
      continue;
    }
    const cells = cellsOf(record);
    if (cells[0] === '' || isOfErased(record, isErased)) rows.add(Number(cells[columns]));
    if (++seen === most) break;
  }
  return rows;
}

const byteOrderMark = '\uFEFF';

/** How many columns of the file a report's header names. */
const columnsOf = (header: string): number => cellsOf(header.replace(byteOrderMark, '')).length - ownColumns;

function isOfErased(record: string, isErased: (number: number) => boolean): boolean {
  const [first = ''] = cellsOf(record, 1);
  const number = toE164(first)?.slice(1);
  return number !== undefined && isErased(Number(number));
}

function blanked(record: string, columns: number): string {
  const [row = '', code = ''] = cellsOf(record).slice(columns);
  return `${[...Array<string>(columns).fill(''), row, code, ''].map(csvCell).join(',')}\r\n`;
}

/** Records with their line ends; those inside quotes are cells' own. */
async function* recordsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let pending = '';
  let at = 0;
  let quoted = false;
  for await (const chunk of bytes) {
    pending += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (; at < pending.length; at++) {
      const character = pending[at];
      if (character === '"') quoted = !quoted;
      if (character !== '\n' || quoted) continue;
      yield pending.slice(start, at + 1);
      start = at + 1;
    }
    pending = pending.slice(start);
    at -= start;
  }
  if (pending !== '') yield pending;
}

/** The cells of a record, the first `most` of them, as they were before `csvCell` wrote them. */
function cellsOf(record: string, most = Number.POSITIVE_INFINITY): string[] {
  const cells: string[] = [];
  for (let at = 0; cells.length < most && at < record.length; ) {
    if (record[at] === '"') {
      const end = closingQuote(record, at + 1);
      cells.push(unescaped(record.slice(at + 1, end).replaceAll('""', '"')));
      at = end + 2;
    } else {
      const rest = record.slice(at);
      const length = rest.search(/[,\r\n]/);
      const end = length < 0 ? record.length : at + length;
      cells.push(unescaped(record.slice(at, end)));
      at = end + 1;
    }
    if (record[at - 1] !== ',') break;
  }
  return cells;
}

function closingQuote(record: string, from: number): number {
  for (let at = from; at < record.length; at++) {
    if (record[at] !== '"') continue;
    if (record[at + 1] !== '"') return at;
    at++;
  }
  return record.length;
}

/** Without the apostrophe that keeps spreadsheets from calculating. */
const unescaped = (cell: string): string => (/^'\s*[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);
