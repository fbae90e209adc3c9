import type { Benchmark } from './bench-row.ts';
import { runSchedules } from './clouds/schedule-run.ts';
import { shownNumber } from './figures.ts';

/** What EventBridge Scheduler takes in Seoul before it throttles, about. */
const seoulRate = 250;

/** Schedules of split dispatches made through confirmation and plan, beside bare calls; then those of the first waves fire. */
export const benchSchedules: Benchmark = async ({ quick, progress }) => {
  const [dispatches, waves] = quick ? [5, 20] : [100, 100];
  const { schedules, fired, create, fire, latestSeconds, floorRate } = await runSchedules(dispatches, waves, progress);
  const count = schedules.toLocaleString('en');
  const rate = schedules / create;
  const plan = `${dispatches} dispatches of ${waves} waves`;
  return [
    {
      row: `${count} schedules created`,
      ours: rate,
      peer: null,
      floor: floorRate,
      ratio: null,
      unit: 'schedules/s',
      target: `≥ ${seoulRate}, what Seoul takes`,
      ok: rate >= seoulRate,
      notes: `${plan}, from the first confirmation to the last schedule in ${shownNumber(create)} s, the holds of credits in it; the floor is the bare call, as many at once. The real service takes about ${seoulRate}/s: there ${count} take ${shownNumber(schedules / seoulRate)} s, whoever asks; what is throttled is asked again with jitter`,
    },
    {
      row: `${fired.toLocaleString('en')} schedules fired`,
      ours: fired / fire,
      peer: null,
      floor: null,
      ratio: null,
      unit: 'waves/s',
      target: null,
      ok: true,
      notes: `the first ${fired / dispatches} waves of each, all and none early, in ${shownNumber(fire)} s of moved clock: each wave’s batches queued and its release marked, ${dispatches} in the same minute, a sweep every minute; the last mark at most ${shownNumber(latestSeconds)} s after its time. The others wait for theirs`,
    },
  ];
};
