import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { SendingRules } from '../../../shared/domain/dispatches/ports.ts';
import type { SeededRandom } from '../../support/fakes/clock.ts';
import { type Night, nextEvening, nextMorning } from './korea.ts';

/** What a tenant decided where the law leaves it a choice. */
export interface Rules {
  readonly policy: 'fail' | 'wait';
  readonly night: Night;
  readonly informationalToOptedOut: 'send' | 'exclude';
  readonly unknownConsent: 'warn' | 'exclude';
}

export function rulesOf(random: SeededRandom): Rules {
  const usual = random.chance(0.4);
  return {
    policy: random.chance(0.6) ? 'wait' : 'fail',
    night: usual
      ? { from: 20 * 60, until: 8 * 60 }
      : { from: 18 * 60 + random.below(181), until: 8 * 60 + random.below(241) },
    informationalToOptedOut: random.chance(0.6) ? 'send' : 'exclude',
    unknownConsent: random.chance(0.8) ? 'warn' : 'exclude',
  };
}

/** The same as the settings of a tenant say it. */
export const settingsOf = ({
  policy,
  night,
  informationalToOptedOut,
  unknownConsent,
}: Rules): Omit<SendingRules, 'duplicateBlockMinutes'> => ({
  permissionRules: { informationalToOptedOut, unknownConsent },
  night: { policy, windows: { 'Asia/Seoul': { startMinute: night.from, endMinute: night.until } } },
});

/** When a life begins: most of those with advertisements shortly before an evening or a morning. */
export function beginningOf(random: SeededRandom, { night }: Rules, nowMs: number): number {
  const what = random.random();
  if (what < 0.55) return nextEvening(night, nowMs) - random.below(10 * minuteMs);
  if (what < 0.85) return nextMorning(night, nowMs) - random.below(10 * minuteMs);
  return nowMs + random.below(24 * 60 * minuteMs);
}

const minuteMs = 60_000;

/** A time ahead at which a night matters: about its beginning or its end, or inside. */
export function nightlyTime(random: SeededRandom, rules: ReadonlyMap<OwnerId, Rules>, owner: OwnerId, nowMs: number) {
  const night = rules.get(owner)!.night;
  const what = random.random();
  const [evening, morning] = [nextEvening(night, nowMs), nextMorning(night, nowMs)];
  const atMs =
    what < 0.4
      ? evening - (random.chance(0.5) ? 30_000 : 90_000) + random.below(35_000)
      : what < 0.6
        ? morning - 30_000 + random.below(60_000)
        : what < 0.8
          ? morning - random.below(100 * minuteMs)
          : evening + random.below(11 * 60 * minuteMs);
  return Math.max(atMs, nowMs + 5_000);
}
