import type { BenchRow } from './bench-row.ts';
import { shownNumber } from './figures.ts';

const shown = (n: number | null): string => (n === null ? '–' : shownNumber(n));
/** A column whose cells are figures stands to the right. */
const figure = /^[–\d.,×$]*$/;

export const verdictOf = ({ target, ok }: BenchRow): string => (target === null ? '–' : ok ? 'ok' : 'MISSED');

/** The rows as a table to read in a terminal, each row's notes under it. */
export function tableOf(rows: readonly BenchRow[]): string {
  const head = ['', 'ours', 'peer', 'floor', 'ratio', 'unit', 'target', ''];
  const cells = rows.map((row) => [
    row.row,
    shown(row.ours),
    shown(row.peer),
    shown(row.floor),
    row.ratio === null ? '–' : `${shownNumber(row.ratio)}×`,
    row.unit,
    row.target ?? '–',
    verdictOf(row),
  ]);
  const [first = '', ...lines] = aligned([head, ...cells]);
  return [first, ...lines.flatMap((line, i) => [line, `    ${rows[i]?.notes}`])].join('\n');
}

/** What the rows' figures are made of, one line a row; empty when no row says. */
export function detailsOf(rows: readonly BenchRow[]): string {
  const detailed = rows.flatMap(({ row, details }) => (details ? [{ row, details }] : []));
  const columns = [...new Set(detailed.flatMap(({ details }) => Object.keys(details)))];
  const cellOf = (value: string | number | undefined): string =>
    value === undefined ? '' : typeof value === 'number' ? shownNumber(value) : value;
  const lines = detailed.map(({ row, details }) => [row, ...columns.map((column) => cellOf(details[column]))]);
  return lines.length === 0 ? '' : aligned([['', ...columns], ...lines]).join('\n');
}

function aligned([head = [], ...lines]: readonly (readonly string[])[]): string[] {
  const columns = head.map((title, i) => {
    const cells = lines.map((line) => line[i] ?? '');
    const right = cells.every((cell) => figure.test(cell)) && cells.some((cell) => cell !== '–');
    return { width: Math.max(title.length, ...cells.map((cell) => cell.length)), right };
  });
  return [head, ...lines].map((line) =>
    columns
      .map(({ width, right }, i) => (right ? (line[i] ?? '').padStart(width) : (line[i] ?? '').padEnd(width)))
      .join('  ')
      .trimEnd(),
  );
}
