// Trigger: a record of the outcome queue, put there by whoever decided about something of a tenant's, or by the sweeper.
// Effect: tells the outcome: an event on the bus, and a mail to each of the tenant's addresses.
// Replay: what was told is gone; what is being told is claimed. After a crash one step is repeated, with the same id.
// Failures: what cannot be told now the sweeper asks for again: a mail for three days, an event until it is told; a record that is none ends in the
// dead-letter queue.
import { outcomeMessage } from '../shared/contracts/queue-messages.ts';
import { tellOutcome } from '../shared/domain/outcomes/tell-outcome.ts';
import { tellOutcomePorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = tellOutcomePorts();

export const handler = queueDoor(outcomeMessage, ({ eventId }) => tellOutcome(ports, eventId));
