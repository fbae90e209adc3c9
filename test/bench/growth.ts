import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Benchmark } from './bench-row.ts';
import { serviceRun } from './clouds/runs.ts';
import type { ServiceRun } from './clouds/service-run.ts';
import { median } from './figures.ts';
import { growthRow, type Point, pointOf } from './growth-row.ts';
import { dataFile } from './validate-data.ts';

const run = promisify(execFile);
const script = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** Ten times the recipients, ten times the work, and no more memory: each step beside the one ten times smaller. */
export const benchGrowth: Benchmark = async ({ quick, progress }) => {
  const sizes = quick ? [1_000, 2_000] : [10_000, 100_000, 1_000_000];
  const runs: ServiceRun[] = [];
  for (const size of sizes) runs.push(await serviceRun(size, progress));
  const validated = await validateEach(sizes, quick ? 1 : 3, progress);
  return [
    growthRow('validate a csv', 'CPU µs/message, process start left out', validated),
    growthRow(
      'validate and prepare, from the file put to the quote',
      'µs/message',
      runs.map(({ recipients, validateSeconds, prepareSeconds }) =>
        pointOf(recipients, validateSeconds + prepareSeconds),
      ),
    ),
    growthRow(
      'dispatch, from the confirmation to settled',
      'µs/message',
      runs.map(({ recipients, settleSeconds }) => pointOf(recipients, settleSeconds)),
    ),
    growthRow(
      'dispatch, CPU of the whole cloud',
      'CPU µs/message',
      runs.map(({ recipients, cpuSeconds, peakMegabytes }) => ({
        ...pointOf(recipients, cpuSeconds),
        cloudMegabytes: peakMegabytes,
      })),
    ),
  ];
};

async function validateEach(sizes: readonly number[], rounds: number, progress: (text: string) => void) {
  const start = await validate(await dataFile('csv', 20), rounds);
  const points: Point[] = [];
  for (const recipients of sizes) {
    const { cpuSeconds, peakMegabytes } = await validate(await dataFile('csv', recipients), rounds);
    points.push({ ...pointOf(recipients, cpuSeconds - start.cpuSeconds), peakMegabytes });
    progress(`validated ${recipients.toLocaleString('en')}`);
  }
  return points;
}

async function validate(file: string, rounds: number) {
  const seen: { cpuSeconds: number; peakMegabytes: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await run(process.execPath, [script('validate-run.ts'), 'ours', 'csv', file]);
    seen.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as (typeof seen)[number]);
  }
  return {
    cpuSeconds: median(seen.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: Math.max(...seen.map(({ peakMegabytes }) => peakMegabytes)),
  };
}
