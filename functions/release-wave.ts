// Trigger: a record of the wave queue.
// Effect: queues every batch of a wave that is due; or, asked to plan, makes the schedules of the waves to come.
// Replay: batches are queued twice at most, which is harmless, since a batch is claimed; a schedule is made once.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue;
// the sweeper releases waves that are due and not released.
import { waveQueueMessage } from '../shared/contracts/queue-messages.ts';
import { planWaves } from '../shared/domain/dispatches/plan-waves.ts';
import { releaseWave } from '../shared/domain/dispatches/release-wave.ts';
import { releaseWavePorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = releaseWavePorts();

export const handler = queueDoor(waveQueueMessage, (message) =>
  'plan' in message ? planWaves(ports, message) : releaseWave(ports, message),
);
