// Trigger: a record of the wave queue.
// Effect: queues every batch of a wave that is due.
// Replay: batches are queued twice at most, which is harmless, since a batch is claimed.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue;
// the sweeper releases waves that are due and not released.
import { waveMessage } from '../shared/contracts/queue-messages.ts';
import { releaseWave } from '../shared/domain/dispatches/release-wave.ts';
import { releaseWavePorts } from './deps.ts';
import { queueDoor } from './queue-door.ts';

const ports = releaseWavePorts();

export const handler = queueDoor(waveMessage, (message) => releaseWave(ports, message));
