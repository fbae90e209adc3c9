import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { addFaults, noFaults } from './simulation/faults.ts';
import { type Run, simulate, storyOf } from './simulation/runner.ts';

/**
 * Many simulated lives, as long as one likes:
 *   npm run simulate -- --seeds 100000 [--from 1] [--workers 2]
 *   npm run simulate -- --seed 4711        one life again, with all that happened in it
 * Ends with 1 at the first seed that breaks a promise.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});

interface Share {
  readonly from: number;
  readonly until: number;
  readonly every: number;
}

function numberOf(name: 'seeds' | 'from' | 'workers' | 'seed', least: number): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  console.error(`--${name} wants a whole number from ${least} on`);
  process.exit(2);
}

async function work({ from, until, every }: Share, tell: (run: Run) => void): Promise<void> {
  for (let seed = from; seed < until; seed += every) {
    const run = await simulate(seed);
    tell(run);
    if (run.broken.length > 0) return;
  }
}

async function replay(seed: number): Promise<void> {
  const run = await simulate(seed, { keepLines: Number.POSITIVE_INFINITY });
  console.log(run.trace.join('\n'));
  console.log(
    run.broken.length > 0
      ? `\nSeed ${seed} breaks: ${run.broken[0]}`
      : `\nSeed ${seed} keeps every promise (${run.hash}).`,
  );
  process.exitCode = run.broken.length > 0 ? 1 : 0;
}

function runAll(): void {
  const [from, seeds, workers] = [numberOf('from', 0), numberOf('seeds', 1), numberOf('workers', 1)];
  const began = performance.now();
  const counts = noFaults();
  let [done, messages, working] = [0, 0, workers];
  const rate = () => ((done / (performance.now() - began)) * 1_000).toFixed(1);
  const progress = setInterval(() => console.log(`${done} of ${seeds} seeds, ${rate()} a second`), 10_000);
  const finish = () => {
    clearInterval(progress);
    console.log(
      `${done} seeds kept every promise: ${messages} messages, ${rate()} seeds a second. What went wrong meanwhile:`,
    );
    for (const [kind, n] of Object.entries(counts)) console.log(`  ${kind.padEnd(22)} ${n}`);
  };
  const threads = Array.from({ length: workers }, (_, i) => {
    const share: Share = { from: from + i, until: from + seeds, every: workers };
    const thread = new Worker(new URL(import.meta.url), { workerData: share });
    thread.on('message', (run: Run) => {
      done++;
      messages += run.messages;
      addFaults(counts, run.counts);
      if (run.broken.length === 0) return;
      clearInterval(progress);
      console.error(storyOf(run));
      process.exit(1);
    });
    thread.on('error', (error) => {
      console.error(error);
      process.exit(1);
    });
    thread.on('exit', () => {
      if (--working === 0) finish();
    });
    return thread;
  });
  process.on('SIGINT', () => {
    for (const thread of threads) void thread.terminate();
  });
}

if (!isMainThread)
  await work(workerData as Share, (run) =>
    parentPort?.postMessage(run.broken.length > 0 ? run : { ...run, trace: [] }),
  );
else if (values.seed !== undefined) await replay(numberOf('seed', 0));
else runAll();
