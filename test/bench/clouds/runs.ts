import { median } from '../figures.ts';
import { runService, type ServiceRun } from './service-run.ts';
import { type PeerRun, runFloor, runUsualDesign } from './usual-run.ts';

/** Dispatches take minutes, so the benchmarks that look at them look at the same runs. */

type Progress = (text: string) => void;

const services = new Map<number, Promise<ServiceRun>>();

/** One dispatch of that many recipients, made when first asked for. */
export function serviceRun(recipients: number, progress: Progress): Promise<ServiceRun> {
  const run = services.get(recipients) ?? runService(recipients, progress);
  services.set(recipients, run);
  return run;
}

export interface Contest {
  readonly ours: readonly ServiceRun[];
  readonly peer: readonly PeerRun[];
  readonly floor: readonly PeerRun[];
}

export interface ContestSizes {
  readonly ours: number;
  readonly peer: number;
  readonly rounds: number;
}

/** What `npm run bench` measures: the peer costs a second per few hundred messages, so it sends fewer. */
export const contestSizes = (quick: boolean): ContestSizes =>
  quick ? { ours: 2_000, peer: 200, rounds: 1 } : { ours: 100_000, peer: 5_000, rounds: 3 };

let contested: Promise<Contest> | undefined;

/** Our dispatch, the usual design and the floor by turns on the same machine, each warmed up first. */
export function contest(sizes: ContestSizes, progress: Progress): Promise<Contest> {
  contested ??= hold(sizes, progress);
  return contested;
}

async function hold({ ours, peer, rounds }: ContestSizes, progress: Progress): Promise<Contest> {
  await runService(Math.min(ours, 5_000), () => undefined);
  await runUsualDesign(100);
  await runFloor(4_000);
  const runs: { ours: ServiceRun[]; peer: PeerRun[]; floor: PeerRun[] } = { ours: [], peer: [], floor: [] };
  for (let round = 1; round <= rounds; round++) {
    runs.ours.push(await (round === 1 ? serviceRun(ours, progress) : runService(ours, progress)));
    runs.floor.push(await runFloor(ours));
    runs.peer.push(await runUsualDesign(peer));
    progress(`round ${round} of ${rounds} is done`);
  }
  return runs;
}

/** Messages a second, of the middle run. */
export const rateOf = (runs: readonly { readonly recipients: number; readonly seconds: number }[]): number =>
  median(runs.map(({ recipients, seconds }) => recipients / seconds));

export const cpuMsOf = (runs: readonly { readonly recipients: number; readonly cpuSeconds: number }[]): number =>
  median(runs.map(({ recipients, cpuSeconds }) => (cpuSeconds / recipients) * 1_000));
