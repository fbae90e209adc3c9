import { describe, expect, test } from 'vitest';
import { firstWaveMs, timeProblem } from '../../../shared/domain/campaigns/timetable.ts';
import { noonMs } from '../../support/contracts/samples.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = (ms: number) => noonMs + ms;
type Times = Parameters<typeof timeProblem>[0];
const times = (startMs: number, endMs: number, over: Partial<Times> = {}): Times => ({
  period: { startAtMs: at(startMs), endAtMs: at(endMs) },
  schedule: null,
  split: null,
  ...over,
});
const scheduled = (ms: number, over: Partial<Times> = {}) => ({ schedule: { atMs: at(ms) }, ...over });
const split = (count: number, intervalMinutes: number) => ({ split: { count, intervalMinutes } });

describe('times of a campaign', () => {
  test.each<[string, Times]>([
    ['that starts now', times(0, 1)],
    ['that starts in 60 days', times(60 * day, 61 * day)],
    ['that may last for years', times(hour, 1_000 * day)],
    ['that sends at its very start', times(hour, day, scheduled(hour))],
    ['that sends in its last millisecond', times(hour, day, scheduled(day - 1))],
    ['that sends in 60 days', times(hour, 70 * day, scheduled(60 * day))],
    ['whose last part goes before its end', times(0, 60 * 60_000 + 1, split(3, 30))],
    ['whose last part goes in 60 days', times(0, 100 * day, split(61, 1_440))],
  ])('%s are fine', (_, given) => {
    expect(timeProblem(given, noonMs, false)).toBeNull();
  });

  test.each<[string, Times, string, string]>([
    ['that have passed', times(-day, -1), '/period/endAt', 'in_the_past'],
    ['that end now', times(-day, 0), '/period/endAt', 'in_the_past'],
    ['that end before they start', times(day, hour), '/period/endAt', 'too_early'],
    ['that end as they start', times(day, day), '/period/endAt', 'too_early'],
    ['that have begun', times(-1, day), '/period/startAt', 'in_the_past'],
    ['beyond 60 days', times(60 * day + 1, 61 * day), '/period/startAt', 'too_late'],
    ['that send in the past', times(0, day, scheduled(-1)), '/schedule/at', 'in_the_past'],
    ['that send before the period', times(hour, day, scheduled(hour - 1)), '/schedule/at', 'too_early'],
    ['that end beyond ten years', times(hour, 3_660 * day + 1), '/period/endAt', 'too_late'],
    ['that end in another age', times(hour, 2_900_000 * day), '/period/endAt', 'too_late'],
    ['that send as the period ends', times(hour, day, scheduled(day)), '/schedule/at', 'too_late'],
    ['that send beyond 60 days', times(hour, 99 * day, scheduled(60 * day + 1)), '/schedule/at', 'too_late'],
    ['whose last part goes as the period ends', times(0, hour, split(3, 30)), '/split', 'too_late'],
    ['whose last part goes behind the period', times(0, hour, split(4, 30)), '/split', 'too_late'],
    ['whose last part goes beyond 60 days', times(1, 100 * day, split(61, 1_440)), '/split', 'too_late'],
    ['whose parts begin late', times(0, day, { ...scheduled(day - hour), ...split(2, 60) }), '/split', 'too_late'],
  ])('%s are refused', (_, given, pointer, kind) => {
    expect(timeProblem(given, noonMs, false)).toMatchObject({ pointer, kind });
  });

  test('a start that has passed is fine for what was written in time, and then means now', () => {
    expect(timeProblem(times(-hour, day), noonMs, true)).toBeNull();
    expect(firstWaveMs(times(-hour, day), noonMs)).toBe(noonMs);
    expect(timeProblem(times(-hour, hour, split(2, 59)), noonMs, true)).toBeNull();
    expect(timeProblem(times(-hour, hour, split(2, 60)), noonMs, true)).toMatchObject({ pointer: '/split' });
    expect(timeProblem(times(-day, -1), noonMs, true)).toMatchObject({ kind: 'in_the_past' });
    expect(timeProblem(times(-day, day, scheduled(-hour)), noonMs, true)).toMatchObject({ pointer: '/schedule/at' });
  });
});
