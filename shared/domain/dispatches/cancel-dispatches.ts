import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import { type CancelPorts, cancelDispatch, countsOf } from './cancel-dispatch.ts';
import type { DispatchState } from './dispatch.ts';
import type { Log } from './ports.ts';

export interface CancelManyPorts extends CancelPorts {
  readonly log: Pick<Log, 'warn'>;
}

export type CanceledOne =
  | { readonly id: DispatchId; readonly result: 'not_found' }
  | {
      readonly id: DispatchId;
      /** `wrong_state`: there was nothing left to cancel; the counts are those of before. */
      readonly result: 'canceled' | 'wrong_state';
      readonly status: DispatchState;
      readonly canceled: number;
      readonly gone: number;
    };

const atOnce = 10;

/**
 * Cancels several dispatches of an owner, each for itself: what breaks one does not keep the others from being
 * canceled. Only then it throws, and asking again tells the rest as it stands. Ids given twice are answered once.
 */
export async function cancelDispatches(
  ports: CancelManyPorts,
  owner: OwnerId,
  ids: readonly DispatchId[],
): Promise<readonly CanceledOne[]> {
  const each = [...new Set(ids)];
  const settled: PromiseSettledResult<CanceledOne>[] = [];
  for (let start = 0; start < each.length; start += atOnce) {
    const some = each.slice(start, start + atOnce);
    settled.push(...(await Promise.allSettled(some.map((id) => cancelOne(ports, owner, id)))));
  }
  const broken = settled.flatMap((one, i) => (one.status === 'rejected' ? [{ id: each[i]!, error: one.reason }] : []));
  for (const { id, error } of broken) {
    ports.log.warn('one of several cancels broke', { dispatchId: id, error: String((error as Error)?.name) });
  }
  if (broken.length > 0) throw broken[0]!.error;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function cancelOne(ports: CancelManyPorts, owner: OwnerId, id: DispatchId): Promise<CanceledOne> {
  const dispatch = await ports.dispatches.read(id);
  if (dispatch?.owner !== owner) return { id, result: 'not_found' };
  const { kind: result, dispatch: after } = await cancelDispatch(ports, dispatch, 'requested');
  return { id, result, status: after.state, ...countsOf(after) };
}
