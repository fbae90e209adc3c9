import { type Check, check, type Outcome, same } from './agreement.ts';
import type { Arrival } from './control.ts';
import type { Credits, Dispatch, Wave } from './customer.ts';
import { seoulTime } from './seoul-time.ts';

/** What was planned, beside what came of it. */
export interface Plan {
  /** When the first wave was to go, as the customer said last. */
  readonly atMs: number;
  readonly waves: number;
  readonly intervalMs: number;
  readonly dropped: Dropped;
}

/** A second plan, canceled before its time. */
export interface Dropped {
  readonly dispatch: Dispatch;
  readonly to: readonly string[];
  /** Before it was made, while it waited, and after it was canceled. */
  readonly credits: { readonly before: Credits; readonly held: Credits; readonly after: Credits };
}

/** A schedule is exact to the minute, and sending a wave takes a moment. */
const punctualMs = 120_000;

/** Holds a plan against what came of it: its waves, and when what arrived at whom. */
export function planChecksOf({ seen, messages, arrivals }: Outcome, plan: Plan): readonly Check[] {
  const { waves, quote } = seen.at(-1)!;
  const { dropped } = plan;
  const inFileOrder = messages.filter(({ status }) => status !== 'skipped').sort((a, b) => a.row - b.row);
  const waveOf = new Map<string, Wave>();
  let end = 0;
  for (const wave of waves) {
    const start = end;
    end += wave.recipients;
    for (const { to } of inFileOrder.slice(start, end)) waveOf.set(to, wave);
  }
  const ofWave = (wave: Wave) => arrivals.filter(({ to }) => waveOf.get(to) === wave);
  const misplaced = (early: boolean) =>
    arrivals.filter(({ to, atMs }) => {
      const wave = waveOf.get(to);
      return wave !== undefined && (early ? atMs < wave.at : atMs >= wave.at + punctualMs);
    });
  const sizes = waves.map(({ recipients }) => recipients);

  return [
    check('the waves lie at the times asked for, and are of one size but for one recipient', [
      same('waves', waves.length, 'asked for', plan.waves),
      ...waves.map(({ number, at }) => sameTime(number, at, plan.atMs + (number - 1) * plan.intervalMs)),
      same(
        'sizes of waves, summed',
        sizes.reduce((sum, size) => sum + size, 0),
        'sendable',
        quote?.sendable ?? 0,
      ),
      Math.max(...sizes) - Math.min(...sizes) > 1 ? [`the sizes of the waves are ${sizes.join(', ')}`] : [],
      ...waves.map(({ number, recipients, progress }) =>
        same(`recipients of wave ${number}`, recipients, 'counted in it', sumOf(progress)),
      ),
    ]),
    check('nothing arrived before its wave was due, everything within two minutes after', [
      same('arrivals too early', misplaced(true).length, 'expected', 0),
      same('arrivals too late', misplaced(false).length, 'expected', 0),
      ...waves.map(({ number, at, releasedAt }) =>
        releasedAt !== null && releasedAt >= at && releasedAt < at + punctualMs
          ? []
          : [
              `wave ${number} of ${seoulTime(at)} was released ${releasedAt === null ? '0 times' : seoulTime(releasedAt)}`,
            ],
      ),
    ]),
    check('each wave went to its own recipients, in the order of the file', [
      ...waves.map((wave) =>
        same(`arrivals at recipients of wave ${wave.number}`, ofWave(wave).length, 'sent in it', sentOf(wave)),
      ),
    ]),
    check('what was canceled before its time cost nothing and reached nobody', droppedFlaws(dropped, arrivals)),
  ];
}

function droppedFlaws({ dispatch, to, credits }: Dropped, arrivals: readonly Arrival[]) {
  const { before, held, after } = credits;
  const arrived = arrivals.filter((arrival) => to.includes(arrival.to));
  return [
    same('arrivals at its recipients', arrived.length, 'expected', 0),
    same('its recipients', to.length, 'canceled', dispatch.progress.canceled),
    same('held while it waited', held.held - before.held, 'released', dispatch.credits.released),
    same('available before it', before.available, 'after it', after.available),
    same('held before it', before.held, 'after it', after.held),
  ];
}

/** Handed over and not failed: those whose phones got it. */
export const sentOf = ({ progress: { submitted, delivered, unknown } }: Wave): number =>
  submitted + delivered + unknown;

const sameTime = (number: number, isMs: number, ofMs: number): readonly string[] =>
  isMs === ofMs ? [] : [`wave ${number} is at ${seoulTime(isMs)}, asked for was ${seoulTime(ofMs)}`];

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
