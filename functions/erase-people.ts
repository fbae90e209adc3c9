// Trigger: a record of the erase queue, put there by the sweeper when a pass is due, or by the step before.
// Effect: a step of a pass over what there is of an owner: rows, numbers and reports of people who were deleted are blanked
// or removed.
// Replay: harmless; a step holds a lease, and what is blank stays so.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue; the
// sweeper begins the step again when its lease has ended.
import { eraseMessage } from '../shared/contracts/queue-messages.ts';
import { runErasure } from '../shared/domain/erasures/run-erasure.ts';
import { erasePorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = erasePorts();

export const handler = queueDoor(eraseMessage, (message) => runErasure(ports, message));
