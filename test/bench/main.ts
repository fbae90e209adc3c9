import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { benchBundles } from './bundles.ts';
import { benchCancel } from './cancel.ts';
import { stopClouds } from './clouds/bench-cloud.ts';
import { benchDispatch } from './dispatch.ts';
import { benchDuplicates } from './duplicates.ts';
import { benchGrowth } from './growth.ts';
import { benchHolds } from './holds.ts';
import { keep, machine } from './last-result.ts';
import { benchPrepare } from './prepare.ts';
import { benchRelease } from './release.ts';
import { benchSchedules } from './schedules.ts';
import { detailsOf, tableOf } from './table.ts';
import { benchUsage } from './usage.ts';
import { benchValidate } from './validate.ts';

/** In the order in which they run. Those that dispatch share their runs; the last ones move a clock. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  validate: benchValidate,
  prepare: benchPrepare,
  holds: benchHolds,
  bundles: benchBundles,
  dispatch: benchDispatch,
  usage: benchUsage,
  duplicates: benchDuplicates,
  growth: benchGrowth,
  release: benchRelease,
  cancel: benchCancel,
  schedules: benchSchedules,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(' or ')}; there are ${Object.keys(benchmarks).join(', ')}.`);
  process.exit(2);
}

const startedAt = performance.now();
const say = (text: string): void => console.error(`${Math.round((performance.now() - startedAt) / 1_000)} s  ${text}`);
const ran = new Map<string, readonly BenchRow[]>();
let broken = 0;
try {
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    say(name);
    try {
      ran.set(name, await benchmark({ quick: values.quick, progress: (text) => say(`  ${name}: ${text}`) }));
    } catch (error) {
      broken++;
      console.error(`${name} is broken:`, error);
    }
  }
} finally {
  await stopClouds();
}

const rows = [...ran.values()].flat();
console.log(`\n${tableOf(rows)}`);
for (const [name, some] of ran) {
  const details = detailsOf(some);
  if (details !== '') console.log(`\n${name}: what the figures are made of\n${details}`);
}
console.log(`\n${machine}, Node ${process.version}, ${Math.round((performance.now() - startedAt) / 1_000)} s in all`);
if (values.quick) console.log('Quick sizes say that the benchmarks work, not how fast anything is: nothing is kept.');
else if (ran.size > 0) keep(join(import.meta.dirname, 'last-result.json'), ran);
process.exit(broken > 0 ? 1 : 0);
