import type { Context, SQSEvent } from 'aws-lambda';
import { settleMessage } from '../shared/contracts/queue-messages.ts';
import { type SettlePorts, settleDispatch } from '../shared/domain/dispatches/settle-dispatch.ts';
import { queueDoor } from './queue-door.ts';

/** A door for records of dispatches to fold: one fold serves all records of a dispatch, and fails for all of them. */
export const createSettleDispatch = (ports: SettlePorts) => (event: SQSEvent, context: Context) => {
  const folds = new Map<string, Promise<unknown>>();
  const door = queueDoor(settleMessage, async ({ dispatchId }) => {
    const fold = folds.get(dispatchId) ?? settleDispatch(ports, dispatchId);
    folds.set(dispatchId, fold);
    await fold;
  });
  return door(event, context);
};
