import * as z from 'zod';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import { nightForecast, type WaveAtNight } from '../../shared/domain/dispatches/night.ts';
import { korea, nightPolicies } from '../../shared/domain/times/night-window.ts';
import { wallClock } from './night-settings.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** What the night will do to a dispatch, as its quote shows it. */

const count = z.int().min(0);

export const nightWindowShape = z
  .object({
    policy: z.enum(nightPolicies),
    timeZone: z.string(),
    start: z.string().meta({ example: '20:00' }),
    end: z.string().meta({ example: '08:00' }),
    waves: z.array(
      z.object({
        number: z.int().min(1),
        at: timeShape,
        opensAt: timeShape.nullable().meta({ description: 'When the night it falls into has ended; null: it is day' }),
        goAtOnce: count.meta({ description: 'Recipients who get it at its time: by day all, at night who consented' }),
        wait: count.meta({ description: 'Recipients who get it at `opensAt`' }),
        skipped: count.meta({ description: 'Recipients who would be skipped as `night_window`' }),
      }),
    ),
  })
  .meta({
    id: 'NightWindow',
    description:
      'Of an advertisement: what the night will do to each of its waves, by what is known now. What is still going when the night begins is treated the same way.',
  });

export function shownNight(dispatch: Dispatch, nowMs: number): z.input<typeof nightWindowShape> | null {
  const forecast = nightForecast(dispatch, nowMs);
  const window = dispatch.night?.windows[korea];
  if (!forecast || !dispatch.night || !window) return null;
  const { policy } = dispatch.night;
  return {
    policy,
    timeZone: korea,
    start: wallClock(window.startMinute),
    end: wallClock(window.endMinute),
    waves: forecast.map((wave) => {
      const others = wave.opensAtMs === null ? 0 : wave.recipients - wave.consented;
      return {
        number: wave.wave,
        at: shownTime(wave.atMs),
        opensAt: shownTimeOrNull(wave.opensAtMs),
        goAtOnce: wave.recipients - others,
        wait: policy === 'wait' ? others : 0,
        skipped: policy === 'fail' ? others : 0,
      };
    }),
  };
}

/** When the last of those go who wait for a morning; null: nobody waits. */
export function finishesInTheMorning(dispatch: Dispatch, nowMs: number): string | null {
  if (dispatch.night?.policy !== 'wait') return null;
  const waits = ({ opensAtMs, recipients, consented }: WaveAtNight) => (recipients > consented ? opensAtMs : null);
  const mornings = (nightForecast(dispatch, nowMs) ?? []).map(waits).filter((atMs) => atMs !== null);
  return mornings.length > 0 ? shownTime(Math.max(...mornings)) : null;
}
