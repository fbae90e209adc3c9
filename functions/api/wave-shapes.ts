import * as z from 'zod';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import type { Release } from '../../shared/domain/dispatches/ports.ts';
import { wavesOf, waveTotalsOf } from '../../shared/domain/dispatches/waves.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How the parts of a dispatch are answered. */

const count = z.int().min(0);

export const waveShape = z
  .object({
    number: z.int().min(1),
    at: timeShape.meta({ description: 'Before the dispatch is confirmed: as if it were confirmed now' }),
    recipients: count.meta({ description: 'Those who can be sent to; the sum of the counts in `progress`' }),
    releasedAt: timeShape.nullable(),
    progress: z.object({
      planned: count,
      skipped: count,
      canceled: count,
      submitted: count,
      delivered: count,
      failed: count,
      unknown: count,
    }),
  })
  .meta({ id: 'Wave' });

export function shownWaves(
  dispatch: Dispatch,
  { releases, nowMs }: { readonly releases: readonly Release[]; readonly nowMs: number },
): z.input<typeof waveShape>[] {
  const totals = waveTotalsOf(dispatch);
  const released = new Map(releases.map(({ wave, atMs }) => [wave, atMs]));
  // What ended unsent would have gone then, not ever later
  return wavesOf(dispatch, dispatch.completedAtMs ?? nowMs).map(({ number, atMs, recipients }, i) => {
    const [planned, skipped, canceled, submitted, delivered, failed, unknown] = totals[i] ?? [0, 0, 0, 0, 0, 0, 0];
    return {
      number,
      at: shownTime(atMs),
      recipients,
      releasedAt: shownTimeOrNull(released.get(number) ?? null),
      progress: { planned, skipped, canceled, submitted, delivered, failed, unknown },
    };
  });
}
