import type { CancelReason, Dispatch } from './dispatch.ts';
import { moves } from './dispatch.ts';
import { endUnsent } from './end-unsent.ts';
import { type DispatchStore, isRefused, type Queues } from './ports.ts';
import { type SettlePorts, settleDispatch } from './settle-dispatch.ts';
import { skippedOf } from './totals.ts';

export interface CancelPorts extends SettlePorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'move' | 'fold'>;
  readonly queues: Pick<Queues, 'settle' | 'plan'>;
}

export type CancelOutcome =
  /** `canceled` recipients will not be sent; `gone` had been handed to the carrier or are being handed over right now. */
  | { readonly kind: 'canceled'; readonly dispatch: Dispatch; readonly canceled: number; readonly gone: number }
  /** It has ended or is being canceled already, or was confirmed when it was about to expire. */
  | { readonly kind: 'wrong_state'; readonly dispatch: Dispatch };

/** Stops a dispatch: what is planned is canceled and its credits come back now; what is being submitted finishes. */
export async function cancelDispatch(
  ports: CancelPorts,
  dispatch: Dispatch,
  reason: CancelReason,
): Promise<CancelOutcome> {
  for (let current = dispatch; ; ) {
    const stopped = await stop(ports, current, reason);
    if (stopped === null) return { kind: 'wrong_state', dispatch: current };
    if (!isRefused<Dispatch>(stopped)) return counted(await settleNow(ports, stopped));
    if (stopped.refused === null) throw new Error(`${dispatch.id} vanished while it was canceled`);
    current = stopped.refused;
  }
}

async function stop(ports: CancelPorts, dispatch: Dispatch, cancelReason: CancelReason) {
  // Confirmed in the very moment in which it would have expired: the confirmation stands
  if (cancelReason === 'confirmation_expired' && dispatch.state !== 'ready') return null;
  if (moves.cancelBeforeSending.from.some((state) => state === dispatch.state)) {
    return endUnsent(ports, dispatch, { state: 'canceled', cancelReason });
  }
  if (moves.cancelHeld.from.some((state) => state === dispatch.state)) {
    return ports.dispatches.move(dispatch, 'cancelHeld', { ...dispatch, state: 'canceling', cancelReason });
  }
  return null;
}

async function settleNow(ports: CancelPorts, dispatch: Dispatch): Promise<Dispatch> {
  if (dispatch.state !== 'canceling') return dispatch;
  // The record comes first: should this process end in the middle, the fold of the queue finishes the cancel
  await ports.queues.settle(dispatch.id, 5);
  // Schedules that still wait would do nothing when they fire; nobody should have to wonder about them
  if (dispatch.plannedRevision > 0) await ports.queues.plan({ dispatchId: dispatch.id, plan: dispatch.revision });
  return settleDispatch(ports, dispatch.id, true);
}

const counted = (dispatch: Dispatch): CancelOutcome => ({ kind: 'canceled', dispatch, ...countsOf(dispatch) });

/** Recipients who will get nothing, and those whose message was handed over or is being handed over. */
export const countsOf = ({ totals }: Dispatch): { readonly canceled: number; readonly gone: number } => ({
  canceled: totals.canceled,
  gone: totals.recipients - totals.canceled - skippedOf(totals),
});
