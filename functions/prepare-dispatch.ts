// Trigger: a record of the prepare queue.
// Effect: prepares a dispatch under an attempt of its own and publishes it; sends it if it is automatic.
// Replay: a new attempt, or nothing if one has won; losers' files expire.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue;
// the sweeper asks again when the lease of a dead attempt has ended.
import { prepareMessage } from '../shared/contracts/queue-messages.ts';
import { prepareDispatch } from '../shared/domain/dispatches/prepare-dispatch.ts';
import { preparePorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = preparePorts();

export const handler = queueDoor(prepareMessage, (message) => prepareDispatch(ports, message));
