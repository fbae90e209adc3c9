import { wholeLines } from '../dispatches/prepare/lines.ts';
import { RowScanner } from '../dispatches/prepare/row-scanner.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import { ErrorReport } from '../uploads/error-report.ts';
import type { FileSink } from '../uploads/ports.ts';
import type { ImportRows } from './ports.ts';
import type { ImportRowError } from './row-import.ts';
import type { RowCells, Verdict } from './row-work.ts';

const errorsShown = 10;

export interface Checked {
  readonly refused: number;
  readonly errors: readonly ImportRowError[];
}

/**
 * Judges every row of a list and writes those that are refused, as they were given, into a report, which is closed only
 * if it says anything. `alive` is told between blocks that the work goes on, and may end it by throwing.
 */
export async function checkRows(
  rows: ImportRows,
  list: RecipientList,
  judge: (row: RowCells) => Verdict<unknown>,
  sink: FileSink,
  alive: () => Promise<void>,
): Promise<Checked> {
  const { columns } = list;
  const report = new ErrorReport(sink);
  report.header(columns);
  const errors: ImportRowError[] = [];
  let refused = 0;
  try {
    const scanner = new RowScanner(columns.length);
    let isFirst = true;
    for await (const block of wholeLines(rows.stream(list.rowsKey))) {
      // The first line names the columns
      scanner.load(isFirst ? block.subarray(block.indexOf('\n') + 1) : block);
      isFirst = false;
      while (scanner.next()) {
        if (scanner.number === 0) continue; // a deleted person's
        const verdict = judge(scanner);
        if ('change' in verdict) continue;
        const { column, code, message } = verdict.refusal;
        refused++;
        if (errors.length < errorsShown) errors.push({ row: scanner.row, column, code, message });
        const cells = columns.map((_, at) => scanner.cell(at));
        report.line(cells, scanner.row, code, message);
      }
      await report.bytes.drain();
      await alive();
    }
    await report.bytes.finish();
    if (refused > 0) await sink.close();
    return { refused, errors };
  } finally {
    await sink.abandon();
  }
}
