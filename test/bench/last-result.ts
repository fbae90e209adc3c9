import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import * as z from 'zod';
import type { BenchRow } from './bench-row.ts';

const figure = z.number().nullable();
const rowShape = z.object({
  benchmark: z.string(),
  date: z.string(),
  row: z.string(),
  ours: z.number(),
  peer: figure,
  floor: figure,
  ratio: figure,
  unit: z.string(),
  target: z.string().nullable(),
  ok: z.boolean(),
  notes: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
const resultShape = z.object({
  machine: z.string(),
  node: z.string(),
  date: z.string(),
  rows: z.array(rowShape),
});
export type LastResult = z.infer<typeof resultShape>;

export const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`;

/**
 * The result after a run: rows of benchmarks that did not run stay, each with its own date. A run on another machine or
 * another Node starts anew: its figures do not compare.
 */
export function merged(
  before: LastResult | null,
  ran: ReadonlyMap<string, readonly BenchRow[]>,
  now: { readonly machine: string; readonly node: string; readonly date: string },
): LastResult {
  const comparable = before?.machine === now.machine && before.node === now.node;
  const kept = comparable ? before.rows.filter(({ benchmark }) => !ran.has(benchmark)) : [];
  const fresh = [...ran].flatMap(([benchmark, rows]) => rows.map((row) => ({ benchmark, date: now.date, ...row })));
  return { ...now, rows: [...kept, ...fresh] };
}

/** Null before the first run. */
export const readLastResult = (file: string): LastResult | null =>
  existsSync(file) ? resultShape.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;

/** Writes what was measured beside the benchmarks. */
export function keep(file: string, ran: ReadonlyMap<string, readonly BenchRow[]>): void {
  const after = merged(readLastResult(file), ran, { machine, node: process.version, date: new Date().toISOString() });
  writeFileSync(`${file}.new`, `${JSON.stringify(after, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
