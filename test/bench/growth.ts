import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { serviceRun } from './clouds/runs.ts';
import type { ServiceRun } from './clouds/service-run.ts';
import { median, shownNumber } from './figures.ts';
import { dataFile } from './validate-data.ts';

const run = promisify(execFile);
const script = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));
/** Two measurements of the same work differ by as much on an idle machine. */
const noise = 1.15;
const peakMegabytesMax = 200;

/** Ten times the recipients, ten times the work, and no more memory: each step beside the one ten times smaller. */
export const benchGrowth: Benchmark = async ({ quick, progress }) => {
  const sizes = quick ? [1_000, 2_000] : [10_000, 100_000, 1_000_000];
  const runs: ServiceRun[] = [];
  for (const size of sizes) runs.push(await serviceRun(size, progress));
  const validated = await validateEach(sizes, quick ? 1 : 3, progress);
  return [
    rowOf('validate a csv', 'CPU µs/message, process start left out', validated),
    rowOf(
      'validate and prepare, from the file put to the quote',
      'µs/message',
      runs.map(({ recipients, validateSeconds, prepareSeconds }) => ({
        recipients,
        micros: ((validateSeconds + prepareSeconds) / recipients) * 1e6,
      })),
    ),
    rowOf(
      'dispatch, from the confirmation to settled',
      'µs/message',
      runs.map(({ recipients, settleSeconds }) => ({ recipients, micros: (settleSeconds / recipients) * 1e6 })),
    ),
    rowOf(
      'dispatch, CPU of the whole cloud',
      'CPU µs/message',
      runs.map(({ recipients, cpuSeconds, peakMegabytes }) => ({
        recipients,
        micros: (cpuSeconds / recipients) * 1e6,
        cloudMegabytes: peakMegabytes,
      })),
    ),
  ];
};

interface Point {
  readonly recipients: number;
  readonly micros: number;
  /** Of the work alone, in a process of its own. */
  readonly peakMegabytes?: number;
  /** Of the whole local cloud, whose emulators keep queues and calls in memory: to be looked at, no target. */
  readonly cloudMegabytes?: number;
}

function rowOf(work: string, unit: string, points: readonly Point[]): BenchRow {
  const [last, before] = points.toReversed();
  if (!last || !before) throw new Error('Growth needs two sizes');
  const peak = Math.max(...points.map(({ peakMegabytes = 0 }) => peakMegabytes));
  const memory = peak > 0 ? `, ≤ ${peakMegabytesMax} MB` : '';
  return {
    row: `${work}: ${last.recipients.toLocaleString('en')} against ${before.recipients.toLocaleString('en')}`,
    ours: last.micros,
    peer: null,
    floor: null,
    ratio: before.micros / last.micros,
    unit,
    target: `no more a message (${Math.round((noise - 1) * 100)} % noise)${memory}`,
    ok: last.micros <= before.micros * noise && peak <= peakMegabytesMax,
    notes: points.map(shownPoint).join('; '),
  };
}

function shownPoint({ recipients, micros, peakMegabytes, cloudMegabytes }: Point): string {
  const own = peakMegabytes === undefined ? '' : `, peak ${Math.round(peakMegabytes)} MB`;
  const cloud = cloudMegabytes === undefined ? '' : `, whole cloud ${Math.round(cloudMegabytes)} MB`;
  return `${recipients.toLocaleString('en')}: ${shownNumber(micros)} µs${own}${cloud}`;
}

async function validateEach(sizes: readonly number[], rounds: number, progress: (text: string) => void) {
  const start = await validate(await dataFile('csv', 20), rounds);
  const points: Point[] = [];
  for (const recipients of sizes) {
    const { cpuSeconds, peakMegabytes } = await validate(await dataFile('csv', recipients), rounds);
    points.push({ recipients, micros: ((cpuSeconds - start.cpuSeconds) / recipients) * 1e6, peakMegabytes });
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
