import type { SkipReason } from '../../contracts/codes.ts';
import { tenantOf } from '../../contracts/ids.ts';
import type { Dispatch } from './dispatch.ts';
import type { Tenants } from './ports.ts';
import { reasonOfSenders } from './rules/before-call.ts';

export interface LastLookPorts {
  readonly tenants: Pick<Tenants, 'isSuspended' | 'isApprovedSender' | 'isOpenOptOutNumber'>;
}

/** Which of its numbers has gone since it was created: none of it may be sent then. */
export async function numberProblem(
  { tenants }: LastLookPorts,
  { owner, message }: Dispatch,
): Promise<SkipReason | null> {
  const [tenant, number] = [tenantOf(owner), message.advertisement?.optOutNumber];
  const [approved, open] = await Promise.all([
    tenants.isApprovedSender(tenant, message.from),
    number === undefined || tenants.isOpenOptOutNumber(tenant, number),
  ]);
  return reasonOfSenders(approved, open);
}

/** Whether claims of messages may take seconds, so that the numbers are asked about after them. */
export const looksAtNumbersLast = ({ duplicateBlockMinutes }: Dispatch): boolean => duplicateBlockMinutes > 0;

/** Whether anything of the owner's may go now, asked last of all, directly before the call. */
export async function lastLook(ports: LastLookPorts, dispatch: Dispatch): Promise<SkipReason | 'suspended' | null> {
  const [isSuspended, gone] = await Promise.all([
    ports.tenants.isSuspended(dispatch.owner),
    looksAtNumbersLast(dispatch) ? numberProblem(ports, dispatch) : null,
  ]);
  return isSuspended ? 'suspended' : gone;
}
