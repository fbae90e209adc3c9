import { sqsDelaySecondsMax } from '../../contracts/limits.ts';
import type { WaveMessage } from '../../contracts/queue-messages.ts';
import type { Dispatch } from './dispatch.ts';
import type { BatchStore, DispatchStore, Queues, Time, Wave, WaveStore } from './ports.ts';
import { UnknownDispatch } from './settle-dispatch.ts';
import { rowsWithin } from './totals.ts';

export interface ReleaseWavePorts {
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly batches: Pick<BatchStore, 'all'>;
  readonly waves: Pick<WaveStore, 'read' | 'released'>;
  readonly queues: Pick<Queues, 'send' | 'wave' | 'settle'>;
  readonly time: Time;
}

/**
 * Queues every batch of a wave that is due. `releasedAt` is written after the last batch is queued, so a crash between
 * releases again; queueing a batch twice is harmless, since a batch is claimed.
 */
export async function releaseWave(ports: ReleaseWavePorts, message: WaveMessage): Promise<void> {
  const dispatch = await ports.dispatches.read(message.dispatchId);
  if (!dispatch) throw new UnknownDispatch(`${message.dispatchId} does not exist`);
  const wave = await ports.waves.read(dispatch.id, message.wave);
  if (!wave) throw new UnknownDispatch(`${dispatch.id} has no wave ${message.wave}`);
  if (dispatch.state !== 'sending' || wave.revision !== message.revision || wave.releasedAtMs !== null) return;

  const earlyMs = wave.atMs - ports.time.now();
  if (earlyMs > 0) return ports.queues.wave(message, Math.min(sqsDelaySecondsMax, Math.ceil(earlyMs / 1_000)));
  await queueBatches(ports, dispatch, wave);
}

/** The part that both a wave's record and a small send that releases at once do. */
export async function queueBatches(
  ports: Pick<ReleaseWavePorts, 'batches' | 'waves' | 'queues' | 'time'>,
  dispatch: Dispatch,
  wave: Wave,
): Promise<void> {
  const attempt = dispatch.prepared?.attempt ?? '';
  const batches = (await ports.batches.all(dispatch.id, attempt)).filter(
    (batch) => batch.wave === wave.number && batch.state === 'planned' && rowsWithin(batch, dispatch.cut) > 0,
  );
  await ports.queues.send(
    dispatch.owner,
    batches.map(({ n }) => ({ dispatchId: dispatch.id, batch: n })),
    0,
  );
  await ports.waves.released(dispatch.id, wave, ports.time.now());
}
