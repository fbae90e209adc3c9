// Trigger: records of the settle queue, gathered for two seconds: many say the same dispatch.
// Effect: folds each named dispatch once: totals, credits, ledger, events.
// Replay: folds nothing new, so writes nothing.
// Failures: every record of a dispatch whose fold failed comes back; at last they lie in the dead-letter queue.

import type { Context, SQSEvent } from 'aws-lambda';
import { settleMessage } from '../shared/contracts/queue-messages.ts';
import { settleDispatch } from '../shared/domain/dispatches/settle-dispatch.ts';
import { settlePorts } from './deps.ts';
import { queueDoor } from './queue-door.ts';

const ports = settlePorts();

export const handler = (event: SQSEvent, context: Context) => {
  // One fold serves all records of a dispatch, and fails for all of them
  const folds = new Map<string, Promise<unknown>>();
  const door = queueDoor(settleMessage, async ({ dispatchId }) => {
    const fold = folds.get(dispatchId) ?? settleDispatch(ports, dispatchId);
    folds.set(dispatchId, fold);
    await fold;
  });
  return door(event, context);
};
