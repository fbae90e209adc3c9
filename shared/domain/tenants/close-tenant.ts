import { type Mode, modes, ownerOf, type TenantId } from '../../contracts/ids.ts';
import type { CreditStore } from '../credits/credit-account.ts';
import { isInUse } from '../opt-out-numbers/opt-out-number.ts';
import type { OptOutNumberStore } from '../opt-out-numbers/ports.ts';
import type { Decide, Tenant, TenantStore } from './tenant.ts';

export interface ClosePorts {
  readonly tenants: Pick<TenantStore, 'find' | 'close'>;
  readonly optOutNumbers: Pick<OptOutNumberStore, 'shelf'>;
  readonly credits: Pick<CreditStore, 'balance'>;
}

export type CloseOutcome =
  /** `changed` is false if it was closed already. */
  | { readonly kind: 'closed'; readonly tenant: Tenant; readonly changed: boolean }
  | { readonly kind: 'absent' }
  /** People are told to call numbers of the tenant: they must be canceled first. */
  | { readonly kind: 'opt_out_number_in_use'; readonly numbers: number }
  /** Something is still to be sent, or to be reported. */
  | { readonly kind: 'credits_held'; readonly mode: Mode; readonly held: number }
  | { readonly kind: 'busy' };

const triesMax = 20;

/**
 * Closes a tenant for good. What stands against it is looked at again in the closing's own transaction, so that a number
 * that opens at the same moment, or credits that are held, win or lose against it, but are never there with it.
 */
export async function closeTenant(
  ports: ClosePorts,
  id: TenantId,
  nowMs: number,
  decide: Decide,
): Promise<CloseOutcome> {
  for (let tries = 0; tries < triesMax; tries++) {
    const tenant = await ports.tenants.find(id);
    if (tenant === null) return { kind: 'absent' };
    if (tenant.state === 'closed') return { kind: 'closed', tenant, changed: false };
    const shelf = await ports.optOutNumbers.shelf(id);
    const inUse = shelf.numbers.filter(isInUse).length;
    if (inUse > 0) return { kind: 'opt_out_number_in_use', numbers: inUse };
    for (const mode of modes) {
      const { held } = await ports.credits.balance(ownerOf(id, mode));
      if (held > 0) return { kind: 'credits_held', mode, held };
    }
    const closed = await ports.tenants.close(tenant, shelf, nowMs, decide);
    if (closed !== 'moved') return { kind: 'closed', tenant: closed, changed: true };
  }
  return { kind: 'busy' };
}
