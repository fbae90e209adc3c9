// Trigger: a record of the import queue, put there by whoever asks for an import, by the step before, or by the sweeper.
// Effect: a step of an import: waits for its upload, checks its rows, or makes some of them consents, opt-outs or contacts.
// Replay: harmless; a step holds a lease, and what a row says is not said twice.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue; the
// sweeper begins the step again when its lease has ended. Five steps that got nowhere end the import.
import { importMessage } from '../shared/contracts/queue-messages.ts';
import { runImport } from '../shared/domain/imports/run-import.ts';
import { importPorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = importPorts();

export const handler = queueDoor(importMessage, (message) => runImport(ports, message));
