import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownNumber } from './figures.ts';
import { type LastResult, readLastResult } from './last-result.ts';
import { verdictOf } from './table.ts';

/**
 * The README's table of the last result, misses included. `node test/bench/readme-table.ts` puts it there; a test holds
 * the two together.
 */
const root = join(import.meta.dirname, '../..');
const [begin, end] = ['<!-- bench -->', '<!-- /bench -->'];
const readmeFile = join(root, 'README.md');
export const lastResultFile = join(import.meta.dirname, 'last-result.json');

export function markdownOf({ machine, node, date, rows }: LastResult): string {
  const shown = (n: number | null, unit = '') => (n === null ? '–' : `${shownNumber(n)}${unit}`);
  const lines = rows.map((row) => [
    row.row,
    shown(row.ours),
    shown(row.peer),
    shown(row.floor),
    shown(row.ratio, '×'),
    row.unit.split(/[,;]/)[0] ?? '',
    row.target ?? '–',
    row.ok ? verdictOf(row) : '**MISSED**',
  ]);
  const head = ['', 'ours', 'peer', 'floor', 'ratio', 'unit', 'target', ''];
  const table = [head, ['---', '--:', '--:', '--:', '--:', '---', '---', '---'], ...lines];
  return [
    `Measured on ${machine}, Node ${node}, ${date.slice(0, 10)}.`,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** What stands in the README now. */
export function readmeTable(): string {
  const readme = readFileSync(readmeFile, 'utf8');
  return readme.slice(readme.indexOf(begin) + begin.length, readme.indexOf(end)).trim();
}

if (process.argv[1] === import.meta.filename) {
  const result = readLastResult(lastResultFile);
  if (!result) throw new Error('There is no last result: npm run bench makes one');
  const readme = readFileSync(readmeFile, 'utf8');
  const [before, after] = [readme.slice(0, readme.indexOf(begin)), readme.slice(readme.indexOf(end))];
  writeFileSync(readmeFile, `${before}${begin}\n${markdownOf(result)}\n${after}`);
}
