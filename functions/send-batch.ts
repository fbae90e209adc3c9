// Trigger: a record of the send queue, one at a time.
// Effect: submits one batch to its carrier and records what came of it.
// Replay: claims and conditional writes make it harmless; a batch whose submit began is never submitted again.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue.
import { sendMessage } from '../shared/contracts/queue-messages.ts';
import { sendBatch } from '../shared/domain/dispatches/send-batch.ts';
import { sendBatchPorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = sendBatchPorts();

export const handler = queueDoor(sendMessage, (message) => sendBatch(ports, message));
