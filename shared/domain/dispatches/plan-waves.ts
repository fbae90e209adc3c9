import type { PlanMessage, WaveMessage } from '../../contracts/queue-messages.ts';
import type { Dispatch } from './dispatch.ts';
import { type DispatchStore, isRefused, type Queues, type Schedules, type Time } from './ports.ts';
import { UnknownDispatch } from './settle-dispatch.ts';
import { wavesOf } from './waves.ts';

export interface PlanWavesPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move'>;
  readonly schedules: Schedules;
  readonly queues: Pick<Queues, 'wave'>;
  readonly time: Time;
}

/** Schedules are exact to the minute and take a moment to be made: what is nearer waits in the queue instead. */
export const scheduledAheadMs = 2 * 60_000;
const atOnce = 10;

const nameOf = (message: WaveMessage) => `${message.dispatchId}-w${message.wave}-r${message.revision}`;

/**
 * Brings the scheduler in line with a dispatch: makes a schedule for every wave to come if the revision is the one that
 * counts, and takes those of a revision away that no longer does. Doing it twice is harmless.
 */
export async function planWaves(ports: PlanWavesPorts, { dispatchId, plan: revision }: PlanMessage): Promise<void> {
  const dispatch = await ports.dispatches.read(dispatchId);
  if (!dispatch) throw new UnknownDispatch(`${dispatchId} does not exist`);
  const counts = revision === dispatch.revision && ['scheduled', 'sending'].includes(dispatch.state);
  const records = wavesOf(dispatch, ports.time.now())
    .filter(({ atMs }) => atMs > (dispatch.startedAtMs ?? 0)) // a wave due at the start is released by whoever starts it
    .map((wave) => ({ atMs: wave.atMs, message: { dispatchId, wave: wave.number, revision } }));
  for (let start = 0; start < records.length; start += atOnce) {
    const some = records.slice(start, start + atOnce);
    await Promise.all(
      some.map(({ atMs, message }) =>
        counts ? arrange(ports, message, atMs) : ports.schedules.remove(nameOf(message)),
      ),
    );
  }
  if (counts) await markPlanned(ports, dispatch);
}

async function arrange(ports: PlanWavesPorts, message: WaveMessage, atMs: number): Promise<void> {
  const aheadMs = atMs - ports.time.now();
  if (aheadMs > scheduledAheadMs) return ports.schedules.create(nameOf(message), atMs, message);
  return ports.queues.wave(message, Math.max(0, Math.ceil(aheadMs / 1_000)));
}

/** Keeps the sweeper from asking for the same schedules again. */
async function markPlanned(ports: PlanWavesPorts, planned: Dispatch): Promise<void> {
  for (let current = planned; current.plannedRevision !== planned.revision; ) {
    if (current.revision !== planned.revision || !['scheduled', 'sending'].includes(current.state)) return;
    const { revision } = planned;
    const moved = await ports.dispatches.move(current, 'planned', { ...current, plannedRevision: revision });
    if (!isRefused<Dispatch>(moved)) return;
    if (moved.refused === null) throw new UnknownDispatch(`${planned.id} vanished while it was planned`);
    current = moved.refused;
  }
}
