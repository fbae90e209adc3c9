import type { OwnerId } from '../../shared/contracts/ids.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import type { DispatchStore } from '../../shared/domain/dispatches/ports.ts';

/** A dispatch of this owner; another's is answered exactly like none. */
export async function ownDispatch(
  deps: { readonly dispatches: Pick<DispatchStore, 'read'> },
  owner: OwnerId,
  id: Dispatch['id'],
): Promise<Dispatch | null> {
  const dispatch = await deps.dispatches.read(id);
  return dispatch?.owner === owner ? dispatch : null;
}
