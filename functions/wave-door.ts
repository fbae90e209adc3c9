import { waveQueueMessage } from '../shared/contracts/queue-messages.ts';
import { type PlanWavesPorts, planWaves } from '../shared/domain/dispatches/plan-waves.ts';
import { type ReleaseWavePorts, releaseWave } from '../shared/domain/dispatches/release-wave.ts';
import { queueDoor } from './queue-door.ts';

/** A door for the wave queue, in which waves to release and plans to make schedules for lie side by side. */
export const createReleaseWave = (ports: ReleaseWavePorts & PlanWavesPorts) =>
  queueDoor(waveQueueMessage, (message) =>
    'plan' in message ? planWaves(ports, message) : releaseWave(ports, message),
  );
