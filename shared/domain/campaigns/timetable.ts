import { rowsKeptDays, scheduleDaysMax } from '../../contracts/limits.ts';
import { spanMs } from '../dispatches/schedule.ts';
import type { Plan } from './campaign.ts';

/** Why a campaign cannot run at its times: where in the request, and a sentence. */
export interface TimeProblem {
  readonly pointer: '/period/startAt' | '/period/endAt' | '/schedule/at' | '/split';
  readonly kind: 'in_the_past' | 'too_early' | 'too_late';
  readonly message: string;
}

type Times = Pick<Plan, 'period' | 'schedule' | 'split'>;

const dayMs = 86_400_000;
/** A schedule is made for the end: what lies in another age is a slip of the pen. */
const periodDaysMax = 3_660;

/** When the first wave goes if the campaign is published by now. */
export const firstWaveMs = ({ period, schedule }: Times, nowMs: number): number =>
  Math.max(schedule?.atMs ?? period.startAtMs, nowMs);

/**
 * What speaks against these times now; null: nothing. `startMayHavePassed`: a draft that was written in time may be
 * published late, and then starts at once.
 */
export function timeProblem(times: Times, nowMs: number, startMayHavePassed: boolean): TimeProblem | null {
  const { period, schedule, split } = times;
  const { startAtMs, endAtMs } = period;
  const latestMs = nowMs + scheduleDaysMax * dayMs;
  const lastMs = firstWaveMs(times, nowMs) + spanMs(split);
  const problem = (pointer: TimeProblem['pointer'], kind: TimeProblem['kind'], message: string) => ({
    pointer,
    kind,
    message,
  });
  const tooFar = `more than ${scheduleDaysMax} days ahead.`;
  if (endAtMs <= nowMs) return problem('/period/endAt', 'in_the_past', 'The end has passed.');
  if (endAtMs <= startAtMs) return problem('/period/endAt', 'too_early', 'The end must be later than the start.');
  if (startAtMs < nowMs && !startMayHavePassed)
    return problem('/period/startAt', 'in_the_past', 'The start has passed.');
  if (startAtMs > latestMs) return problem('/period/startAt', 'too_late', `The start lies ${tooFar}`);
  if (endAtMs > nowMs + periodDaysMax * dayMs)
    return problem('/period/endAt', 'too_late', 'The end lies more than ten years ahead.');
  if (schedule) {
    const { atMs } = schedule;
    if (atMs < nowMs) return problem('/schedule/at', 'in_the_past', 'This time has passed.');
    if (atMs < startAtMs) return problem('/schedule/at', 'too_early', 'This time lies before the period.');
    if (atMs >= endAtMs) return problem('/schedule/at', 'too_late', 'This time lies behind the period.');
    if (atMs > latestMs) return problem('/schedule/at', 'too_late', `This time lies ${tooFar}`);
  }
  if (lastMs >= endAtMs) return problem('/split', 'too_late', 'The last part would go behind the period.');
  return lastMs > latestMs ? problem('/split', 'too_late', `The last part would go ${tooFar}`) : null;
}

/** Until when recipients can be read: objects live a while longer, but nobody counts on that. */
export const keptUntilMs = (writtenAtMs: number): number => writtenAtMs + rowsKeptDays * dayMs;
