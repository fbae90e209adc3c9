import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions, functionNames } from '../../infra/bundle.ts';
import { env } from '../../shared/contracts/environment.ts';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { median, shownNumber } from './figures.ts';

const run = promisify(execFile);
const limitKilobytes = 600;

/** Every setting, so that each function finds its own. Nothing is asked for while a function loads. */
const settings = {
  ...Object.fromEntries(Object.values(env).map((name) => [name, `http://127.0.0.1/${name}`])),
  [env.carrierMessagesPerSecond]: '',
};
const environment = { ...settings, PATH: process.env.PATH, AWS_REGION: 'ap-northeast-2', TZ: 'UTC' };

/** Loads a module in a new process and tells how long that took; `process.exit` because clients hold connections open. */
const load = `
  const startedAt = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - startedAt));
  process.exit(0);`;

/** What each function weighs, and how long it takes until it could handle its first event. */
export const benchBundles: Benchmark = async ({ quick, progress }) => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-bench-bundles-'));
  try {
    const bundles = await bundleFunctions(folder);
    const initsMs = new Map(functionNames.map((name) => [name, [] as number[]]));
    const rounds = quick ? 1 : 5;
    for (let round = 1; round <= rounds; round++) {
      for (const name of functionNames) {
        const file = join(bundles[name].directory, 'index.mjs');
        const args = ['--input-type=module', '-e', load, file];
        initsMs.get(name)!.push(Number((await run(process.execPath, args, { env: environment })).stdout));
      }
      progress(`round ${round} of ${rounds}`);
    }
    return functionNames.map((name): BenchRow => {
      const { bytes, bytesByPackage } = bundles[name];
      const largest = bytesByPackage.slice(0, 3).map(([owner, size]) => `${owner} ${Math.round(size / 1_000)}`);
      return {
        row: `bundle ${name}`,
        ours: bytes / 1_000,
        peer: null,
        floor: null,
        ratio: null,
        unit: 'KB minified',
        target: `≤ ${limitKilobytes} KB`,
        ok: bytes <= limitKilobytes * 1_000,
        notes: `init ${shownNumber(median(initsMs.get(name)!))} ms (median of ${rounds} new processes on this machine); largest: ${largest.join(', ')} KB`,
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
