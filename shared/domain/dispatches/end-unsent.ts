import type { EventId } from '../../contracts/ids.ts';
import { checkEventsMs } from './check-times.ts';
import type { Dispatch } from './dispatch.ts';
import type { DispatchStore, Ids, Queues, Refused, Time } from './ports.ts';
import { totalsBeforeHold } from './totals.ts';

export interface EndUnsentPorts {
  readonly dispatches: Pick<DispatchStore, 'fold'>;
  readonly queues: Pick<Queues, 'settle'>;
  readonly time: Time;
  readonly ids: Ids;
}

type Ending =
  | { readonly state: 'canceled'; readonly cancelReason: NonNullable<Dispatch['cancelReason']> }
  | { readonly state: 'failed'; readonly failure: NonNullable<Dispatch['failure']> };

/** Ends a dispatch for which nothing was ever held or sent, and has that told. Nobody else will get a message. */
export async function endUnsent(
  ports: EndUnsentPorts,
  dispatch: Dispatch,
  ending: Ending,
): Promise<Dispatch | Refused<Dispatch>> {
  const nowMs = ports.time.now();
  const totals = dispatch.prepared
    ? totalsBeforeHold(dispatch.prepared.totals, 'canceled')
    : { ...dispatch.totals, planned: 0, open: 0, canceled: dispatch.totals.planned };
  const after: Dispatch = {
    ...dispatch,
    ...ending,
    totals,
    lease: null,
    events: dispatch.events + 1,
    nextCheckAtMs: nowMs + checkEventsMs,
    completedAtMs: nowMs,
    settledAtMs: nowMs,
  };
  const event = { id: `evt_${ports.ids.ulid()}` as EventId, type: `dispatch.${ending.state}` as const, atMs: nowMs };
  const move = ending.state === 'canceled' ? 'cancelBeforeSending' : 'fail';
  const ended = await ports.dispatches.fold(dispatch, after, [], [event], move);
  if (!('refused' in ended)) await ports.queues.settle(dispatch.id, 0); // whoever settles has a way to the bus
  return ended;
}
