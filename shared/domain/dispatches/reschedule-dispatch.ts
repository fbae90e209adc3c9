import { firstCheckMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import { moves } from './dispatch.ts';
import { nightRefusal } from './night.ts';
import { type DispatchStore, isRefused, type Queues, type Time } from './ports.ts';
import { type Schedule, type ScheduleProblem, scheduleProblem } from './schedule.ts';

export interface ReschedulePorts {
  readonly dispatches: Pick<DispatchStore, 'move'>;
  readonly queues: Pick<Queues, 'plan'>;
  readonly time: Time;
}

export type RescheduleOutcome =
  | { readonly kind: 'rescheduled'; readonly dispatch: Dispatch }
  | { readonly kind: 'wrong_state'; readonly dispatch: Dispatch }
  | { readonly kind: 'schedule'; readonly problem: ScheduleProblem }
  /** All of it would go at night, and nobody in it consented to that. */
  | { readonly kind: 'night_window'; readonly opensAtMs: number };

/**
 * Moves a dispatch to another time: one write, after which no schedule of before counts. Without a schedule, one that
 * waits for its time goes out now, and one that waits for its confirmation goes out when it is confirmed.
 */
export async function rescheduleDispatch(
  ports: ReschedulePorts,
  dispatch: Dispatch,
  schedule: Schedule | null,
): Promise<RescheduleOutcome> {
  for (let current = dispatch; ; ) {
    if (!moves.reschedule.from.some((state) => state === current.state))
      return { kind: 'wrong_state', dispatch: current };
    const nowMs = ports.time.now();
    const problem = scheduleProblem(schedule, current.split, nowMs, current.createdAtMs);
    if (problem) return { kind: 'schedule', problem };
    const waits = current.state === 'scheduled';
    // One without a time is judged when it is confirmed
    const opensAtMs = waits || schedule !== null ? nightRefusal({ ...current, schedule }, nowMs) : null;
    if (opensAtMs !== null) return { kind: 'night_window', opensAtMs };
    const moved = await ports.dispatches.move(current, 'reschedule', {
      ...current,
      schedule,
      revision: current.revision + 1,
      ...(waits && { firstWaveAtMs: schedule?.atMs ?? nowMs, nextCheckAtMs: nowMs + firstCheckMs }),
    });
    if (!isRefused<Dispatch>(moved)) {
      if (waits) {
        // Its new schedules first: should this process end between the two, old ones fire and do nothing
        await ports.queues.plan({ dispatchId: moved.id, plan: moved.revision });
        await ports.queues.plan({ dispatchId: moved.id, plan: current.revision });
      }
      return { kind: 'rescheduled', dispatch: moved };
    }
    if (moved.refused === null) throw new Error(`${dispatch.id} vanished while it was rescheduled`);
    current = moved.refused;
  }
}
