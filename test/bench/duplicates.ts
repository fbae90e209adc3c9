import type { Benchmark, BenchRow } from './bench-row.ts';
import { benchCloud } from './clouds/bench-cloud.ts';
import { openTenant } from './clouds/bench-tenant.ts';
import { cpuMsOf } from './clouds/runs.ts';
import { runService, type ServiceRun } from './clouds/service-run.ts';
import { median, shownNumber } from './figures.ts';

/** A claim for each message is one write; nothing else may come with it. */
const targetMore = 1.01;

/**
 * What it costs to hold repeats back: the same dispatches by turns of a tenant that does and of one that does not. No
 * message repeats another, so that all of them go, and each is claimed.
 */
export const benchDuplicates: Benchmark = async ({ quick, progress }) => {
  const [recipients, rounds] = quick ? [2_000, 1] : [10_000, 3];
  const cloud = await benchCloud('service');
  const [without, blocked] = [await openTenant(cloud), await openTenant(cloud)];
  await blocked.patch('/v1/settings', { duplicateBlockMinutes: 60 });
  const runs = { on: [] as ServiceRun[], off: [] as ServiceRun[] };
  for (let round = 0; round <= rounds; round++) {
    const text = `{{ name }}님, 주문하신 상품이 오늘 출발합니다. ${round}`;
    const off = await runService(recipients, () => undefined, { tenant: without, text });
    const on = await runService(recipients, () => undefined, { tenant: blocked, text });
    if (round === 0) continue; // warmed up
    runs.off.push(off);
    runs.on.push(on);
    progress(`round ${round} of ${rounds} is done`);
  }
  return rowsOf(recipients, runs.on, runs.off);
};

function rowsOf(recipients: number, on: readonly ServiceRun[], off: readonly ServiceRun[]): readonly BenchRow[] {
  const size = recipients.toLocaleString('en');
  const rowOf = (what: string, unit: string, of: (runs: readonly ServiceRun[]) => number, notes: string): BenchRow => ({
    row: `repeats held back, dispatch of ${size}: ${what}`,
    ours: of(on),
    peer: of(off),
    floor: null,
    ratio: of(off) / of(on),
    unit,
    target: null,
    ok: true,
    notes,
  });
  const units = (runs: readonly ServiceRun[]) => median(runs.map(({ use }) => use.writeUnits / recipients));
  const time = (runs: readonly ServiceRun[]) =>
    median(runs.map(({ completeSeconds }) => (completeSeconds / recipients) * 1_000));
  const more = units(on) - units(off);
  return [
    {
      ...rowOf(
        'write units',
        'units/message',
        units,
        `the other column is the same without: ${shownNumber(more)} more`,
      ),
      target: `≤ ${targetMore} more than without`,
      ok: more <= targetMore,
    },
    rowOf(
      'time',
      'ms/message',
      time,
      'from the confirmation to the last batch recorded, batches side by side, 25 claims of each at a time; here the emulated table’s time, and a batch that takes over 15 s claims anew; the other column is the same without',
    ),
    rowOf(
      'CPU of the whole cloud',
      'CPU ms/message',
      cpuMsOf,
      'from the confirmation on, the emulated table in it; the other column is the same without',
    ),
  ];
}
