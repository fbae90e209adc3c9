import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { logger } from '../../../functions/logger.ts';
import { queueDoor } from '../../../functions/queue-door.ts';
import { createSettleDispatch } from '../../../functions/settle-door.ts';
import { createReleaseWave } from '../../../functions/wave-door.ts';
import {
  campaignMessage,
  prepareMessage,
  reportMessage,
  sendMessage,
} from '../../../shared/contracts/queue-messages.ts';
import { runCampaign } from '../../../shared/domain/campaigns/run-campaign.ts';
import { pollReports } from '../../../shared/domain/dispatches/poll-reports.ts';
import { prepareDispatch } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import type { QueueName } from '../../support/fakes/queues.ts';
import type { Ports } from './world.ts';

export type Door = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** The door behind a queue, as its function has it, over the ports of one run. */
export function doorOf(queue: QueueName, ports: Ports): Door {
  switch (queue) {
    case 'prepare':
      return queueDoor(prepareMessage, (message) => prepareDispatch(ports, message));
    case 'wave':
      return createReleaseWave(ports);
    case 'send':
      return queueDoor(sendMessage, (message) => sendBatch(ports, message));
    case 'report':
      return queueDoor(reportMessage, (message) => pollReports(ports, message));
    case 'settle':
      return createSettleDispatch(ports);
    case 'campaign':
      return queueDoor(campaignMessage, (message) => runCampaign(ports, message));
  }
}

/** Doors put what failed into the log, and only there: from now on `hear` is told instead. */
export function hearFailures(hear: (error: unknown) => void): void {
  logger.error = (_message, ...extra) => {
    for (const one of extra) if (typeof one === 'object' && 'error' in one) hear(one.error);
  };
}
