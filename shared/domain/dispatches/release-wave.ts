import { rowsKeptDays, sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { WaveMessage } from '../../contracts/queue-messages.ts';
import { firstCheckMs } from './check-times.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import { type BatchStore, type DispatchStore, isRefused, type Queues, type ReleaseStore, type Time } from './ports.ts';
import { UnknownDispatch } from './settle-dispatch.ts';
import { rowsWithin } from './totals.ts';
import { waveAtMs } from './waves.ts';

export interface ReleaseWavePorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move'>;
  readonly batches: Pick<BatchStore, 'ofWave'>;
  readonly releases: ReleaseStore;
  readonly queues: Pick<Queues, 'send' | 'wave'>;
  readonly time: Time;
}

/**
 * Queues every batch of a wave that is due; the first wave makes a scheduled dispatch send. Whatever became of the
 * dispatch since the record was made decides: canceled, or at other times, and nothing happens.
 */
export async function releaseWave(ports: ReleaseWavePorts, message: WaveMessage): Promise<void> {
  const { dispatchId, wave, revision } = message;
  for (;;) {
    const dispatch = await ports.dispatches.read(dispatchId);
    if (!dispatch) throw new UnknownDispatch(`${dispatchId} does not exist`);
    if (revision !== dispatch.revision || !['scheduled', 'sending'].includes(dispatch.state)) return;
    if (wave > (dispatch.prepared?.waveRows.length ?? 0))
      throw new UnknownDispatch(`${dispatchId} has no wave ${wave}`);

    const nowMs = ports.time.now();
    const earlyMs = waveAtMs(dispatch, wave) - nowMs;
    if (earlyMs > 0) return ports.queues.wave(message, Math.min(sqsDelaySecondsMax, Math.ceil(earlyMs / 1_000)));
    if (dispatch.state === 'sending') {
      const released = (await ports.releases.all(dispatchId)).some((release) => release.wave === wave);
      return released ? undefined : queueWave(ports, dispatch, wave);
    }

    const sending = await ports.dispatches.move(dispatch, 'release', {
      ...dispatch,
      state: 'sending',
      movedAtMs: nowMs,
      nextCheckAtMs: nowMs + firstCheckMs,
    });
    // Refused: it was canceled or rescheduled in this very moment, or another delivery of the record was first
    if (!isRefused<Dispatch>(sending)) return queueWave(ports, sending, wave);
  }
}

/**
 * Queues the batches of a wave. The mark is written after the last of them, so a crash between queues again; queueing
 * a batch twice is harmless, since a batch is claimed.
 */
export async function queueWave(
  ports: Pick<ReleaseWavePorts, 'batches' | 'time'> & {
    readonly releases: Pick<ReleaseStore, 'mark'>;
    readonly queues: Pick<Queues, 'send'>;
  },
  dispatch: Dispatch,
  wave: number,
): Promise<void> {
  const attempt = dispatch.prepared?.attempt ?? '';
  const batches = (await ports.batches.ofWave(dispatch.id, attempt, wave)).filter(
    (batch) => batch.state === 'planned' && rowsWithin(batch, dispatch.cut) > 0,
  );
  await ports.queues.send(
    dispatch.owner,
    batches.map(({ n }) => ({ dispatchId: dispatch.id, batch: n })),
    0,
    laneOf(dispatch),
  );
  const expiresAtMs = dispatch.createdAtMs + rowsKeptDays * 86_400_000;
  await ports.releases.mark(dispatch.id, { wave, atMs: ports.time.now() }, expiresAtMs);
}
