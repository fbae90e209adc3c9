import type { BenchRow } from './bench-row.ts';
import { shownNumber } from './figures.ts';

/** Two measurements of the same work differ by as much on an idle machine. */
const noise = 1.15;
export const peakMegabytesMax = 200;

/** What one message cost at one size. */
export interface Point {
  readonly recipients: number;
  readonly micros: number;
  /** Of the work alone, in a process of its own. */
  readonly peakMegabytes?: number;
  /** Of the whole local cloud, whose emulators keep queues and calls in memory: to be looked at, no target. */
  readonly cloudMegabytes?: number;
}

export const pointOf = (recipients: number, seconds: number): Point => ({
  recipients,
  micros: (seconds / recipients) * 1e6,
});

/** Ten times the recipients, ten times the work, and no more memory: the largest size beside the one before it. */
export function growthRow(work: string, unit: string, points: readonly Point[]): BenchRow {
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
