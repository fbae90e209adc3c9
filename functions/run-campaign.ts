// Trigger: a record of the campaign queue, put there by whoever publishes, by a schedule, or by the sweeper.
// Effect: makes or takes away the schedules of a campaign, starts it when its period begins, ends it when that is over.
// Replay: harmless; every move is a conditional write, and its dispatch has an id that was fixed before.
// Failures: the record comes back after its visibility time, after several tries it lies in the dead-letter queue;
// the sweeper asks again for whatever is due.
import { campaignMessage } from '../shared/contracts/queue-messages.ts';
import { runCampaign } from '../shared/domain/campaigns/run-campaign.ts';
import { runCampaignPorts } from './deps/workers.ts';
import { queueDoor } from './queue-door.ts';

const ports = runCampaignPorts();

export const handler = queueDoor(campaignMessage, (message) => runCampaign(ports, message));
