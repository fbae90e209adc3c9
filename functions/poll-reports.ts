// Trigger: records of the report queue, a few at a time.
// Effect: asks the carrier what became of a batch and merges the reports into its result page.
// Replay: harmless; the first final report wins.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue,
// and the sweeper goes on asking once an hour.
import { reportMessage } from '../shared/contracts/queue-messages.ts';
import { pollReports } from '../shared/domain/dispatches/poll-reports.ts';
import { pollReportsPorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = pollReportsPorts();

export const handler = queueDoor(reportMessage, (message) => pollReports(ports, message));
