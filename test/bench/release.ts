import type { Benchmark } from './bench-row.ts';
import { usualSample } from './clouds/held-floors.ts';
import { heldRuns, heldSizes, runSplit } from './clouds/held-run.ts';
import { median, shownNumber } from './figures.ts';
import { growthRow, type Point, pointOf } from './growth-row.ts';

const targetRatio = 10;
const waves = 10;

/**
 * From the confirmation until every batch of a dispatch is queued, beside the reads and the calls to the queue alone
 * and beside a queue message for each recipient. Nobody takes the batches: no carrier is called.
 */
export const benchRelease: Benchmark = async ({ quick, progress }) => {
  const { sizes, rounds } = heldSizes(quick);
  const points: Point[] = [];
  const split: Point[] = [];
  for (const size of sizes) {
    const runs = await heldRuns(size, rounds, progress);
    points.push(pointOf(size, median(runs.map(({ release }) => release))));
  }
  for (const size of sizes) {
    split.push(pointOf(size, await runSplit(size, waves)));
    progress(`${size.toLocaleString('en')} in ${waves} waves`);
  }
  const largest = sizes.at(-1) ?? 0;
  const runs = await heldRuns(largest, rounds, progress);
  const [ours, peer, floor] = [
    median(runs.map(({ release }) => release)),
    median(runs.map(({ usualRelease }) => usualRelease)),
    median(runs.map(({ releaseFloor }) => releaseFloor)),
  ];
  return [
    {
      row: `release of ${largest.toLocaleString('en')}, from the confirmation to the last batch queued`,
      ours,
      peer,
      floor,
      ratio: peer / ours,
      unit: 's',
      target: `≥ ${targetRatio}× the usual design`,
      ok: peer >= targetRatio * ours,
      notes: `${shownNumber((floor / ours) * 100)} % of it is the floor: reading the batches and as many calls of ten to the same queue; the rest is the hold, the wave’s record and a function’s start; the usual design queues a message for each recipient, extrapolated from ${usualSample.toLocaleString('en')}, and reads nothing`,
    },
    growthRow('release', 'µs/message', points),
    growthRow(`release in ${waves} waves, the clock moved to each`, 'µs/message, sweeps in it', split),
  ];
};
