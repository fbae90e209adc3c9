// Trigger: a record of the wave queue.
// Effect: queues every batch of a wave that is due; or, asked to plan, makes the schedules of the waves to come.
// Replay: batches are queued twice at most, which is harmless, since a batch is claimed; a schedule is made once.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue;
// the sweeper releases waves that are due and not released.
import { releaseWavePorts } from './deps/workers.ts';
import { createReleaseWave } from './wave-door.ts';

export const handler = createReleaseWave(releaseWavePorts());
