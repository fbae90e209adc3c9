import type { DispatchId } from '../../contracts/ids.ts';
import type { DispatchList, DispatchStore } from '../../domain/dispatches/ports.ts';
import { ownerIndex, timeKey } from './keys.ts';
import { readOwnerList } from './owner-list.ts';
import type { Table } from './table.ts';

/** The list of an owner's dispatches. */
export const createDispatchList = (table: Table, dispatches: Pick<DispatchStore, 'read'>): DispatchList => ({
  list: (owner, { fromMs, untilMs, status, after, limit }) =>
    readOwnerList(table, {
      partition: ownerIndex(owner, 0, 'dsp_').ownerPk,
      from: timeKey(fromMs),
      until: after ?? timeKey(untilMs),
      limit,
      read: (keys) => Promise.all(keys.map((key) => dispatches.read(key.slice(key.indexOf('#') + 1) as DispatchId))),
      passes: (dispatch) => dispatch.owner === owner && (status === null || dispatch.state === status),
    }),
});
