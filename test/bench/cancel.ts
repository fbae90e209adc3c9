import type { Benchmark, BenchRow } from './bench-row.ts';
import { type HeldRun, heldRuns, heldSizes } from './clouds/held-run.ts';
import { median, shownNumber } from './figures.ts';
import { growthRow, type Point, pointOf } from './growth-row.ts';

/** The API answers by then or not at all. */
const targetSeconds = 29;
const kinds = {
  cancelSending: 'released and not sent yet',
  cancelScheduled: 'scheduled',
} as const satisfies Partial<Record<keyof HeldRun, string>>;

/** From the call to its answer, by which every credit is back, beside the conditional update of each batch alone. */
export const benchCancel: Benchmark = async ({ quick, progress }) => {
  const { sizes, rounds } = heldSizes(quick);
  const rows: BenchRow[] = [];
  for (const kind of ['cancelSending', 'cancelScheduled'] as const) {
    const points: Point[] = [];
    for (const size of sizes) {
      const runs = await heldRuns(size, rounds, progress);
      points.push(pointOf(size, median(runs.map((run) => run[kind]))));
    }
    const runs = await heldRuns(sizes.at(-1) ?? 0, rounds, progress);
    rows.push(rowOf(kinds[kind], runs, kind), growthRow(`cancel, ${kinds[kind]}`, 'µs/message', points));
  }
  return rows;
};

function rowOf(state: string, runs: readonly HeldRun[], kind: keyof typeof kinds): BenchRow {
  const ours = median(runs.map((run) => run[kind]));
  const floor = median(runs.map(({ cancelFloor }) => cancelFloor));
  return {
    row: `cancel of ${runs[0]?.recipients.toLocaleString('en')}, ${state}`,
    ours,
    peer: null,
    floor,
    ratio: null,
    unit: 's from the call to its answer, credits back',
    target: `< ${targetSeconds} s, the API’s limit`,
    ok: ours < targetSeconds,
    notes: `${shownNumber(ours / floor)} times the floor: a conditional update of each batch, as many at once, and nothing read, added up or given back`,
  };
}
